// SPDX-License-Identifier: Apache-2.0
// c11.c: <threads.h> by the pthread calls that LLVM's runtime knows. In glibc they are the same objects.
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <threads.h>

#include "alloc.h"
#include "self.h"

#define PUBLIC __attribute__((visibility("default")))

// CALLED makes a call below the frame of ours that the program has called.
#define CALLED(call)                                          \
  __extension__({                                             \
    program_enter((uintptr_t)__builtin_return_address(0));    \
    int result_ = (call);                                     \
    program_leave();                                          \
    result_;                                                  \
  })

_Static_assert(sizeof(thrd_t) == sizeof(pthread_t) && sizeof(mtx_t) == sizeof(pthread_mutex_t) &&
               sizeof(cnd_t) == sizeof(pthread_cond_t) && sizeof(once_flag) == sizeof(pthread_once_t), "glibc's");

static int result(int error) {
  switch (error) {
    case 0: return thrd_success;
    case EBUSY: return thrd_busy;
    case ETIMEDOUT: return thrd_timedout;
    case ENOMEM: return thrd_nomem;
    default: return thrd_error;
  }
}

struct start {
  thrd_start_t fn;
  void *arg;
};

static void *begin(void *arg) {
  struct start s = *(struct start *)arg;
  race_free(arg, sizeof s);
  return (void *)(intptr_t)s.fn(s.arg);
}

PUBLIC int thrd_create(thrd_t *id, thrd_start_t fn, void *arg) {
  struct start *s = race_alloc(sizeof *s);
  *s = (struct start){fn, arg};
  int r = CALLED(pthread_create(id, NULL, begin, s));
  if (r) race_free(s, sizeof *s);
  return r == EAGAIN ? thrd_nomem : result(r);
}

PUBLIC int thrd_join(thrd_t id, int *out) {
  void *value;
  int r = CALLED(pthread_join(id, &value));
  if (r == 0 && out) *out = (int)(intptr_t)value;
  return result(r);
}

PUBLIC int thrd_detach(thrd_t id) { return result(CALLED(pthread_detach(id))); }
PUBLIC _Noreturn void thrd_exit(int value) { pthread_exit((void *)(intptr_t)value); }

PUBLIC int mtx_lock(mtx_t *m) { return result(CALLED(pthread_mutex_lock((pthread_mutex_t *)m))); }
PUBLIC int mtx_trylock(mtx_t *m) { return result(CALLED(pthread_mutex_trylock((pthread_mutex_t *)m))); }
PUBLIC int mtx_timedlock(mtx_t *m, const struct timespec *t) {
  return result(CALLED(pthread_mutex_timedlock((pthread_mutex_t *)m, t)));
}
PUBLIC int mtx_unlock(mtx_t *m) { return result(CALLED(pthread_mutex_unlock((pthread_mutex_t *)m))); }
PUBLIC void mtx_destroy(mtx_t *m) { CALLED(pthread_mutex_destroy((pthread_mutex_t *)m)); }

PUBLIC int cnd_init(cnd_t *c) { return result(CALLED(pthread_cond_init((pthread_cond_t *)c, NULL))); }
PUBLIC int cnd_signal(cnd_t *c) { return result(CALLED(pthread_cond_signal((pthread_cond_t *)c))); }
PUBLIC int cnd_broadcast(cnd_t *c) { return result(CALLED(pthread_cond_broadcast((pthread_cond_t *)c))); }
PUBLIC int cnd_wait(cnd_t *c, mtx_t *m) { return result(CALLED(pthread_cond_wait((pthread_cond_t *)c, (pthread_mutex_t *)m))); }
PUBLIC int cnd_timedwait(cnd_t *c, mtx_t *m, const struct timespec *t) {
  return result(CALLED(pthread_cond_timedwait((pthread_cond_t *)c, (pthread_mutex_t *)m, t)));
}
PUBLIC void cnd_destroy(cnd_t *c) { CALLED(pthread_cond_destroy((pthread_cond_t *)c)); }

PUBLIC void call_once(once_flag *once, void (*fn)(void)) { CALLED(pthread_once((pthread_once_t *)once, fn)); }
