// SPDX-License-Identifier: Apache-2.0
// pthread_go.h makes goroutines of a program's pthreads: put in front of each file by -include, for programs that were
// written for pthreads and are to run on goroutines. As much of pthread as lbzip2 and SQLite use.
#ifndef PTHREAD_GO_H
#define PTHREAD_GO_H

#include <crun/crun.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>

// A mutex counts how often its owner has it, as PTHREAD_MUTEX_RECURSIVE; the others are locked once at a time anyway.
struct go_mutex {
  cr_mutex mutex;
  _Atomic uint64_t owner;  // its goroutine's number; 0: nobody
  unsigned depth;          // under mutex
};

struct go_thread {
  cr_waitgroup done;
  void *(*fn)(void *);
  void *arg, *value;
};

static inline void go_thread_main(struct go_thread *t) {
  t->value = t->fn(t->arg);
  cr_waitgroup_done(&t->done);
}

// A detached one is never freed.
static inline int go_thread_create(struct go_thread **out, const void *attr, void *(*fn)(void *), void *arg) {
  struct go_thread *t = (struct go_thread *)calloc(1, sizeof *t);
  if (!t) return EAGAIN;
  (void)attr;
  t->fn = fn, t->arg = arg;
  cr_waitgroup_add(&t->done, 1);
  *out = t;
  cr_go(go_thread_main, t);
  return 0;
}

static inline int go_thread_join(struct go_thread *t, void **value) {
  cr_waitgroup_wait(&t->done);
  if (value) *value = t->value;
  free(t);
  return 0;
}

static inline int go_mutex_took(struct go_mutex *m) {
  m->owner = cr_goid();
  m->depth = 1;
  return 0;
}

static inline int go_mutex_lock(struct go_mutex *m) {
  if (m->owner == cr_goid()) return m->depth++, 0;
  cr_mutex_lock(&m->mutex);
  return go_mutex_took(m);
}

static inline int go_mutex_trylock(struct go_mutex *m) {
  if (m->owner == cr_goid()) return m->depth++, 0;
  return cr_mutex_trylock(&m->mutex) ? go_mutex_took(m) : EBUSY;
}

static inline int go_mutex_unlock(struct go_mutex *m) {
  if (--m->depth > 0) return 0;
  m->owner = 0;
  cr_mutex_unlock(&m->mutex);
  return 0;
}

static inline int go_mutex_init(struct go_mutex *m, const void *attr) {
  (void)attr;
  *m = (struct go_mutex){.depth = 0};
  return 0;
}

static inline int go_cond_wait(cr_cond *c, struct go_mutex *m) {
  m->owner = 0;
  cr_cond_wait(c, &m->mutex);
  return go_mutex_took(m);
}

#undef PTHREAD_MUTEX_INITIALIZER
#undef PTHREAD_COND_INITIALIZER
#define PTHREAD_MUTEX_INITIALIZER {.depth = 0}
#define PTHREAD_COND_INITIALIZER {0}
#define pthread_t struct go_thread *
#define pthread_mutex_t struct go_mutex
#define pthread_cond_t cr_cond
#define pthread_create go_thread_create
#define pthread_join go_thread_join
#define pthread_self() ((struct go_thread *)(uintptr_t)cr_goid())  // to be compared with another one alone
#define pthread_equal(a, b) ((a) == (b))
#define pthread_exit(value) cr_goexit()
#define sched_yield() (cr_sleep(1000000), 0)  // whom it waits for may be on this P
#define pthread_detach(t) ((void)(t), 0)
#define pthread_mutex_init go_mutex_init
#define pthread_mutex_destroy(m) ((void)(m), 0)
#define pthread_mutex_lock go_mutex_lock
#define pthread_mutex_trylock go_mutex_trylock
#define pthread_mutex_unlock go_mutex_unlock
#define pthread_cond_wait go_cond_wait
#define pthread_cond_signal(c) (cr_cond_signal(c), 0)
#define pthread_cond_broadcast(c) (cr_cond_broadcast(c), 0)
#endif
