// SPDX-License-Identifier: Apache-2.0
// frame.h: the activation of an instrumented function, for the stacks of reports.
#ifndef CRUN_INSTRUMENT_FRAME_H
#define CRUN_INSTRUMENT_FRAME_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/InstrTypes.h"

namespace crun {

// addFrame reports F's entry, and its exits by return, by tail call and by unwinding.
void addFrame(llvm::Function &F);

// addFrame reports the entry at the beginning of Body and the returns in Blocks, which alone have a
// frame. F throws nothing.
void addFrame(llvm::Function &F, llvm::BasicBlock &Body,
              llvm::ArrayRef<llvm::BasicBlock *> Blocks);

// emitUnwind lets the detector drop, behind a call that returns twice, the frames that longjmp
// left.
void emitUnwind(llvm::CallBase *C);

// weaken takes back what the optimizer concluded of F before it had checks: that it writes nothing
// outside, or may be inlined (its frame is one of its own; link-time inlining would lose it).
void weaken(llvm::Function &F);

}  // namespace crun

#endif
