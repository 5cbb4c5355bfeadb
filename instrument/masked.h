// SPDX-License-Identifier: Apache-2.0
// masked.h: vector accesses of some lanes: masked load and store, gather, scatter, expand,
// compress.
#ifndef CRUN_INSTRUMENT_MASKED_H
#define CRUN_INSTRUMENT_MASKED_H

#include "choose.h"
#include "llvm/IR/PassManager.h"

namespace crun {

// isLanes: I accesses memory lane by lane.
bool isLanes(const llvm::IntrinsicInst &I);

bool emitLanes(llvm::IntrinsicInst *I, Choice &C);

// LanesPass ("crun-lanes") runs first. It hides from the optimizer which object a masked load is of: of one that may be
// read whole InstCombine would read all lanes, and the race of a lane that the mask leaves out is none of the program's.
struct LanesPass : llvm::PassInfoMixin<LanesPass> {
  llvm::PreservedAnalyses run(llvm::Module &M, llvm::ModuleAnalysisManager &AM);
  static bool isRequired() { return true; }
};

}  // namespace crun

#endif
