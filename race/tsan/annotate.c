// SPDX-License-Identifier: Apache-2.0
// annotate.c: cr_race_* (crun/race.h) on the second engine. The __tsan_* calls and the dynamic annotations are LLVM's own.
#include <stddef.h>
#include <stdint.h>

#include "race.h"
#include "self.h"

#pragma GCC diagnostic ignored "-Wmissing-prototypes"

#define PUBLIC __attribute__((visibility("default")))
#define HERE ((uintptr_t)__builtin_return_address(0))

PUBLIC void __crun_race_acquire(const void *p) { race_acquire(p); }
PUBLIC void __crun_race_release(const void *p) { race_release(p); }
PUBLIC void __crun_race_release_merge(const void *p) { race_release_merge(p); }
PUBLIC void __crun_race_read(const void *p, size_t n) { race_read(p, n, HERE); }
PUBLIC void __crun_race_write(const void *p, size_t n) { race_write(p, n, HERE); }
PUBLIC void __crun_race_disable(void) { tsan_ignore_sync_begin(__tsan_get_current_fiber(), 0); }
PUBLIC void __crun_race_enable(void) { tsan_ignore_sync_end(__tsan_get_current_fiber()); }
PUBLIC void __crun_race_fresh(const void *p, size_t n) { forget(p, n); }

void AnnotateBenignRaceSized(const char *file, int line, const volatile void *p, size_t n, const char *why);
PUBLIC void __crun_race_benign(const void *p, size_t n) { AnnotateBenignRaceSized("", 0, p, n, "cr_race_benign"); }
