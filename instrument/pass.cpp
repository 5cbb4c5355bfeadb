// SPDX-License-Identifier: Apache-2.0
// pass.cpp takes each function of a module through the steps: choose, leave out, emit, frame.
//
//   sanitize_thread (clang -fsanitize=thread)    accesses, atomics, libc calls, frames
//   without it: no_sanitize("thread")            atomics and frames: what others are ordered by,
//                                                and whole stacks (as ThreadSanitizer does)
//   disable_sanitizer_instrumentation, naked,    nothing
//   resolvers of ifuncs, available_externally
//
// A function with neither checks nor calls is left as it is.
#include "pass.h"

#include "assembly.h"
#include "atomics.h"
#include "choose.h"
#include "cover.h"
#include "emit.h"
#include "frame.h"
#include "libc.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/GlobalIFunc.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Module.h"
#include "loops.h"
#include "masked.h"
#include "note.h"
#include "steps.h"

using namespace llvm;

namespace crun {

namespace {

// Functions that run before the process is relocated.
SmallPtrSet<const Function *, 4> resolvers(Module &M) {
  SmallPtrSet<const Function *, 4> Out;
  for (GlobalIFunc &I : M.ifuncs())
    if (Function *F = I.getResolverFunction()) Out.insert(F);
  return Out;
}

bool isOurs(const Function &F) {
  if (F.isDeclarationForLinker() || F.hasFnAttribute(Attribute::Naked) ||
      F.hasFnAttribute(Attribute::DisableSanitizerInstrumentation) || F.isPresplitCoroutine())
    return false;
  return !F.getName().starts_with("__llvm_") && !F.getName().starts_with("tsan.");
}

bool emitAll(const Work &W, Choice &C, bool All) {
  bool Any = !W.Libc.empty();
  for (Instruction *I : W.Plain) Any |= emitPlain(I);
  for (AnyMemIntrinsic *I : W.Blocks) Any |= emitBlock(I, C);
  for (IntrinsicInst *I : W.Lanes) Any |= emitLanes(I, C);
  for (CallBase *I : W.ByVal) Any |= emitByVal(I, C);
  for (CallBase *I : W.Asm) Any |= emitAssembly(I, C, All);
  for (CallBase *I : W.Libc) emitLibc(I);
  for (CallBase *I : W.Twice) emitUnwind(I);
  for (Instruction *I : W.Atomics) Any |= emitAtomic(I, All);
  return Any;
}

void instrument(Function &F, FunctionAnalysisManager &FAM, HandedOver &Locals, Counters &Count) {
  const TargetLibraryInfo &Library = FAM.getResult<TargetLibraryAnalysis>(F);
  bool All = F.hasFnAttribute(Attribute::SanitizeThread);
  Choice C(Library, Locals);
  Work W = C.choose(F, All);
  Count.Accesses += W.Plain.size();
  dropCovered(F, W.Plain, Library, Count);
  bool Any = hoistChecks(F, W.Plain, FAM, Count);
  Any |= emitAll(W, C, All);
  if (!Any && !W.Calls) return;
  addFrame(F);
  weaken(F);
}

}  // namespace

PreservedAnalyses RacePass::run(Module &M, ModuleAnalysisManager &AM) {
  if (hasNote(M)) return PreservedAnalyses::all();
  auto &FAM = AM.getResult<FunctionAnalysisManagerModuleProxy>(M).getManager();
  SmallPtrSet<const Function *, 4> Early = resolvers(M);
  SmallVector<Function *, 64> Functions;
  for (Function &F : M)
    if (isOurs(F) && !Early.contains(&F)) Functions.push_back(&F);
  HandedOver Locals;
  Counters Count;
  for (Function *F : Functions) instrument(*F, FAM, Locals, Count);
  Count.print(M);
  addNote(M);
  return PreservedAnalyses::none();
}

PreservedAnalyses PlacesPass::run(Module &M, ModuleAnalysisManager &) {
  for (Function &F : M) {
    if (!F.hasFnAttribute(Attribute::SanitizeThread)) continue;
    for (Instruction &I : instructions(F))
      if (auto *C = dyn_cast<CallBase>(&I); C && !isa<IntrinsicInst>(C) && !C->isInlineAsm())
        C->addFnAttr(Attribute::NoMerge);
  }
  return PreservedAnalyses::none();
}

}  // namespace crun
