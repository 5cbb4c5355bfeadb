// SPDX-License-Identifier: Apache-2.0
// sync.h: which instructions can order goroutines: between them checks may be left out and moved.
#ifndef CRUN_INSTRUMENT_SYNC_H
#define CRUN_INSTRUMENT_SYNC_H

#include "llvm/IR/Instruction.h"

namespace llvm {
class TargetLibraryInfo;
}

namespace crun {

// mayRelease: what this goroutine did until I may become ordered before what another does later. An
// access after I is not the access before I any more, although the bytes are the same.
bool mayRelease(const llvm::Instruction &I, const llvm::TargetLibraryInfo &Library);

// maySync: I may be a release or an acquire.
bool maySync(const llvm::Instruction &I, const llvm::TargetLibraryInfo &Library);

}  // namespace crun

#endif
