// SPDX-License-Identifier: Apache-2.0
// litmus.h lets a litmus program order its accesses without giving the detector an edge to see.
//
// The turns are a counter that only inline assembly in unseen functions touches: the machine
// executes the accesses in the order asked for, and for the detector nothing has happened. A race_*
// program is so a race in every run, not in some, and a norace_* program is free of one only if the
// edge it is named after exists.
//
//     racer(0); x = 1; next();   ||   racer(1); x = 2; next();   ||   turn(2): both are done
//
// LITMUS_ORDER=1 in the environment makes racer(1) the first of the two; the judge runs both orders.
#ifndef TESTS_LITMUS_H
#define TESTS_LITMUS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef LITMUS_PTHREAD
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>
#define litmus_yield() sched_yield()
#else
#include <crun/crun.h>
#include <crun/short.h>
#define litmus_yield() cr_yield()
#endif

// UNSEEN functions are not looked at, assembly included; no_sanitize("thread") keeps atomics.
#define UNSEEN __attribute__((disable_sanitizer_instrumentation, noinline, unused)) static
#define NOINLINE __attribute__((noinline))

// use makes the compiler load v.
#define use(v) __asm__ volatile("" : : "r"((long)(v)))

static int litmus_turn;  // inline assembly only

UNSEEN int litmus_turns(void) {
  int v;
  __asm__ volatile("movl %1, %0" : "=r"(v) : "m"(litmus_turn) : "memory");
  return v;
}

// next ends a turn.
UNSEEN void next(void) { __asm__ volatile("lock incl %0" : "+m"(litmus_turn) : : "memory", "cc"); }

// turn waits until n turns have ended.
UNSEEN void turn(int n) {
  while (litmus_turns() < n) litmus_yield();
}

UNSEEN int litmus_order(void) {
  const char *order = getenv("LITMUS_ORDER");
  return order && order[0] == '1';
}

// racer waits for the turn of one of two: 0 comes first, or second under LITMUS_ORDER=1.
UNSEEN void racer(int who) { turn(who ^ litmus_order()); }

// settle lets the others run as far as they can: a goroutine that was about to park has parked.
UNSEEN void settle(void) {
  for (int i = 0; i < 200; i++) litmus_yield();
}

// litmus_set and litmus_get keep a word that the detector does not see: a place to hand an address on.
UNSEEN void litmus_set(void **place, void *v) { __asm__ volatile("movq %1, %0" : "=m"(*place) : "r"(v) : "memory"); }

UNSEEN void *litmus_get(void **place) {
  void *v;
  __asm__ volatile("movq %1, %0" : "=r"(v) : "m"(*place) : "memory");
  return v;
}

#ifdef LITMUS_PTHREAD
UNSEEN pthread_t spawn(void *(*fn)(void *), void *arg) {
  pthread_t t;
  if (pthread_create(&t, NULL, fn, arg)) abort();
  return t;
}

// litmus_gone waits until thread tid has left the process, as join does but without its edge.
UNSEEN void litmus_gone(long tid) {
  while (syscall(SYS_tgkill, getpid(), tid, 0) == 0) sched_yield();
}
#endif

#endif
