// SPDX-License-Identifier: Apache-2.0
// loops.h: checks of loops that are made once, in front of the loop.
#ifndef CRUN_INSTRUMENT_LOOPS_H
#define CRUN_INSTRUMENT_LOOPS_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/PassManager.h"
#include "steps.h"
#include "sync.h"

namespace crun {

// hoistChecks takes out of Plain (the loads and stores of F that are to be checked) those whose
// addresses are known in front of a loop, and checks them there. F is otherwise as it was when FAM
// looked at it. It returns whether
// there are any.
bool hoistChecks(llvm::Function &F, llvm::SmallVectorImpl<llvm::Instruction *> &Plain,
                 llvm::FunctionAnalysisManager &FAM, const Sync &Syncs, Counters &Count);

}  // namespace crun

#endif
