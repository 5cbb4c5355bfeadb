// SPDX-License-Identifier: Apache-2.0
// sync.h: which instructions can order goroutines: between them checks may be left out and moved.
#ifndef CRUN_INSTRUMENT_SYNC_H
#define CRUN_INSTRUMENT_SYNC_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/PassManager.h"
#include "steps.h"

namespace llvm {
class TargetLibraryInfo;
}

namespace crun {

// maySync: I by itself may be a release or an acquire.
bool maySync(const llvm::Instruction &I, const llvm::TargetLibraryInfo &Library);

// Sync answers for the functions of one module, whose calls it follows as far as they are certainly the ones called. It
// looks at them before they have checks.
class Sync {
 public:
  Sync(llvm::ArrayRef<llvm::Function *> Functions, llvm::FunctionAnalysisManager &FAM, Counters &Count);

  // mayRelease: what this goroutine did until I may become ordered before what another does later. An
  // access after I is not the access before I any more, although the bytes are the same.
  bool mayRelease(const llvm::Instruction &I) const { return effectOf(I) & Release; }

  // maySync: I may be a release or an acquire.
  bool maySync(const llvm::Instruction &I) const { return effectOf(I); }

 private:
  enum Effect : unsigned { Neither = 0, Acquire = 1, Release = 2, Both = 3 };
  using Functions = llvm::SmallVector<const llvm::Function *, 4>;

  unsigned effectOf(const llvm::Instruction &I) const;
  unsigned ownEffectOf(const llvm::Instruction &I, const llvm::TargetLibraryInfo &Library) const;
  static unsigned inTable(const llvm::CallBase &C);
  void spread(llvm::ArrayRef<llvm::Function *> Functions);
  void count(llvm::ArrayRef<llvm::Function *> Functions, Counters &Count) const;

  llvm::DenseMap<const llvm::Function *, unsigned> OfFunction;  // those whose bodies are the ones that run
  llvm::DenseMap<const llvm::Function *, Functions> Callers;
  llvm::FunctionAnalysisManager &FAM;
};

}  // namespace crun

#endif
