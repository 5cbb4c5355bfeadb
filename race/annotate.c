// SPDX-License-Identifier: Apache-2.0
// annotate.c: what a program tells the detector itself: cr_race_* (crun/race.h), the __tsan_* calls for own locks and
// fibers (sanitizer/tsan_interface.h), and the dynamic annotations.
//
// An own lock is one sync object, or two as a pthread rwlock: what writers release, and one byte on what readers do.
// Between the pre and the post call of __tsan_mutex_* neither accesses nor edges count: they are the lock's own.
#include <stddef.h>
#include <stdint.h>

#include "benign.h"
#include "clock.h"
#include "edge.h"
#include "ginfo.h"
#include "libc.h"
#include "race.h"
#include "thread.h"

#pragma GCC diagnostic ignored "-Wmissing-prototypes"

// ---- ignoring -----------------------------------------------------------------------------------

enum { READS, WRITES };

static void ignore_accesses(int by) {
  if (!race_cur) return;
  race_cur->ignores[READS] += by;
  race_cur->ignores[WRITES] += by;
}

static void ignore_sync(int by) {
  if (race_cur) race_cur->ignores_sync += by;
}

static void ignore_all(int by) {
  ignore_accesses(by);
  ignore_sync(by);
}

CHECKED void __tsan_ignore_thread_begin(void) { ignore_all(1); }
CHECKED void __tsan_ignore_thread_end(void) { ignore_all(-1); }

// ---- Go's ---------------------------------------------------------------------------------------

CHECKED void __crun_race_acquire(const void *p) { edge_acquire(p); }
CHECKED void __crun_race_release(const void *p) { edge_release(p); }
CHECKED void __crun_race_release_merge(const void *p) { edge_release_merge(p); }
CHECKED void __crun_race_read(const void *p, size_t n) { did_read(p, n, HERE); }
CHECKED void __crun_race_write(const void *p, size_t n) { did_write(p, n, HERE); }
CHECKED void __crun_race_disable(void) { ignore_sync(1); }
CHECKED void __crun_race_enable(void) { ignore_sync(-1); }
CHECKED void __crun_race_fresh(const void *p, size_t n) { race_fresh(p, n); }
CHECKED void __crun_race_benign(const void *p, size_t n) { benign_add((uintptr_t)p, n); }

// ---- own locks ----------------------------------------------------------------------------------

CHECKED void __tsan_acquire(void *p) { edge_acquire(p); }
CHECKED void __tsan_release(void *p) { edge_release_merge(p); }

static const char *readers(const void *lock) { return (const char *)lock + 1; }

static void lock_taken(const void *lock, bool reads, uintptr_t pc) {
  edge_locked(lock, lock, reads ? NULL : readers(lock), reads ? LOCKED_OWN_READ : LOCKED_OWN, pc, 0);
}
static void lock_given(const void *lock, bool reads) { edge_unlocks(lock, reads ? readers(lock) : lock, reads); }

enum { MUTEX_READ = 1 << 3, MUTEX_FAILED = 1 << 5 };

CHECKED void __tsan_mutex_create(void *m, unsigned flags) { edge_forget(m, 2); }
CHECKED void __tsan_mutex_destroy(void *m, unsigned flags) { edge_forget(m, 2); }
CHECKED void __tsan_mutex_pre_lock(void *m, unsigned flags) { ignore_all(1); }
CHECKED void __tsan_mutex_post_lock(void *m, unsigned flags, int recursion) {
  ignore_all(-1);
  if (!(flags & MUTEX_FAILED)) lock_taken(m, flags & MUTEX_READ, HERE);
}
CHECKED int __tsan_mutex_pre_unlock(void *m, unsigned flags) {
  lock_given(m, flags & MUTEX_READ);
  ignore_all(1);
  return 1;
}
CHECKED void __tsan_mutex_post_unlock(void *m, unsigned flags) { ignore_all(-1); }
CHECKED void __tsan_mutex_pre_signal(void *m, unsigned flags) { ignore_all(1); }
CHECKED void __tsan_mutex_post_signal(void *m, unsigned flags) { ignore_all(-1); }
CHECKED void __tsan_mutex_pre_divert(void *m, unsigned flags) { ignore_all(-1); }
CHECKED void __tsan_mutex_post_divert(void *m, unsigned flags) { ignore_all(1); }
CHECKED void __tsan_check_no_mutexes_held(void) {}

