// SPDX-License-Identifier: Apache-2.0
// init.h: the detector's beginning and end.
#ifndef CRUN_RACE_INIT_H
#define CRUN_RACE_INIT_H

#include "g.h"

// race_init sets everything up and makes the calling thread the main one. It runs before every
// constructor (.preinit_array); further calls do nothing.
void race_init(void);

extern race_g *race_main;  // read-only after init

#endif
