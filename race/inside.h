// SPDX-License-Identifier: Apache-2.0
// inside.h: entering and leaving the detector's own code, where no signal handler may run (signal.c).
//
// A signal that comes in between waits, and its handler runs as soon as this thread is out again.
#ifndef CRUN_RACE_INSIDE_H
#define CRUN_RACE_INSIDE_H

#include <stdatomic.h>

#include "g.h"

// signal_waits is set while this thread has a signal that interrupted the detector.
extern _Thread_local uint8_t signal_waits __attribute__((tls_model("local-exec")));

// signal_deliver lets the signal that waits be handled, if this thread is really out.
void signal_deliver(void);

static inline void inside_begin(void) {
  race_inside = 1;
  atomic_signal_fence(memory_order_seq_cst);
}

// inside_over lets a signal that waits be handled: race_inside is 0 again, or a favourite's page is unlocked, which
// counts as inside too (page_lock.h).
static inline void inside_over(void) {
  atomic_signal_fence(memory_order_seq_cst);
  if (__builtin_expect(signal_waits, 0)) signal_deliver();
}

static inline void inside_end(void) {
  atomic_signal_fence(memory_order_seq_cst);
  race_inside = 0;
  inside_over();
}

// inside_enter and inside_leave are the same where the caller may be inside already.
static inline uint8_t inside_enter(void) {
  uint8_t was = race_inside;
  inside_begin();
  return was;
}

static inline void inside_leave(uint8_t was) {
  if (!was) inside_end();
}

#endif
