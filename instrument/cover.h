// SPDX-License-Identifier: Apache-2.0
// cover.h: accesses that need no check because another check of the same bytes is enough.
#ifndef CRUN_INSTRUMENT_COVER_H
#define CRUN_INSTRUMENT_COVER_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/Instruction.h"
#include "steps.h"
#include "sync.h"

namespace crun {

// dropCovered takes out of Plain (the loads and stores of F that are to be checked) those that need
// no check. Every location that races is still reported, if with another line that races on it.
void dropCovered(llvm::Function &F, llvm::SmallVectorImpl<llvm::Instruction *> &Plain,
                 const Sync &Syncs, Counters &Count);

}  // namespace crun

#endif
