// SPDX-License-Identifier: Apache-2.0
// place.h: the source line of a check. The check's return address is the pc that a report names.
#ifndef CRUN_INSTRUMENT_PLACE_H
#define CRUN_INSTRUMENT_PLACE_H

#include "llvm/IR/IRBuilder.h"

namespace crun {

// placeOf is I's source location. Where the optimizer merged two places or moved one (line 0, or no
// location), it is the line of another access through the same pointer, else the nearest line
// before I, else after it, else the function's; without a column, to say that it is near.
llvm::DebugLoc placeOf(llvm::Instruction *I);

// Before is a builder that inserts in front of I, at I's place.
struct Before : llvm::IRBuilder<> {
  explicit Before(llvm::Instruction *I) : IRBuilder<>(I) { SetCurrentDebugLocation(placeOf(I)); }
};

// After inserts behind I, which must not be a terminator.
struct After : llvm::IRBuilder<> {
  explicit After(llvm::Instruction *I) : IRBuilder<>(I->getParent(), std::next(I->getIterator())) {
    SetCurrentDebugLocation(placeOf(I));
  }
};

// locate gives B, which has no location, one that the verifier accepts: line 0 of F.
void locate(llvm::IRBuilder<> &B, llvm::Function &F);

}  // namespace crun

#endif
