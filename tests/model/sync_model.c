// SPDX-License-Identifier: Apache-2.0
// sync_model.c: mutex, rwmutex, waitgroup, cond and semaphore under the interleavings of a few threads:
// all of them, or where that is too many, all with at most so many preemptions.
#include <stdio.h>
#include <string.h>

#include "chan/waitq.h"
#include "crun/sync.h"
#include "explore.h"
#include "fake.h"

static struct {
  cr_mutex m;
  cr_rwmutex rw;
  cr_waitgroup wg;
  cr_cond cond;
  cr_sema sema;
  int inside, readers, writers, done, turn;
  bool flag;
} s;

_Noreturn void cr_panic(const char *fmt, ...);
void cr_panic(const char *fmt, ...) { model_fail(fmt); }

static void reset(void) { memset(&s, 0, sizeof s); }

static uint64_t queue(uint64_t h, const struct cr_waitq *q) {
  for (const struct sudog *sg = q->first; sg; sg = sg->next) h = model_mix(h, sg->g->goid * 4 + sg->success * 2 + sg->awake);
  return model_mix(h, 99);
}

static uint64_t mutex_digest(uint64_t h, const cr_mutex *m) {
  return queue(model_mix(model_mix(h, m->word), m->lock), &m->waiters);
}

static uint64_t sema_digest(uint64_t h, const cr_sema *x) {
  return queue(model_mix(model_mix(h, x->count), x->lock), &x->waiters);
}

static uint64_t digest(void) {
  uint64_t h = mutex_digest(1, &s.m);
  h = mutex_digest(h, &s.rw.writer);
  h = sema_digest(sema_digest(h, &s.rw.writer_sem), &s.rw.reader_sem);
  h = model_mix(model_mix(h, (uint64_t)(int64_t)s.rw.reader_count), (uint64_t)(int64_t)s.rw.reader_wait);
  h = sema_digest(model_mix(h, s.wg.state), &s.wg.sema);
  h = queue(model_mix(model_mix(h, s.cond.lock), s.cond.nwait), &s.cond.waiters);
  h = sema_digest(h, &s.sema);
  h = model_mix(h, (uint64_t)(s.inside * 1000 + s.readers * 100 + s.writers * 10 + s.done));
  return model_mix(h, (uint64_t)(s.turn * 2 + s.flag));
}

// ---- mutex ----------------------------------------------------------------------------------

static void mutex_run(int thread) {
  for (int i = 0; i < (thread == 0 ? 2 : 1); i++) {
    cr_mutex_lock(&s.m);
    model_check(s.inside++ == 0);
    model_step();
    s.inside--;
    cr_mutex_unlock(&s.m);
    s.done++;
    model_forget();
  }
}

static void mutex_try_run(int thread) {
  if (thread < 2) {
    mutex_run(thread);
  } else if (cr_mutex_trylock(&s.m)) {
    model_check(s.inside++ == 0);
    model_step();
    s.inside--;
    cr_mutex_unlock(&s.m);
  }
}

static void mutex_finish(void) {
  model_check(s.m.word == 0);
  model_check(!s.m.waiters.first && !s.m.lock);
}

// ---- rwmutex --------------------------------------------------------------------------------

static void reader(void) {
  cr_rwmutex_rlock(&s.rw);
  s.readers++;
  model_check(s.writers == 0);
  model_step();
  model_check(s.writers == 0);
  s.readers--;
  cr_rwmutex_runlock(&s.rw);
}

static void writer(void) {
  cr_rwmutex_lock(&s.rw);
  s.writers++;
  model_check(s.writers == 1 && s.readers == 0);
  model_step();
  model_check(s.writers == 1 && s.readers == 0);
  s.writers--;
  cr_rwmutex_unlock(&s.rw);
}

static void rw_run_2r1w(int thread) {
  if (thread < 2) reader();
  else writer();
}

static void rw_run_1r2w(int thread) {
  if (thread < 1) reader();
  else writer();
}

static void rw_finish(void) {
  model_check(s.rw.reader_count == 0 && s.rw.reader_wait == 0 && s.rw.writer.word == 0);
  model_check(!s.rw.reader_sem.count && !s.rw.writer_sem.count);
}

// ---- waitgroup ------------------------------------------------------------------------------


static void wg_reset_state(void) {
  reset();
  s.wg.state = (uint64_t)2 << 32;
}

static void wg_run(int thread) {
  if (thread < 2) {
    s.done++;
    cr_waitgroup_done(&s.wg);
  } else {
    cr_waitgroup_wait(&s.wg);
    model_check(s.done == 2);
  }
}

