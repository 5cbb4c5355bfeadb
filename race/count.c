// SPDX-License-Identifier: Apache-2.0
// count.c: what programs built with -race-stats=run count at the head of each block: its plain accesses that could race.
// Others do not call this.
#include "count.h"

#include <inttypes.h>
#include <stdatomic.h>

#include "single.h"
#include "output.h"

#define ABI __attribute__((visibility("default")))

static _Atomic uint64_t checked, clean;

static void add(_Atomic uint64_t *to, long n) { atomic_fetch_add_explicit(to, (uint64_t)n, memory_order_relaxed); }

ABI void __crun_count(long n) { add(&checked, n); }
ABI void __crun_count_clean(long n) { add(&clean, n); }
ABI void __crun_count_guarded(long n) { add(single_is_on() ? &clean : &checked, n); }

void count_note(struct text *t) {
  uint64_t without = atomic_load_explicit(&clean, memory_order_relaxed);
  uint64_t all = without + atomic_load_explicit(&checked, memory_order_relaxed);
  if (!all) return;
  text_addf(t, "crun: %.2f%% of %" PRIu64 " accesses ran without checks, while a single goroutine lived\n",
            100.0 * (double)without / (double)all, all);
}
