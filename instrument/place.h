// SPDX-License-Identifier: Apache-2.0
// place.h: the source line of a check. The check's return address is the pc that a report names.
#ifndef CRUN_INSTRUMENT_PLACE_H
#define CRUN_INSTRUMENT_PLACE_H

#include "llvm/IR/IRBuilder.h"

namespace crun {

// placeOf is I's source location. Where the optimizer merged two places (line 0), it is the nearest
// line before I in the same function, without a column.
llvm::DebugLoc placeOf(llvm::Instruction *I);

// Before is a builder that inserts in front of I, at I's place.
struct Before : llvm::IRBuilder<> {
  explicit Before(llvm::Instruction *I) : IRBuilder<>(I) { SetCurrentDebugLocation(placeOf(I)); }
};

// locate gives B, which has no location, one that the verifier accepts: line 0 of F.
void locate(llvm::IRBuilder<> &B, llvm::Function &F);

}  // namespace crun

#endif
