// SPDX-License-Identifier: Apache-2.0
// self.h: whether this thread's events count, for the entry points that make edges.
#ifndef CRUN_RACE_SELF_H
#define CRUN_RACE_SELF_H

#include "g.h"

// sync_locked is set while this thread holds a syncvar's lock with race_inside clear: no signal handler runs
// then either, but that of a fault.
extern _Thread_local uint8_t sync_locked __attribute__((tls_model("local-exec")));

// g_self returns the race_g whose edges this thread makes now, or nil: none runs here, or the runtime
// hides what it does, or the handler of a fault interrupted the detector.
static inline race_g *g_self(void) {
  if (race_inside | sync_locked | race_hidden) return NULL;
  return race_cur;
}

#endif