// ---- fibers -------------------------------------------------------------------------------------
//
// A fiber is a race_g. What created it happens before it; a switch orders the two, unless no_sync says not to.

enum { SWITCH_NO_SYNC = 1 };

CHECKED void *__tsan_get_current_fiber(void) { return race_cur; }

CHECKED void *__tsan_create_fiber(unsigned flags) {
  uint8_t was = inside_enter();
  race_g *creator = race_cur;
  race_g *g = race_g_new(creator, ginfo_new(creator ? creator->info : NULL, thread_number(), 0, true));
  clock_start(g);
  if (creator) clock_fork(creator, g);
  inside_leave(was);
  return g;
}

CHECKED void __tsan_destroy_fiber(void *fiber) {
  uint8_t was = inside_enter();
  race_g_drop(fiber);
  inside_leave(was);
}

CHECKED void __tsan_switch_to_fiber(void *fiber, unsigned flags) {
  if (!(flags & SWITCH_NO_SYNC)) edge_release_merge(fiber);
  race_switch(fiber);
  if (!(flags & SWITCH_NO_SYNC)) edge_acquire(fiber);
}

CHECKED void __tsan_set_fiber_name(void *fiber, const char *name) { ginfo_set_name(((race_g *)fiber)->info, name); }

// ---- dynamic annotations ------------------------------------------------------------------------

#define ANNOTATE(name, ...) CHECKED void Annotate##name(const char *file, int line, ##__VA_ARGS__)

ANNOTATE(HappensBefore, const volatile void *p) { edge_release_merge(p); }
ANNOTATE(HappensAfter, const volatile void *p) { edge_acquire(p); }
ANNOTATE(CondVarSignal, const volatile void *c) {}
ANNOTATE(CondVarSignalAll, const volatile void *c) {}
ANNOTATE(CondVarWait, const volatile void *c, const volatile void *lock) {}
ANNOTATE(RWLockCreate, const volatile void *lock) { edge_forget(lock, 2); }
ANNOTATE(RWLockCreateStatic, const volatile void *lock) { edge_forget(lock, 2); }
ANNOTATE(RWLockDestroy, const volatile void *lock) { edge_forget(lock, 2); }
ANNOTATE(RWLockAcquired, const volatile void *lock, long writes) { lock_taken((const void *)lock, !writes, HERE); }
ANNOTATE(RWLockReleased, const volatile void *lock, long writes) { lock_given((const void *)lock, !writes); }
ANNOTATE(BenignRace, const volatile void *p, const char *why) { benign_add((uintptr_t)p, 1); }
ANNOTATE(BenignRaceSized, const volatile void *p, long n, const char *why) { benign_add((uintptr_t)p, (size_t)n); }
ANNOTATE(NewMemory, const volatile void *p, long n) { race_fresh((const void *)p, (size_t)n); }
ANNOTATE(PublishMemoryRange, const volatile void *p, long n) {}
ANNOTATE(UnpublishMemoryRange, const volatile void *p, long n) {}
ANNOTATE(ExpectRace, const volatile void *p, const char *why) {}
ANNOTATE(FlushExpectedRaces) {}
ANNOTATE(MutexIsUsedAsCondVar, const volatile void *lock) {}
ANNOTATE(MutexIsNotPHB, const volatile void *lock) {}
ANNOTATE(TraceMemory, const volatile void *p) {}
ANNOTATE(FlushState) {}
ANNOTATE(NoOp, const volatile void *p) {}
ANNOTATE(ThreadName, const char *name) {
  if (race_cur) ginfo_set_name(race_cur->info, name);
}
ANNOTATE(IgnoreReadsBegin) {
  if (race_cur) race_cur->ignores[READS]++;
}
ANNOTATE(IgnoreReadsEnd) {
  if (race_cur) race_cur->ignores[READS]--;
}
ANNOTATE(IgnoreWritesBegin) {
  if (race_cur) race_cur->ignores[WRITES]++;
}
ANNOTATE(IgnoreWritesEnd) {
  if (race_cur) race_cur->ignores[WRITES]--;
}
ANNOTATE(IgnoreSyncBegin) { ignore_sync(1); }
ANNOTATE(IgnoreSyncEnd) { ignore_sync(-1); }
ANNOTATE(EnableRaceDetection, int on) { ignore_all(on ? -1 : 1); }

CHECKED int RunningOnValgrind(void) { return 0; }
CHECKED double ValgrindSlowdown(void) { return 10.0; }
