// SPDX-License-Identifier: Apache-2.0
// elements.h: what a loop's check is of: elements at one distance, or rows of them.
#ifndef CRUN_INSTRUMENT_ELEMENTS_H
#define CRUN_INSTRUMENT_ELEMENTS_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/IR/Instruction.h"
#include "steps.h"

namespace crun {

// Elements are Rows times Count accesses of Size bytes each, Stride bytes from one to the next in a row, RowStride from one
// row to the next. All of these are 64 bits, and neither number is 0; where the check is, that of a turn that needs none is.
struct Elements {
  const llvm::SCEV *Start, *Count, *Stride, *Rows, *RowStride;
  unsigned Size;
  llvm::Align Alignment;
  bool Write;
  llvm::Instruction *First;        // the access that they stand for
  llvm::BasicBlock *At = nullptr;  // in front of whose last instruction they are checked; nil: in place

  bool hasShapeOf(const Elements &E) const {
    return At == E.At && Count == E.Count && Stride == E.Stride && Rows == E.Rows && RowStride == E.RowStride;
  }
};

// joinNeighbours makes one of those that lie side by side and were one line of the source.
void joinNeighbours(llvm::SmallVectorImpl<Elements> &List, llvm::ScalarEvolution &SE, Counters &Count);

// dropOverlaps takes out of each what those before it check.
void dropOverlaps(llvm::SmallVectorImpl<Elements> &List, llvm::ScalarEvolution &SE, Counters &Count);

}  // namespace crun

#endif
