// SPDX-License-Identifier: Apache-2.0
// roster.h: which goroutine a fiber of LLVM's runtime is: the runtime says its name, which has the goroutine's number.
#ifndef CRUN_RACE_TSAN_ROSTER_H
#define CRUN_RACE_TSAN_ROSTER_H

#include "ginfo.h"
#include "rtl.h"

// roster_add enters the info of a goroutine with its fiber, which gets its name. roster_ended says that the goroutine
// has ended: the info is remembered while few thousand others have ended since. Both keep the caller's reference.
void roster_add(tsan_state *fiber, struct ginfo *gi);
void roster_ended(struct ginfo *gi);

// roster_find returns the info of the goroutine whose fiber has this name, with a reference for the caller; nil: it
// names none, or one that is forgotten. *goid is its number, 0 if the name is no goroutine's.
struct ginfo *roster_find(const char *name, uint64_t *goid);

#endif
