// SPDX-License-Identifier: Apache-2.0
// versions.h: functions whose code is there twice, with and without checks.
#ifndef CRUN_INSTRUMENT_VERSIONS_H
#define CRUN_INSTRUMENT_VERSIONS_H

#include "llvm/IR/Function.h"
#include "phase.h"
#include "steps.h"

namespace crun {

// A Twice is a function that has all its checks and may get a copy without.
struct Twice {
  llvm::Function *F;
  bool Bare;           // Phase::isBare
  unsigned Checks;     // calls that the copy does without
  uint64_t Worth;      // those not in front of loops, each eightfold for each loop around
  unsigned Size;       // instructions of the copy; 0: there cannot be one
};

// weigh says what a copy of F would save and cost.
Twice weigh(llvm::Function &F, const Phase &P);

// affordable keeps of List what a module of Size instructions has room for (-crun-race-size), the
// functions with most worth an instruction first.
void affordable(llvm::SmallVectorImpl<Twice> &List, unsigned Size);

// guard makes the checks of F, which has no copy, ask whether a single goroutine lives.
void guard(llvm::Function &F);

// addVersion makes the copy. F gets its frame here too, if it is bare: the copy has none.
void addVersion(const Twice &T, const Phase &P);

}  // namespace crun

#endif
