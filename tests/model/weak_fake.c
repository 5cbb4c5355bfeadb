// SPDX-License-Identifier: Apache-2.0
// weak_fake.c stands in for what the modelled files of race/ call: memory, and what is not modelled with them.
#include <sys/mman.h>

#include "alloc.h"
#include "block_table.h"
#include "inside.h"
#include "reserve.h"
#include "weak.h"

__attribute__((weak)) bool race_threaded = true;
bool reserve_counted;
_Thread_local uint8_t signal_waits;
__attribute__((weak)) _Thread_local uint8_t race_inside;

void signal_deliver(void) {}
void reserve_commit_slow(const volatile void *p, size_t n) { (void)p, (void)n; }
void *race_alloc(size_t n) { return weak_alloc(n); }
void *race_alloc_dirty(size_t n) { return weak_alloc(n); }
void race_free(void *p, size_t n) { weak_free(p, n); }
_Noreturn void race_fatal(const char *what) { weak_fail(what); }

// What is reserved is large and sparse: the models use the beginning of it.
void *race_reserve(size_t n) {
  enum { BEGINNING = 2048 };
  return weak_alloc(n < BEGINNING ? n : BEGINNING);
}
