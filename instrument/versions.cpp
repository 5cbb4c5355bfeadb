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
//
// Where there is no copy the checks ask (guard): those of a block together, at the first of them.
#include "versions.h"

#include "abi.h"
#include "frame.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ValueTracking.h"
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

// Beyond this many blocks a function with crossings is not copied, its checks ask (guard): at a crossing every value that
// lives needs a phi, which slows down the copy and the passes behind us (an interpreter: to 10 times its compile time).
constexpr size_t MaxBlocks = 30;

// A small file has room for so many instructions, whatever their part of it.
constexpr uint64_t SmallRoom = 500;

StringRef calledName(const Instruction &I) {
  auto *C = dyn_cast<CallInst>(&I);
  return C && C->getCalledFunction() ? C->getCalledFunction()->getName() : "";
}

bool isCount(const Instruction &I) { return calledName(I).starts_with("__crun_count"); }

bool isCheckCall(const Instruction &I) { return isCheck(calledName(I)) && !isCount(I); }

bool hasCheck(const BasicBlock &B) { return any_of(B, isCheckCall); }

// One in front of a loop, which stands for those in it.
bool isElements(const Instruction &I) { return calledName(I).ends_with("_elements") || calledName(I).ends_with("_rows"); }

// isSingle reads whether a single goroutine lives.
Value *isSingle(IRBuilder<> &B, Function &F) {
  locate(B, F);
  Module &M = *F.getParent();
  auto *Flag = cast<GlobalVariable>(M.getOrInsertGlobal(RACE_SINGLE_SYMBOL, B.getInt8Ty()));
  if (inProgram(M)) Flag->setDSOLocal(true);
  LoadInst *Single = B.CreateLoad(B.getInt8Ty(), Flag, "single");
  Single->setMetadata(LLVMContext::MD_nosanitize, MDNode::get(F.getContext(), {}));
  return B.CreateIsNotNull(Single);
}

// ---- computed goto: an interpreter's table of labels -------------------------------------------------------------

// Tables are constant arrays of labels of F, which are read to jump there and for nothing else.
using Tables = SmallVector<GlobalVariable *, 2>;

// jumpsAtOnce: the label that L reads is where its block, or the one behind it, jumps to, and nothing asks in between:
// no label goes from one code to the other.
bool jumpsAtOnce(const LoadInst &L) {
  for (const Instruction *I = L.getNextNode(); I; I = I->getNextNode())
    if (isa<CallBase>(I) && !isCheckCall(*I)) return false;
  for (const User *U : L.users()) {
    if (isa<IndirectBrInst>(U) && cast<Instruction>(U)->getParent() == L.getParent()) continue;
    auto *Phi = dyn_cast<PHINode>(U);
    if (!Phi || !is_contained(successors(L.getParent()), Phi->getParent()) || !Phi->hasOneUse()) return false;
    auto *Jump = dyn_cast<IndirectBrInst>(*Phi->user_begin());
    if (!Jump || Jump->getParent() != Phi->getParent()) return false;
    if (any_of(*Jump->getParent(), [](const Instruction &I) { return isa<CallBase>(I) && !isCheckCall(I); })) return false;
  }
  return true;
}

bool readsJump(const Value &V) {
  return all_of(V.users(), [](const User *U) {
    if (auto *L = dyn_cast<LoadInst>(U)) return L->isSimple() && jumpsAtOnce(*L);
    return (isa<GetElementPtrInst>(U) || isa<ConstantExpr>(U)) && readsJump(*U);
  });
}

// labelsOf finds where F's labels are written down; nothing: somewhere else too, and F cannot be copied.
std::optional<Tables> labelsOf(Function &F) {
  Tables All;
  for (BasicBlock &B : F) {
    if (!B.hasAddressTaken()) continue;
    BlockAddress *Label = BlockAddress::lookup(&B);
    if (!Label) continue;
    for (User *U : Label->users()) {
      auto *Array = dyn_cast<ConstantArray>(U);
      auto *Table = Array && Array->hasOneUse() ? dyn_cast<GlobalVariable>(*Array->user_begin()) : nullptr;
      if (!Table || !Table->hasLocalLinkage() || !Table->isConstant() || !readsJump(*Table))
        return std::nullopt;
      if (!is_contained(All, Table)) All.push_back(Table);
    }
  }
  return All;
}

// isDispatch: B jumps to a label that another block has read.
bool isDispatch(const BasicBlock &B) {
  auto *Jump = dyn_cast<IndirectBrInst>(B.getTerminator());
  return Jump && isa<PHINode>(Jump->getAddress());
}

// ------------------------------------------------------------------------------------------------------------------

