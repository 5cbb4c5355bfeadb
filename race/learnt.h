// SPDX-License-Identifier: Apache-2.0
// learnt.h: the last edges by which a race_g learnt something new, and from whom: for reports.
//
// The last synchronization between two is the one that brought the newest clock of the other's that I know. If it
// came straight from the other it is among these with its stamp; what came through others is not told apart.
#ifndef CRUN_RACE_LEARNT_H
#define CRUN_RACE_LEARNT_H

#include <stdbool.h>
#include <stdint.h>

#include "context.h"
#include "g.h"

enum { LEARNT_KEPT = 8 };

struct learnt {
  uintptr_t object;    // the sync address, or the lock
  uint32_t slot, clk;  // the stamp that was acquired; clk 0: several had released there
  ctx_id ctx;          // where; 0: not known
  uint8_t kind;        // LEARNT_OTHER, or an enum lock_kind
};

enum { LEARNT_OTHER = 255 };

// learnt_note: g has learnt what the stamp says, at object.
void learnt_note(race_g *g, uintptr_t object, uint32_t slot, uint32_t clk);

// learnt_by_lock says of what g learnt since there were `before` that it took lock at ctx.
void learnt_by_lock(race_g *g, uint32_t before, uintptr_t lock, uint8_t kind, ctx_id ctx);

void learnt_drop(race_g *g);

// What a report says of the last synchronization.
enum meeting_how {
  MEETING_UNKNOWN,  // the other is not known any more
  MEETING_NEVER,    // nothing the other did is known
  MEETING_CREATED,  // the other created me
  MEETING_DIRECT,
  MEETING_OTHERS,   // through others, at an object where several release, or longer ago
};

struct meeting {
  enum meeting_how how;
  struct learnt by;    // MEETING_DIRECT
};

// meeting_find finds by what g learnt of the owner of slot that began with clock `from` (0: not known any more).
struct meeting meeting_find(const race_g *g, uint32_t slot, uint32_t from);

#endif
