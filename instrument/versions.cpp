// SPDX-License-Identifier: Apache-2.0
// versions.cpp copies functions: while a single goroutine lives (race/single.h), their code runs without checks.
//
//     entry:     single? ---------------------------------+
//     checked:   __tsan_read4(p); load p                  clean:   load p
//                call f                                            call f
//                 ...                       <-- single no longer --  ...
//     loops:     single? ------------------------------->          the same loop
//
// Conditions:
//   1. the phase ends by calls alone (phase.cpp: all but those that are known not to). Behind each the clean code
//      asks again before it comes to anything that has a check, and goes on in the checked code if it is over;
//   2. both codes are at the same place with the same values: what is computed before a crossing is computed in both,
//      and comes from the one that was there;
//   3. frames are pushed and popped once: before the entry asks, and at the exits of both, where a callee may look
//      at them. A function that only calls functions of its kind (Phase::isBare) has one in its checked code
//      alone, and no crossings: nothing in it can end the phase;
//   4. atomics, locks and libc's functions are the same in both: they keep the clocks up.
//
// Checked code crosses over in front of loops: those that are in no other, and those from which no call ends the phase.
#include "versions.h"

#include "abi.h"
#include "frame.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/Cloning.h"
#include "llvm/Transforms/Utils/Local.h"
#include "llvm/Transforms/Utils/LoopUtils.h"
#include "llvm/Transforms/Utils/SSAUpdater.h"
#include "place.h"
#include "race/abi.inc"

using namespace llvm;

namespace crun {

namespace {

// Beyond this many blocks a function with crossings is not copied: each value of it is looked for in all.
constexpr size_t MaxBlocks = 4000;

// A small file has room for so many instructions, whatever their part of it.
constexpr uint64_t SmallRoom = 500;

bool isCheckCall(const Instruction &I) {
  auto *C = dyn_cast<CallInst>(&I);
  return C && C->getCalledFunction() && isCheck(C->getCalledFunction()->getName());
}

bool hasCheck(const BasicBlock &B) { return any_of(B, isCheckCall); }

// What cannot be copied, or returns where it did not call.
bool isCopyable(const Function &F) {
  if (!F.hasFnAttribute(Attribute::SanitizeThread)) return false;
  if (!F.doesNotThrow() || F.callsFunctionThatReturnsTwice()) return false;
  for (const BasicBlock &B : F)
    if (B.hasAddressTaken() || B.isEHPad() || isa<IndirectBrInst, CallBrInst, InvokeInst>(B.getTerminator()))
      return false;
  return none_of(instructions(F), [](const Instruction &I) {
    auto *C = dyn_cast<CallBase>(&I);
    return I.getType()->isTokenTy() || (C && (C->cannotDuplicate() || C->isConvergent()));
  });
}

class Copier {
 public:
  Copier(const Twice &T, const Phase &P) : F(*T.F), Bare(T.Bare), P(P) {}
  void run();

 private:
  BasicBlock *splitEntry();
  void findLoops();
  void findLoop(Loop &L, DominatorTree &DT, LoopInfo &LI);
  bool isFreshlyAsked(const BasicBlock *B) const;
  void splitBehindCalls();
  bool needsQuestion(Instruction *Behind) const;
  void copy();
  void ask(Instruction *Where, BasicBlock *Clean, BasicBlock *Checked);
  void cross();
  void repair(Instruction *I);
  void strip();

  BasicBlock *copyOf(const BasicBlock *B) { return cast<BasicBlock>(VMap[B]); }

