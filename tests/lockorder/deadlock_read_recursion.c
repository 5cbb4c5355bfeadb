// SPDX-License-Identifier: Apache-2.0
// A goroutine read-locks twice; a writer may come in between.
// exit: 0
// stderr: POSSIBLE DEADLOCK: a goroutine read-locks twice, and a writer can come in between
// finding: lock-order read-recursion: inner, outer, writer
#include "turns.h"

static cr_rwmutex rw;

static __attribute__((noinline)) void inner(void) {
  cr_rwmutex_rlock(&rw);
  cr_rwmutex_runlock(&rw);
}

static void outer(void) {
  cr_rwmutex_rlock(&rw);
  inner();
  cr_rwmutex_runlock(&rw);
  turn_over();
}

static void writer(void) {
  turn_await(1);
  cr_rwmutex_lock(&rw);
  cr_rwmutex_unlock(&rw);
  turn_over();
}

int main(void) {
  cr_go(outer);
  cr_go(writer);
  turn_await(2);
}
