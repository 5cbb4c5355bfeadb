// SPDX-License-Identifier: Apache-2.0
// masked.h: vector accesses of some lanes: masked load and store, gather, scatter, expand,
// compress.
#ifndef CRUN_INSTRUMENT_MASKED_H
#define CRUN_INSTRUMENT_MASKED_H

#include "choose.h"

namespace crun {

// isLanes: I accesses memory lane by lane.
bool isLanes(const llvm::IntrinsicInst &I);

bool emitLanes(llvm::IntrinsicInst *I, Choice &C);

}  // namespace crun

#endif