static void wg_finish(void) { model_check(s.wg.state == 0 && s.wg.sema.count == 0); }

// ---- cond and semaphore ---------------------------------------------------------------------

static void cond_run(int thread) {
  cr_mutex_lock(&s.m);
  if (thread == 0) {
    s.flag = true;
    cr_mutex_unlock(&s.m);
    cr_cond_broadcast(&s.cond);
    return;
  }
  while (!s.flag) cr_cond_wait(&s.cond, &s.m);
  cr_mutex_unlock(&s.m);
}

// Each of two takes its turn and wakes the other: a lost signal leaves both asleep.
static void turns_run(int thread) {
  for (int i = 0; i < 2; i++) {
    cr_mutex_lock(&s.m);
    while (s.turn != thread) cr_cond_wait(&s.cond, &s.m);
    s.turn = !thread;
    cr_cond_signal(&s.cond);
    cr_mutex_unlock(&s.m);
  }
}

// The same over a lock of one's own, which is a semaphore.
static void any_lock(void *l) { cr_sema_acquire(l); }
static void any_unlock(void *l) { cr_sema_release(l); }

static void any_reset(void) {
  reset();
  s.sema.count = 1;
}

static void any_run(int thread) {
  for (int i = 0; i < 2; i++) {
    any_lock(&s.sema);
    while (s.turn != thread) cr_cond_wait_any(&s.cond, any_unlock, any_lock, &s.sema);
    s.turn = !thread;
    cr_cond_signal(&s.cond);
    any_unlock(&s.sema);
  }
}

static void any_finish(void) { model_check(s.cond.nwait == 0 && !s.cond.waiters.first && s.sema.count == 1); }

static void cond_finish(void) {
  mutex_finish();
  model_check(s.cond.nwait == 0 && !s.cond.waiters.first);
}

static void sema_reset(void) {
  reset();
  s.sema.count = 2;
}

static void sema_run(int thread) {
  (void)thread;
  cr_sema_acquire(&s.sema);
  model_check(++s.inside <= 2);
  model_step();
  s.inside--;
  cr_sema_release(&s.sema);
}

static void sema_finish(void) { model_check(s.sema.count == 2 && !s.sema.waiters.first); }

// ---- planted: a lock that looks before it takes, without a CAS ---------------------------------

static void planted_run(int thread) {
  (void)thread;
  model_step();
  if (s.flag) return;
  model_step();
  s.flag = true;
  model_check(s.inside++ == 0);
  model_step();
  s.inside--;
  s.flag = false;
}

static void planted_finish(void) {}

int main(int argc, char **argv) {
  (void)argv;
  static const struct model planted = {"planted", 2, reset, planted_run, digest, planted_finish, 0, false, 0};
  if (argc > 1) return model_explore(&planted) == 0;  // must not come back

  static const struct model models[] = {
      {"mutex, 2 threads", 2, reset, mutex_run, digest, mutex_finish, 0, false, 0},
      {"mutex, 3 threads", 3, reset, mutex_run, digest, mutex_finish, 0, false, 3},
      {"mutex, 3 threads, starving", 3, reset, mutex_run, digest, mutex_finish, 2000000, false, 3},
      {"mutex, 2 threads, spinning", 2, reset, mutex_run, digest, mutex_finish, 0, true, 3},
      {"mutex, trylock", 3, reset, mutex_try_run, digest, mutex_finish, 0, false, 3},
      {"mutex, trylock, starving", 3, reset, mutex_try_run, digest, mutex_finish, 2000000, false, 3},
      {"rwmutex, 2 readers, 1 writer", 3, reset, rw_run_2r1w, digest, rw_finish, 0, false, 3},
      {"rwmutex, 1 reader, 2 writers", 3, reset, rw_run_1r2w, digest, rw_finish, 0, false, 3},
      {"waitgroup, 2 done, 1 wait", 3, wg_reset_state, wg_run, digest, wg_finish, 0, false, 0},
      {"waitgroup, 2 done, 2 wait", 4, wg_reset_state, wg_run, digest, wg_finish, 0, false, 3},
      {"cond, broadcast", 3, reset, cond_run, digest, cond_finish, 0, false, 3},
      {"cond, turns", 2, reset, turns_run, digest, cond_finish, 0, false, 4},
      {"cond, turns, any lock", 2, any_reset, any_run, digest, any_finish, 0, false, 4},
      {"semaphore, 3 threads", 3, sema_reset, sema_run, digest, sema_finish, 0, false, 3},
  };
  for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
    uint64_t states = model_explore(&models[i]);
    printf("%-32s %9llu states\n", models[i].name, (unsigned long long)states);
    fflush(stdout);
  }
}