  Function &F;
  bool Bare;
  const Phase &P;
  BasicBlock *Entry = nullptr, *Body = nullptr;
  SmallVector<BasicBlock *, 32> Blocks, Copies;
  SmallVector<BasicBlock *, 8> BehindCalls, BeforeLoops;  // end in a jump to where the other code is entered
  ValueToValueMapTy VMap;
};

// The variables on the stack are of both.
BasicBlock *Copier::splitEntry() {
  Entry = &F.getEntryBlock();
  Instruction *First = &*Entry->getFirstNonPHIOrDbgOrAlloca();
  for (Instruction &I : make_early_inc_range(make_range(First->getIterator(), Entry->end())))
    if (auto *A = dyn_cast<AllocaInst>(&I); A && A->isStaticAlloca()) A->moveBefore(First);
  return SplitBlock(Entry, First);
}

// isFreshlyAsked: on the way from the entry to B's end nothing can have changed.
bool Copier::isFreshlyAsked(const BasicBlock *B) const {
  for (; B && B != Entry; B = B->getSinglePredecessor())
    if (P.mayEnd(*B)) return false;
  return B == Entry;
}

void Copier::findLoop(Loop &L, DominatorTree &DT, LoopInfo &LI) {
  bool Ends = any_of(L.blocks(), [&](const BasicBlock *B) { return P.mayEnd(*B); });
  if (L.isOutermost() || !Ends) {
    BasicBlock *Before = L.getLoopPreheader();
    if (!Before) Before = InsertPreheaderForLoop(&L, &DT, &LI, nullptr, /*PreserveLCSSA=*/false);
    if (Before && any_of(L.blocks(), [](const BasicBlock *B) { return hasCheck(*B); }) && !isFreshlyAsked(Before))
      BeforeLoops.push_back(Before);
  }
  if (!Ends) return;
  for (Loop *Inner : L.getSubLoops()) findLoop(*Inner, DT, LI);
}

void Copier::findLoops() {
  DominatorTree DT(F);
  LoopInfo LI(DT);
  for (Loop *L : LI.getTopLevelLoops()) findLoop(*L, DT, LI);
}

// needsQuestion: from here the code may come to a check before it comes to a call that ends the phase, behind which
// it asks.
bool Copier::needsQuestion(Instruction *Behind) const {
  for (Instruction *I = Behind; I; I = I->getNextNode()) {
    if (isCheckCall(*I)) return true;
    if (P.mayEnd(*I)) return false;
    if (isa<ReturnInst, UnreachableInst>(I)) return false;
  }
  return true;
}

void Copier::splitBehindCalls() {
  SmallVector<Instruction *, 16> Calls;
  for (Instruction &I : instructions(F))
    if (P.mayEnd(I) && !I.isTerminator() && !cast<CallBase>(I).isMustTailCall() && needsQuestion(I.getNextNode()))
      Calls.push_back(&I);
  for (Instruction *C : Calls) {
    SplitBlock(C->getParent(), C->getNextNode());
    BehindCalls.push_back(C->getParent());
  }
}

void Copier::copy() {
  for (BasicBlock &B : F)
    if (&B != Entry) Blocks.push_back(&B);
  for (BasicBlock *B : Blocks) {
    Copies.push_back(CloneBasicBlock(B, VMap, ".single", &F));
    VMap[B] = Copies.back();
  }
  remapInstructionsInBlocks(Copies, VMap);
}

// ask replaces the jump Where: to Clean in the phase, else to Checked.
void Copier::ask(Instruction *Where, BasicBlock *Clean, BasicBlock *Checked) {
  IRBuilder<> B(Where);
  B.SetCurrentDebugLocation(Where->getDebugLoc());
  locate(B, F);
  Module &M = *F.getParent();
  auto *Flag = cast<GlobalVariable>(M.getOrInsertGlobal(RACE_SINGLE_SYMBOL, B.getInt8Ty()));
  // It lies in the program, with the detector.
  if (M.getPICLevel() == PICLevel::NotPIC || M.getPIELevel() != PIELevel::Default) Flag->setDSOLocal(true);
  LoadInst *Single = B.CreateLoad(B.getInt8Ty(), Flag, "single");
  Single->setMetadata(LLVMContext::MD_nosanitize, MDNode::get(F.getContext(), {}));
  B.CreateCondBr(B.CreateIsNotNull(Single), Clean, Checked);
  Where->eraseFromParent();
}

// cross makes the ways between the two. No block that is entered so has phis: it was just split off.
void Copier::cross() {
  ask(Entry->getTerminator(), copyOf(Body), Body);
  for (BasicBlock *B : BehindCalls) {
    BasicBlock *Next = B->getSingleSuccessor();
    ask(copyOf(B)->getTerminator(), copyOf(Next), Next);
  }
  for (BasicBlock *B : BeforeLoops) {
    BasicBlock *Next = B->getSingleSuccessor();
    ask(B->getTerminator(), copyOf(Next), Next);
  }
}

// repair lets the uses of I, and of its copy, have the one or the other, wherever the code came from.
void Copier::repair(Instruction *I) {
  auto *Copy = dyn_cast_or_null<Instruction>(VMap.lookup(I));
  if (!Copy) return;  // one that asks
  SmallVector<Use *, 8> Uses;
  for (Instruction *Def : {I, Copy})
    for (Use &U : Def->uses()) {
      auto *User = cast<Instruction>(U.getUser());
      if (User->getParent() != Def->getParent() || isa<PHINode>(User)) Uses.push_back(&U);
    }
  if (Uses.empty()) return;
  SSAUpdater Updater;
  Updater.Initialize(I->getType(), I->getName());
  Updater.AddAvailableValue(I->getParent(), I);
  Updater.AddAvailableValue(Copy->getParent(), Copy);
  for (Use *U : Uses) Updater.RewriteUse(*U);
}

// strip takes the checks out of the copy, and what was computed for them alone.
void Copier::strip() {
  SmallVector<WeakTrackingVH, 32> Dead;
  for (BasicBlock *B : Copies)
    for (Instruction &I : make_early_inc_range(*B)) {
      if (!isCheckCall(I)) continue;
      for (Value *A : cast<CallBase>(I).args())
        if (isa<Instruction>(A)) Dead.push_back(A);
      I.eraseFromParent();
    }
  RecursivelyDeleteTriviallyDeadInstructionsPermissive(Dead);
}

void Copier::run() {
  Body = splitEntry();
  if (!Bare) {
    findLoops();
    for (BasicBlock *&B : BeforeLoops) SplitBlock(B, B->getTerminator());
    splitBehindCalls();
  }
  copy();
  if (Bare) addFrame(F, *Body, Blocks);
  cross();
  if (!BehindCalls.empty() || !BeforeLoops.empty())
    for (BasicBlock *B : Blocks) {
      SmallVector<Instruction *, 16> All;
      for (Instruction &I : *B)
        if (!I.getType()->isVoidTy()) All.push_back(&I);
      for (Instruction *I : All) repair(I);
    }
  strip();
}

}  // namespace

Twice weigh(Function &F, const Phase &P) {
  Twice T = {&F, P.isBare(F), 0, 0, 0};
  DominatorTree DT(F);
  LoopInfo LI(DT);
  for (const Instruction &I : instructions(F)) {
    if (isa<DbgInfoIntrinsic>(I)) continue;
    if (isCheckCall(I)) {
      T.Checks++;
      // One in front of a loop stands for those in it.
      StringRef Name = cast<CallBase>(I).getCalledFunction()->getName();
      bool All = Name.ends_with("_elements") || Name.ends_with("_rows");
      T.Worth += 1u << 3 * std::min(LI.getLoopDepth(I.getParent()) + All, 4u);
    } else {
      T.Size++;
    }
  }
  if (!isOn(Step::Single) || !isCopyable(F) || (!T.Bare && F.size() > MaxBlocks)) T.Size = 0;
  return T;
}

void affordable(SmallVectorImpl<Twice> &List, unsigned Size) {
  stable_sort(List, [](const Twice &A, const Twice &B) {
    return A.Worth * B.Size > B.Worth * A.Size;
  });
  uint64_t Room = std::max(uint64_t{Size} * sizePercent() / 100, SmallRoom);
  erase_if(List, [&](const Twice &T) {
    if (T.Size > Room) return true;
    Room -= T.Size;
    return false;
  });
}

void addVersion(const Twice &T, const Phase &P) { Copier(T, P).run(); }

}  // namespace crun
