// SPDX-License-Identifier: Apache-2.0
// deferred.h: the checks of a loop in which nothing can order goroutines are put down, and made many at a time.
#ifndef CRUN_INSTRUMENT_DEFERRED_H
#define CRUN_INSTRUMENT_DEFERRED_H

#include "llvm/IR/Function.h"
#include "steps.h"

namespace crun {

// deferChecks is for a function that has its checks, and its copy without.
void deferChecks(llvm::Function &F, Counters &Count);

}  // namespace crun

#endif