// What cannot be copied, or returns where it did not call.
bool isCopyable(Function &F) {
  if (!F.hasFnAttribute(Attribute::SanitizeThread)) return false;
  if (!F.doesNotThrow() || F.callsFunctionThatReturnsTwice() || !labelsOf(F)) return false;
  for (BasicBlock &B : F)
    if (B.isEHPad() || isa<CallBrInst, InvokeInst>(B.getTerminator())) return false;
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
  void copyTables(ArrayRef<GlobalVariable *> All);
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
  if ((L.isOutermost() || !Ends) && !isDispatch(*L.getHeader())) {
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

// The copy has tables of its own labels.
void Copier::copyTables(ArrayRef<GlobalVariable *> All) {
  for (GlobalVariable *Table : All) {
    SmallVector<Constant *, 64> Labels;
    for (Use &U : cast<ConstantArray>(Table->getInitializer())->operands()) {
      auto *Label = dyn_cast<BlockAddress>(U);
      Labels.push_back(Label ? BlockAddress::get(copyOf(Label->getBasicBlock())) : cast<Constant>(U));
    }
    auto *Type = cast<ArrayType>(Table->getValueType());
    auto *New = new GlobalVariable(*F.getParent(), Type, true, Table->getLinkage(), ConstantArray::get(Type, Labels),
                                   Table->getName() + ".single");
    New->copyAttributesFrom(Table);
    VMap[Table] = New;
  }
}

void Copier::copy() {
  std::optional<Tables> All = labelsOf(F);
  for (BasicBlock &B : F)
    if (&B != Entry) Blocks.push_back(&B);
  for (BasicBlock *B : Blocks) {
    Copies.push_back(CloneBasicBlock(B, VMap, ".single", &F));
    VMap[B] = Copies.back();
  }
  copyTables(*All);
  remapInstructionsInBlocks(Copies, VMap);
}

// ask replaces the jump Where: to Clean in the phase, else to Checked.
void Copier::ask(Instruction *Where, BasicBlock *Clean, BasicBlock *Checked) {
  IRBuilder<> B(Where);
  B.SetCurrentDebugLocation(Where->getDebugLoc());
  B.CreateCondBr(isSingle(B, F), Clean, Checked);
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
      if (isCount(I)) {
        IRBuilder<> Place(&I);
        call(Place, "__crun_count_clean", {I.getOperand(0)});
        I.eraseFromParent();
      }
    }
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

bool isTooLarge(const Function &F, const Phase &P) { return !P.isBare(F) && F.size() > MaxBlocks; }

// Guarded calls follow each other in a block: one question for them all.
using Group = SmallVector<CallInst *, 4>;

// keepsPlace: no check may go up across I. Loads and stores are no such thing, not the checked ones either: what a check
// finds, and what it leaves, depends on where releases and acquires are.
bool keepsPlace(const Instruction &I) { return (isa<CallBase>(I) && !isa<DbgInfoIntrinsic>(I)) || I.isAtomic(); }

// isKnownAt: V is there before At, of its block, or can be computed there.
bool isKnownAt(const Value *V, const Instruction &At, unsigned Depth = 4) {
  auto *I = dyn_cast<Instruction>(V);
  if (!I || I->getParent() != At.getParent() || I->comesBefore(&At)) return true;
  if (!Depth || !isa<GetElementPtrInst, CastInst, BinaryOperator>(I) || !isSafeToSpeculativelyExecute(I)) return false;
  return all_of(I->operands(), [&](const Use &U) { return isKnownAt(U, At, Depth - 1); });
}

void computeAt(Value *V, Instruction &At) {
  auto *I = dyn_cast<Instruction>(V);
  if (!I || I->getParent() != At.getParent() || I->comesBefore(&At)) return;
  for (Use &U : I->operands()) computeAt(U, At);
  I->moveBefore(&At);
}

// join lets C stand behind the others of G, if its arguments can be had there.
bool join(Group &G, CallInst &C) {
  CallInst &First = *G.front();
  if (!all_of(C.args(), [&](const Use &U) { return isKnownAt(U, First); })) return false;
  for (Use &U : C.args()) computeAt(U, First);
  C.moveAfter(G.back());
  G.push_back(&C);
  return true;
}

SmallVector<Group, 8> groups(Function &F) {
  SmallVector<Group, 8> List;
  for (BasicBlock &B : F) {
    bool Open = false;
    for (Instruction &I : make_early_inc_range(B)) {
      if (isCheckCall(I)) {
        auto &C = cast<CallInst>(I);
        if (!Open || !join(List.back(), C)) List.push_back({&C});
        Open = true;
      } else if (keepsPlace(I)) {
        Open = false;
      }
    }
  }
  return List;
}

}  // namespace

void guard(Function &F) {
  if (!isOn(Step::Single) || !F.hasFnAttribute(Attribute::SanitizeThread)) return;
  for (Group &G : groups(F)) {
    IRBuilder<> B(G.front());
    Value *Many = B.CreateNot(isSingle(B, F));
    Instruction *End = SplitBlockAndInsertIfThen(Many, G.front(), /*Unreachable=*/false);
    for (CallInst *C : G) C->moveBefore(End);
  }
}

Twice weigh(Function &F, const Phase &P) {
  Twice T = {&F, P.isBare(F), 0, 0, 0};
  DominatorTree DT(F);
  LoopInfo LI(DT);
  for (const Instruction &I : instructions(F)) {
    if (isa<DbgInfoIntrinsic>(I) || isCount(I)) continue;
    if (isCheckCall(I)) {
      T.Checks++;
      if (!isElements(I)) T.Worth += 1u << 3 * std::min(LI.getLoopDepth(I.getParent()), 4u);
    } else {
      T.Size++;
    }
  }
  if (!isOn(Step::Single) || !isCopyable(F) || isTooLarge(F, P)) T.Size = 0;
  return T;
}

void affordable(SmallVectorImpl<Twice> &List, unsigned Size) {
  stable_sort(List, [](const Twice &A, const Twice &B) {
    return A.Worth * B.Size > B.Worth * A.Size;
  });
  // What is most of the program, an interpreter's or compressor's only loop, is not left out for its size.
  auto Most = std::max_element(List.begin(), List.end(), [](const Twice &A, const Twice &B) { return A.Worth < B.Worth; });
  if (Most != List.end()) std::rotate(List.begin(), Most, std::next(Most));
  uint64_t Room = std::max(uint64_t{Size} * sizePercent() / 100, SmallRoom);
  if (!List.empty()) Room = std::max(Room, uint64_t{List[0].Size});
  erase_if(List, [&](const Twice &T) {
    if (T.Size > Room) return true;
    Room -= T.Size;
    return false;
  });
}

void addVersion(const Twice &T, const Phase &P) { Copier(T, P).run(); }

}  // namespace crun
