// SPDX-License-Identifier: Apache-2.0
// phase.cpp finds the calls that may end the single-goroutine phase (race/single.h).
//
//     the runtime, pthread_create, whatever is not known         may end it
//     malloc and its kind                                        do not, but blocks remember their stack
//     quiet functions (sync.cpp), intrinsics, assembly           neither
//     functions of this module that are certainly the ones       what their calls do
//     called (no other file can replace them)
//
// A signal handler is no call: with one installed and a second thread there is no phase.
#include "phase.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "sync.h"

using namespace llvm;

namespace crun {

namespace {

bool isAllocator(const CallBase &C) {
  static const StringSet<> Names = {"malloc", "calloc", "realloc", "free", "strdup", "strndup"};
  const Function *F = C.getCalledFunction();
  return F && F->isDeclaration() && Names.contains(F->getName());
}

bool isHarmless(const CallBase &C, const TargetLibraryInfo &Library) {
  return C.isInlineAsm() || isa<IntrinsicInst>(C) || !maySync(C, Library);
}

}  // namespace

Phase::Phase(ArrayRef<Function *> Functions, FunctionAnalysisManager &FAM) {
  for (Function *F : Functions)
    if (F->hasExactDefinition()) Known.insert(F);
  for (Function *F : Functions) look(*F, FAM.getResult<TargetLibraryAnalysis>(*F));
  spread(Ending);
  spread(Framed);
}

const Function *Phase::knownCallee(const CallBase &C) const {
  const Function *F = C.getCalledFunction();
  return F && Known.contains(F) ? F : nullptr;
}

void Phase::look(const Function &F, const TargetLibraryInfo &Library) {
  for (const Instruction &I : instructions(F)) {
    auto *C = dyn_cast<CallBase>(&I);
    if (!C) continue;
    if (const Function *Callee = knownCallee(*C)) {
      Callers[Callee].push_back(&F);
    } else if (isAllocator(*C)) {
      Framed.insert(&F);
    } else if (!isHarmless(*C, Library)) {
      Framed.insert(&F);
      Ending.insert(&F);
      Strange.insert(C);
    }
  }
}

// spread adds to S all functions that call one of it.
void Phase::spread(Set &S) const {
  SmallVector<const Function *, 32> Work(S.begin(), S.end());
  while (!Work.empty()) {
    auto It = Callers.find(Work.pop_back_val());
    if (It == Callers.end()) continue;
    for (const Function *F : It->second)
      if (S.insert(F).second) Work.push_back(F);
  }
}

bool Phase::mayEnd(const Instruction &I) const {
  auto *C = dyn_cast<CallBase>(&I);
  if (!C) return false;
  const Function *F = knownCallee(*C);
  return F ? Ending.contains(F) : Strange.contains(C);
}

bool Phase::mayEnd(const BasicBlock &B) const {
  return any_of(B, [&](const Instruction &I) { return mayEnd(I); });
}

}  // namespace crun
