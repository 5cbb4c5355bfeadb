// SPDX-License-Identifier: Apache-2.0
// rwmutex.c: the reader-writer lock: a count of readers that a writer makes negative.
//
//     reader_count = n            n readers are in
//     reader_count = n - 2^30     a writer is pending or in; n readers are in or wait for it
//     reader_wait                 readers that were in when the pending writer came and still are
//
// A reader adds 1 and is in unless the result is negative; then it waits on reader_sem. A writer takes
// the mutex against other writers, makes the count negative, and waits on writer_sem until the readers
// that it found have left. Its unlock adds 2^30 back and lets in every reader that came meanwhile, and
// only then gives the mutex to the next writer: neither side starves the other.
//
// Lock rank: the two semaphores' locks and the mutex's are never held together.
// Ordering, as the detector is told it (the inner locks make no edges of their own):
//   R1: unlock releases reader_sem          A1: rlock and lock acquire reader_sem
//   R2: runlock merges into writer_sem      A2: lock acquires writer_sem
// so readers are not ordered with each other.
#include "base/atomic.h"
#include "base/check.h"
#include "crun/sync.h"
#include "diag/deadlock/waitfor.h"
#include "diag/order/lockorder.h"
#include "race/race.h"
#include "sched/g.h"
#include "sched/sched.h"
#include "sync/sema.h"

#define PC() ((uintptr_t)__builtin_return_address(0))

enum { MAX_READERS = 1 << 30 };

_Static_assert(RACE_RWMUTEX_BYTES == sizeof(cr_rwmutex), "what reports take it to span");

// ---- readers ------------------------------------------------------------------------------------

// wait_out waits until the writer that is pending or in has gone.
static __attribute__((noinline)) void wait_out(cr_rwmutex *rw, callsite at) {
  rt_enter();
  struct g *gp = getg();
  waitfor_begin(gp, rw, BLOCKED_READ, at);
  sema_acquire(&rw->reader_sem, WAIT_RWMUTEX_R);
  waitfor_end(gp);
  rt_exit();
}

void cr_rwmutex_rlock(cr_rwmutex *rw) {
  callsite at = callsite_here(getg());
  if (__builtin_expect(add_acq_rel(&rw->reader_count, 1) + 1 < 0, 0)) wait_out(rw, at);
  waitfor_read_begin(getg(), rw, at);
  race_rwmutex_locked(rw, &rw->reader_sem, &rw->writer_sem, false, PC());  // A1
  lockorder_acquired(rw, &rw->writer.id, LOCK_READ, PC());
}

bool cr_rwmutex_tryrlock(cr_rwmutex *rw) {
  int32_t n = load_rlx(&rw->reader_count);
  bool got = false;
  while (n >= 0 && !(got = cas_acq_rel(&rw->reader_count, &n, n + 1))) {}
  if (!got) return false;
  waitfor_read_begin(getg(), rw, callsite_here(getg()));
  race_rwmutex_locked(rw, &rw->reader_sem, &rw->writer_sem, false, PC());  // A1
  lockorder_acquired(rw, &rw->writer.id, LOCK_READ | LOCK_TRIED, PC());
  return true;
}

// leave_slow is the end of a read lock while a writer waits.
static __attribute__((noinline)) void leave_slow(cr_rwmutex *rw) {
  if (add_acq_rel(&rw->reader_wait, -1) - 1 != 0) return;
  rt_enter();
  sema_release(&rw->writer_sem, 1);
  rt_exit();
}

static __attribute__((noinline)) _Noreturn void not_held(cr_rwmutex *rw, uintptr_t pc) {
  int32_t n = load_rlx(&rw->reader_count);
  bool none = n == 0 || n == -MAX_READERS;
  waitfor_misuse(&rw->writer, none ? "unlock-of-unlocked" : "unlock-by-other", pc);
  throw(none ? "sync: RUnlock of unlocked RWMutex" : "sync: RUnlock of RWMutex that this goroutine has not locked for reading");
}

void cr_rwmutex_runlock(cr_rwmutex *rw) {
  lockorder_released(rw, &rw->writer.id);
  if (!waitfor_read_end(getg(), rw)) not_held(rw, PC());
  race_rwmutex_unlocks(rw, &rw->reader_sem, &rw->writer_sem, false);  // R2
  int32_t left = add_acq_rel(&rw->reader_count, -1) - 1;
  if (__builtin_expect(left < 0, 0)) leave_slow(rw);
}

// ---- writers ------------------------------------------------------------------------------------

// wait_readers waits until those that were in have left.
static void wait_readers(cr_rwmutex *rw, callsite at) {
  struct g *gp = getg();
  waitfor_begin(gp, rw, BLOCKED_READERS, at);
  sema_acquire(&rw->writer_sem, WAIT_RWMUTEX_W);
  waitfor_end(gp);
}

void rwmutex_lock(cr_rwmutex *rw, callsite at, uintptr_t pc) {
  mutex_lock(&rw->writer, WAIT_RWMUTEX_W, at);
  int32_t in = add_acq_rel(&rw->reader_count, -MAX_READERS);
  // Readers that left in between have taken reader_wait below 0; it is 0 if all have.
  if (in != 0 && add_acq_rel(&rw->reader_wait, in) + in != 0) wait_readers(rw, at);
  race_rwmutex_locked(rw, &rw->reader_sem, &rw->writer_sem, true, pc);  // A1, A2
}

void rwmutex_unlock(cr_rwmutex *rw, callsite at, uintptr_t pc) {
  mutex_check_owner(&rw->writer, "sync: Unlock of unlocked RWMutex", pc);
  race_rwmutex_unlocks(rw, &rw->reader_sem, &rw->writer_sem, true);  // R1
  int32_t waiting = add_acq_rel(&rw->reader_count, MAX_READERS) + MAX_READERS;
  if (waiting < 0 || waiting >= MAX_READERS) throw("sync: Unlock of unlocked RWMutex");
  if (waiting) sema_release(&rw->reader_sem, (uint32_t)waiting);
  mutex_unlock(&rw->writer, at, pc);
}

void cr_rwmutex_lock(cr_rwmutex *rw) {
  rt_enter();
  rwmutex_lock(rw, callsite_here(getg()), PC());
  rt_exit();
  lockorder_acquired(rw, &rw->writer.id, LOCK_WRITE, PC());
}

bool cr_rwmutex_trylock(cr_rwmutex *rw) {
  rt_enter();
  callsite at = callsite_here(getg());
  bool got = mutex_trylock(&rw->writer, at);
  int32_t none = 0;
  if (got && !cas_acq_rel(&rw->reader_count, &none, -MAX_READERS)) {
    mutex_unlock(&rw->writer, at, PC());
    got = false;
  }
  if (got) {
    race_rwmutex_locked(rw, &rw->reader_sem, &rw->writer_sem, true, PC());  // A1, A2
  }
  rt_exit();
  if (got) lockorder_acquired(rw, &rw->writer.id, LOCK_WRITE | LOCK_TRIED, PC());
  return got;
}

void cr_rwmutex_unlock(cr_rwmutex *rw) {
  lockorder_released(rw, &rw->writer.id);
  rt_enter();
  rwmutex_unlock(rw, callsite_here(getg()), PC());
  rt_exit();
}
