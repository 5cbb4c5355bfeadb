// SPDX-License-Identifier: Apache-2.0
// Who learns through a lock itself that nobody will use it any more may destroy and free it.
// TSAN: unsure
#define LITMUS_PTHREAD
#define _GNU_SOURCE
#include "litmus.h"

#include <semaphore.h>

// The last user, counted under the lock.
struct counted {
  pthread_mutex_t mutex;
  int users;
};

static void *last_user(void *arg) {
  struct counted *c = arg;
  pthread_mutex_lock(&c->mutex);
  int last = --c->users == 0;
  pthread_mutex_unlock(&c->mutex);
  if (!last) return arg;
  pthread_mutex_destroy(&c->mutex);
  free(c);
  return arg;
}

static struct counted *counted_new(int users) {
  struct counted *c = malloc(sizeof *c);
  pthread_mutex_init(&c->mutex, NULL);
  c->users = users;
  return c;
}

// Who waits for what it made itself.
struct request {
  pthread_mutex_t mutex;
  pthread_cond_t cond;
  int done;
};

static void *answer(void *arg) {
  struct request *r = arg;
  pthread_mutex_lock(&r->mutex);
  r->done = 1;
  pthread_cond_signal(&r->cond);
  pthread_mutex_unlock(&r->mutex);
  return arg;
}

static void ask(void) {
  struct request r = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};
  pthread_t t = spawn(answer, &r);
  pthread_mutex_lock(&r.mutex);
  while (!r.done) pthread_cond_wait(&r.cond, &r.mutex);
  pthread_mutex_unlock(&r.mutex);
  pthread_cond_destroy(&r.cond);
  pthread_mutex_destroy(&r.mutex);
  pthread_join(t, NULL);
}

static void *post(void *arg) {
  sem_post(arg);
  return arg;
}

static void wait_once(void) {
  sem_t *s = malloc(sizeof *s);
  sem_init(s, 0, 0);
  pthread_t t = spawn(post, s);
  sem_wait(s);
  sem_destroy(s);
  free(s);
  pthread_join(t, NULL);
}

// The first to leave a barrier ends it; the others still learn of all who came.
struct place {
  pthread_barrier_t *barrier;
  int *came;
};
int came[3];

static void *meet(void *arg) {
  struct place *p = arg;
  pthread_barrier_t *b = p->barrier;
  *p->came = 1;
  if (pthread_barrier_wait(b) == PTHREAD_BARRIER_SERIAL_THREAD) {
    pthread_barrier_destroy(b);
    free(b);
  }
  use(came[0] + came[1] + came[2]);
  return arg;
}

static void meet_all(void) {
  pthread_t t[3];
  struct place places[3];
  pthread_barrier_t *b = malloc(sizeof *b);
  pthread_barrier_init(b, NULL, 3);
  for (int i = 0; i < 3; i++) {
    places[i] = (struct place){b, &came[i]};
    t[i] = spawn(meet, &places[i]);
  }
  for (int i = 0; i < 3; i++) pthread_join(t[i], NULL);
}

static void *reader(void *arg) {
  pthread_rwlock_rdlock(arg);
  pthread_rwlock_unlock(arg);
  return arg;
}

static void after_join(void) {
  pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  pthread_t t[2] = {spawn(reader, &lock), spawn(reader, &lock)};
  pthread_join(t[0], NULL);
  pthread_join(t[1], NULL);
  pthread_rwlock_destroy(&lock);
}

int main(void) {
  for (int i = 0; i < 300; i++) {
    pthread_t t[3];
    struct counted *c = counted_new(3);
    for (int k = 0; k < 3; k++) t[k] = spawn(last_user, c);
    for (int k = 0; k < 3; k++) pthread_join(t[k], NULL);
    ask();
    wait_once();
    meet_all();
    after_join();
  }
}
