// SPDX-License-Identifier: Apache-2.0
// race_off.h is the no-op twin of race.h: same names, no code, for the runtime without a detector.
#ifndef CRUN_RACE_RACE_OFF_H
#define CRUN_RACE_RACE_OFF_H

#include "report.h"

typedef struct race_g race_g;

enum { RACE_MUTEX_BYTES = 64, RACE_RWMUTEX_BYTES = 120 };

#define RACE_OFF static inline __attribute__((always_inline, unused))
RACE_OFF race_g *race_main_g(void) { return NULL; }
RACE_OFF race_g *race_g_create(uint64_t goid, uintptr_t pc) { (void)goid, (void)pc; return NULL; }
RACE_OFF void race_g_set_name(race_g *g, const char *name) { (void)g, (void)name; }
RACE_OFF void race_g_set_labels(race_g *g, const char *labels) { (void)g, (void)labels; }
RACE_OFF void race_g_end(race_g *g) { (void)g; }
RACE_OFF void race_switch(race_g *g) { (void)g; }
RACE_OFF void race_armed(void) {}
RACE_OFF race_g *race_self(void) { return NULL; }
RACE_OFF void race_acquire(const void *sync) { (void)sync; }
RACE_OFF void race_release(const void *sync) { (void)sync; }
RACE_OFF void race_release_merge(const void *sync) { (void)sync; }
RACE_OFF void race_release_acquire(const void *sync) { (void)sync; }
RACE_OFF void race_acquire_g(race_g *g, const void *sync) { (void)g, (void)sync; }
RACE_OFF void race_release_g(race_g *g, const void *sync) { (void)g, (void)sync; }
RACE_OFF void race_release_merge_g(race_g *g, const void *sync) { (void)g, (void)sync; }
RACE_OFF void race_release_acquire_g(race_g *g, const void *sync) { (void)g, (void)sync; }
RACE_OFF void race_mutex_locked(const void *m, uintptr_t pc, uint32_t context) { (void)m, (void)pc, (void)context; }
RACE_OFF void race_mutex_unlocks(const void *m) { (void)m; }
RACE_OFF void race_rwmutex_locked(const void *rw, const void *writers, const void *readers, bool writes, uintptr_t pc) { (void)rw, (void)writers, (void)readers, (void)writes, (void)pc; }
RACE_OFF void race_rwmutex_unlocks(const void *rw, const void *writers, const void *readers, bool writes) { (void)rw, (void)writers, (void)readers, (void)writes; }
RACE_OFF void race_sync_forget(const void *p, size_t n) { (void)p, (void)n; }
RACE_OFF void race_fd_release(int fd) { (void)fd; }
RACE_OFF void race_fd_acquire(int fd) { (void)fd; }
RACE_OFF void race_read(const void *p, size_t n, uintptr_t pc) { (void)p, (void)n, (void)pc; }
RACE_OFF void race_write(const void *p, size_t n, uintptr_t pc) { (void)p, (void)n, (void)pc; }
RACE_OFF void race_read_g(race_g *g, const void *p, size_t n, uintptr_t pc) { (void)g, (void)p, (void)n, (void)pc; }
RACE_OFF void race_write_g(race_g *g, const void *p, size_t n, uintptr_t pc) { (void)g, (void)p, (void)n, (void)pc; }
RACE_OFF void race_fresh(const void *p, size_t n) { (void)p, (void)n; }
RACE_OFF void race_stack(race_g *g, const void *lo, const void *hi) { (void)g, (void)lo, (void)hi; }
RACE_OFF void race_enter(uintptr_t pc) { (void)pc; }
RACE_OFF void race_leave(void) {}
RACE_OFF uint32_t race_context(uintptr_t pc) { (void)pc; return 0; }
RACE_OFF size_t race_context_stack(uint32_t context, uintptr_t *pcs, size_t max) { (void)context, (void)pcs, (void)max; return 0; }
RACE_OFF void race_watch_locks(void (*fn)(const void *lock, unsigned what, uintptr_t pc)) { (void)fn; }
RACE_OFF void race_hide_begin(void) {}
RACE_OFF void race_hide_end(void) {}
RACE_OFF int race_exit_code(int code) { return report_exit_code(code); }  // what is found without a detector
#undef RACE_OFF

#endif
