// SPDX-License-Identifier: Apache-2.0
// settled.h: variables of a whole program that nobody writes any more when the second goroutine begins.
#ifndef CRUN_INSTRUMENT_SETTLED_H
#define CRUN_INSTRUMENT_SETTLED_H

#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/IR/Module.h"
#include "phase.h"

namespace crun {

using Settled = llvm::SmallPtrSet<const llvm::GlobalVariable *, 16>;

// settledGlobals finds them in a module that is the whole program but for what the linker takes from libraries.
Settled settledGlobals(llvm::Module &M, const Phase &P);

}  // namespace crun

#endif
