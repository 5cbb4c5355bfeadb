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

#include "abi.h"
#include "assembly.h"
#include "atomics.h"
#include "choose.h"
#include "cover.h"
#include "deferred.h"
#include "emit.h"
#include "frame.h"
#include "libc.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/GlobalIFunc.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Module.h"
#include "loops.h"
#include "masked.h"
#include "note.h"
#include "phase.h"
#include "place.h"
#include "settled.h"
#include "steps.h"
#include "sync.h"
#include "versions.h"

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

// countRuns makes the blocks of these accesses count them.
void countRuns(ArrayRef<Instruction *> Plain, StringRef Name) {
  MapVector<BasicBlock *, unsigned> In;
  for (Instruction *I : Plain) In[I->getParent()]++;
  for (auto &[B, N] : In) {
    IRBuilder<> Head(&*B->getFirstInsertionPt());
    locate(Head, *B->getParent());
    call(Head, Name, {Head.getInt64(N)});
  }
}

using PlainList = SmallVector<Instruction *, 16>;

// takenOut is what is in All and not in Less.
PlainList takenOut(const PlainList &All, ArrayRef<Instruction *> Less) {
  SmallPtrSet<Instruction *, 16> Set(Less.begin(), Less.end());
  PlainList Rest;
  copy_if(All, std::back_inserter(Rest), [&](Instruction *I) { return !Set.contains(I); });
  return Rest;
}

// check gives F its checks; false: it has none and calls nothing.
bool check(Function &F, FunctionAnalysisManager &FAM, const Sync &Syncs, HandedOver &Locals, const Settled &Fixed,
           Counters &Count) {
  const TargetLibraryInfo &Library = FAM.getResult<TargetLibraryAnalysis>(F);
  bool All = F.hasFnAttribute(Attribute::SanitizeThread);
  Choice C(Library, Locals, Fixed, Count);
  Work W = C.choose(F, All);
  Count.Accesses += W.Plain.size();
  PlainList Plain(W.Plain.begin(), W.Plain.end());
  dropCovered(F, W.Plain, Syncs, Count);
  PlainList Left(W.Plain.begin(), W.Plain.end());
  bool Any = hoistChecks(F, W.Plain, FAM, Syncs, Count);
  Any |= emitAll(W, C, All);
  if (isCounting()) {
    PlainList InFront = takenOut(Left, W.Plain);
    countRuns(InFront, "__crun_count_guarded");
    countRuns(takenOut(Plain, InFront), "__crun_count");
  }
  return Any || W.Calls;
}

// copy makes copies without checks and returns which functions have their frame from there.
SmallPtrSet<Function *, 16> copy(ArrayRef<Function *> Functions, const Phase &P, Counters &Count) {
  SmallVector<Twice, 32> List;
  for (Function *F : Functions) {
    Twice T = weigh(*F, P);
    Count.Checks += T.Checks;
    if (T.Size && (T.Worth || (T.Bare && !T.Checks))) List.push_back(T);
  }
  affordable(List, Count.Instructions);
  SmallPtrSet<Function *, 16> Framed, Copied;
  for (const Twice &T : List) Copied.insert(T.F);
  for (Function *F : Functions)
    if (!Copied.contains(F)) guard(*F);
  for (const Twice &T : List) {
    addVersion(T, P);
    if (T.Bare) Framed.insert(T.F);
    Count.Copies++;
    Count.Copied += T.Size;
    Count.Unchecked += T.Checks;
  }
  return Framed;
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
  Phase P(Functions, FAM);
  Settled Fixed = Whole && isOn(Step::Settled) ? settledGlobals(M, P) : Settled();
  Sync Syncs(Functions, FAM, Count);
  for (Function *F : Functions) Count.Instructions += F->getInstructionCount();
  erase_if(Functions, [&](Function *F) { return !check(*F, FAM, Syncs, Locals, Fixed, Count); });
  SmallPtrSet<Function *, 16> Framed = copy(Functions, P, Count);
  for (Function *F : Functions) {
    deferChecks(*F, Count);
    if (!Framed.contains(F)) addFrame(*F);
    weaken(*F);
  }
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
