// SPDX-License-Identifier: Apache-2.0
// What a timed lock that timed out, a lock of another kind or of another thread's, and a cancelled thread leave unordered.
// ARGS: 0..6
// RACE: write A, write B
// TSAN: unsure
#define LITMUS_PTHREAD
#define _GNU_SOURCE
#include "litmus.h"

#include <threads.h>
#include <time.h>

int x;
static int kind;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, other = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static mtx_t mtx, mtx_other;
static cnd_t cnd;
static pthread_key_t key;

static const struct timespec past = {.tv_sec = 1};

static void write_x(void *arg) {
  x = 1;  // @A
  use(arg);
  next();
}

static void *thread(void *arg) {
  switch (kind) {
    case 0: case 1: pthread_mutex_lock(&mutex); break;
    case 2: pthread_rwlock_rdlock(&rwlock); break;
    case 3: mtx_lock(&mtx); break;
    case 5: pthread_setspecific(key, &x); return arg;
    case 6: pthread_setspecific(key, &x); next(); for (;;) pause();
  }
  write_x(arg);
  switch (kind) {
    case 0: turn(2); break;
    case 1: pthread_mutex_unlock(&mutex); break;
    case 2: pthread_rwlock_unlock(&rwlock); break;
    case 3: mtx_unlock(&mtx); break;
    case 4: cnd_signal(&cnd); break;
  }
  next();
  return arg;
}

int main(int argc, char **argv) {
  kind = atoi(argv[1]);
  mtx_init(&mtx, mtx_plain);
  mtx_init(&mtx_other, mtx_recursive);
  cnd_init(&cnd);
  pthread_key_create(&key, write_x);
  pthread_t t = spawn(thread, NULL);
  turn(1);
  switch (kind) {
    case 0: if (!pthread_mutex_timedlock(&mutex, &past)) abort(); break;
    case 1: turn(2), pthread_mutex_lock(&other); break;
    case 2: turn(2); if (pthread_rwlock_timedrdlock(&rwlock, &past)) abort(); break;
    case 3: turn(2), mtx_lock(&mtx_other); break;
    case 4: turn(2), mtx_lock(&mtx), cnd_timedwait(&cnd, &mtx, &past); break;
    case 5: break;
    case 6: pthread_cancel(t), turn(2); break;
  }
  x = 2;  // @B
  next();
}
