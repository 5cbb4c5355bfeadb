// SPDX-License-Identifier: Apache-2.0
// phase.h: which calls may end the single-goroutine phase, and which need no frame in it.
#ifndef CRUN_INSTRUMENT_PHASE_H
#define CRUN_INSTRUMENT_PHASE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/PassManager.h"

namespace llvm {
class TargetLibraryInfo;
}

namespace crun {

// Phase answers for the functions of one module. It looks at them before they have checks.
class Phase {
 public:
  Phase(llvm::ArrayRef<llvm::Function *> Functions, llvm::FunctionAnalysisManager &FAM);

  // mayEnd: when C comes back there may be a second line of execution.
  bool mayEnd(const llvm::Instruction &C) const;
  bool mayEnd(const llvm::BasicBlock &B) const;
  bool mayEnd(const llvm::Function &F) const { return !Known.contains(&F) || Ending.contains(&F); }

  // isBare: nothing that F calls ends the phase, or asks how it was called: in the phase F and all
  // that it calls do without frames.
  bool isBare(const llvm::Function &F) const { return Known.contains(&F) && !Framed.contains(&F); }

 private:
  using Set = llvm::SmallPtrSet<const llvm::Function *, 32>;

  void look(const llvm::Function &F, const llvm::TargetLibraryInfo &Library);
  void spread(Set &S) const;
  const llvm::Function *knownCallee(const llvm::CallBase &C) const;

  Set Known;    // whose bodies are the ones that run
  Set Ending;   // may end the phase
  Set Framed;   // need a frame
  llvm::SmallPtrSet<const llvm::Instruction *, 32> Strange;  // calls of others that may end it
  llvm::DenseMap<const llvm::Function *, llvm::SmallVector<const llvm::Function *, 4>> Callers;
};

}  // namespace crun

#endif
