// SPDX-License-Identifier: Apache-2.0
// A lock that the detector does not see, with its edges told: cr_race_*, __tsan_mutex_*, the dynamic annotations.
// ARGS: 0..3
#include "litmus.h"

extern void __tsan_mutex_pre_lock(void *m, unsigned flags), __tsan_mutex_post_lock(void *m, unsigned flags, int recursion);
extern int __tsan_mutex_pre_unlock(void *m, unsigned flags);
extern void __tsan_mutex_post_unlock(void *m, unsigned flags);
extern void AnnotateRWLockAcquired(const char *file, int line, const volatile void *l, long writes);
extern void AnnotateRWLockReleased(const char *file, int line, const volatile void *l, long writes);
extern void AnnotateHappensBefore(const char *file, int line, const volatile void *p);
extern void AnnotateHappensAfter(const char *file, int line, const volatile void *p);

static int word, how;
int x;

UNSEEN void take(int *w) {
  int v = 1;
  for (;;) {
    __asm__ volatile("xchgl %0, %1" : "+r"(v), "+m"(*w) : : "memory");
    if (v == 0) return;
    litmus_yield();
  }
}
UNSEEN void give(int *w) { __asm__ volatile("movl $0, %0" : "=m"(*w) : : "memory"); }

static void lock(void) {
  if (how == 1) __tsan_mutex_pre_lock(&word, 0);
  take(&word);
  if (how == 0) cr_race_acquire(&word);
  if (how == 1) __tsan_mutex_post_lock(&word, 0, 0);
  if (how == 2) AnnotateRWLockAcquired(__FILE__, __LINE__, &word, 1);
  if (how == 3) AnnotateHappensAfter(__FILE__, __LINE__, &word);
}

static void unlock(void) {
  if (how == 0) cr_race_release(&word);
  if (how == 1) __tsan_mutex_pre_unlock(&word, 0);
  if (how == 2) AnnotateRWLockReleased(__FILE__, __LINE__, &word, 1);
  if (how == 3) AnnotateHappensBefore(__FILE__, __LINE__, &word);
  give(&word);
  if (how == 1) __tsan_mutex_post_unlock(&word, 0);
}

static void worker(waitgroup *wg) {
  for (int i = 0; i < 50; i++) {
    lock();
    x++;
    unlock();
  }
  wg_done(wg);
}

int main(int argc, char **argv) {
  waitgroup wg = {0};
  how = atoi(argv[1]);
  wg_add(&wg, 3);
  for (int i = 0; i < 3; i++) go(worker, &wg);
  wg_wait(&wg);
  if (x != 150) return 3;
}
