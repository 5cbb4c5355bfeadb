// SPDX-License-Identifier: Apache-2.0
// Readers of a lock of the program's own order nothing among themselves, however it is told.
// ARGS: 0 1
// RACE: write A, write B
#include "litmus.h"

extern void __tsan_mutex_pre_lock(void *m, unsigned flags), __tsan_mutex_post_lock(void *m, unsigned flags, int recursion);
extern int __tsan_mutex_pre_unlock(void *m, unsigned flags);
extern void __tsan_mutex_post_unlock(void *m, unsigned flags);
extern void AnnotateRWLockAcquired(const char *file, int line, const volatile void *l, long writes);
extern void AnnotateRWLockReleased(const char *file, int line, const volatile void *l, long writes);

enum { READ_LOCK = 1 << 3 };
static long rwlock, inner;
static int how;
int x;

static void lock(void) {
  if (how) {
    AnnotateRWLockAcquired(__FILE__, __LINE__, &rwlock, 0);
  } else {
    __tsan_mutex_pre_lock(&rwlock, READ_LOCK);
    inner = 1;  // the lock's own business
    __tsan_mutex_post_lock(&rwlock, READ_LOCK, 0);
  }
}

static void unlock(void) {
  if (how) {
    AnnotateRWLockReleased(__FILE__, __LINE__, &rwlock, 0);
  } else {
    __tsan_mutex_pre_unlock(&rwlock, READ_LOCK);
    inner = 0;
    __tsan_mutex_post_unlock(&rwlock, READ_LOCK);
  }
}

static void worker(void) {
  racer(0);
  lock();
  x = 1;  // @A
  unlock();
  next();
}

int main(int argc, char **argv) {
  how = atoi(argv[1]);
  go(worker);
  racer(1);
  lock();
  x = 2;  // @B
  unlock();
  next();
  turn(2);
}
