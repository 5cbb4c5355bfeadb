// SPDX-License-Identifier: Apache-2.0
// deferred.cpp makes the checks of a loop in batches: the loop puts down what it accesses and from where, and the
// detector takes all of it when the room is used up and when the loop is left (race/batch.c).
//
//     at = the thread's room                          in front of the loop
//     *at++ = { address, size and kind, pc }          each check, with a prefetch of the address's shadow
//     if (at is behind the room) at = __crun_deferred(at)      once a block
//     __crun_deferred(at)                             behind each exit
//
// It is for loops that go all over their memory (tables by hash, indirections by number), whose next turns wait for nothing
// that this one loads. The memory of memory is far away there, and a call for each access keeps the processor from
// looking ahead; the accesses of a batch wait for it together. A walk along pointers, where nothing but the next check
// fills the time until the next node comes, and what stays near are faster with calls.
//
// Conditions:
//   1. there is nothing in the loop, and in those in it, that could be a release or an acquire, that could lead to code
//      with checks, or that changes what memory remembers: no call but of intrinsics that touch no memory, no atomic, no
//      fence, no assembly. So a check that comes later finds and enters what it would have: nobody's clock that it
//      asks, nor the epoch or the frame that it enters, can have changed;
//   2. no volatile access: what is waited for, or told to others past the compiler, is checked at once;
//   3. the loop has a place in front of it and places behind each exit, where the batch begins and ends;
//   4. the thread is the same from there to there: goroutines change theirs in calls alone.
// A signal's handler is told (race/signal.c): what was put down is checked before it.
#include "deferred.h"

#include "abi.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/LoopUtils.h"
#include "llvm/Transforms/Utils/PromoteMemToReg.h"
#include "place.h"
#include "race/abi.inc"

using namespace llvm;

namespace crun {

namespace {

// One check that can be put down: of an aligned 1, 2, 4 or 8 bytes.
struct Deferrable {
  unsigned Size = 0;
  bool Write = false;
};

Deferrable deferrable(const Instruction &I) {
  auto *C = dyn_cast<CallInst>(&I);
  StringRef Name = C && C->getCalledFunction() ? C->getCalledFunction()->getName() : "";
  bool Write = Name.consume_front("__tsan_write");
  if (!Write && !Name.consume_front("__tsan_read")) return {};
  unsigned Size;
  if (Name.getAsInteger(10, Size) || Size > 8) return {};
  return {Size, Write};
}

bool isVolatile(const Instruction &I) {
  if (auto *L = dyn_cast<LoadInst>(&I)) return L->isVolatile();
  auto *S = dyn_cast<StoreInst>(&I);
  return S && S->isVolatile();
}

// isQuietInside: conditions 1 and 2.
bool isQuietInside(const Instruction &I) {
  if (I.isAtomic() || isVolatile(I)) return false;
  if (I.isTerminator()) return isa<BranchInst, SwitchInst>(I);
  auto *C = dyn_cast<CallBase>(&I);
  if (!C || deferrable(I).Size) return true;
  auto *Known = dyn_cast<IntrinsicInst>(C);
  return Known && (Known->isAssumeLikeIntrinsic() || (Known->doesNotAccessMemory() && !Known->isConvergent()));
}

// dependsOnLoad: I waits for something that L loads.
bool dependsOnLoad(Value *V, const Loop &L, SmallPtrSetImpl<Value *> &Seen) {
  auto *I = dyn_cast<Instruction>(V);
  if (!I || !L.contains(I) || !Seen.insert(I).second) return false;
  if (isa<LoadInst>(I)) return true;
  return any_of(I->operands(), [&](Value *Op) { return dependsOnLoad(Op, L, Seen); });
}

bool dependsOnLoad(Value *V, const Loop &L) {
  SmallPtrSet<Value *, 16> Seen;
  return dependsOnLoad(V, L, Seen);
}

// isStep: from one turn to the next Phi, of L's header, becomes so much more.
bool isStep(PHINode &Phi, const Loop &L) {
  if (Phi.getParent() != L.getHeader() || !L.getLoopLatch()) return false;
  auto *Next = dyn_cast<Instruction>(Phi.getIncomingValueForBlock(L.getLoopLatch()));
  if (!Next || !isa<BinaryOperator, GetElementPtrInst>(Next) || !is_contained(Next->operands(), &Phi)) return false;
  if (auto *B = dyn_cast<BinaryOperator>(Next); B && B->getOpcode() != Instruction::Add) return false;
  return all_of(Next->operands(), [&](Value *Op) { return Op == &Phi || L.isLoopInvariant(Op); });
}

// isWalk: V goes on by the same steps, or stays.
bool isWalk(Value *V, const Loop &L) {
  auto *I = dyn_cast<Instruction>(V);
  if (!I || !L.contains(I)) return true;
  if (auto *Phi = dyn_cast<PHINode>(I)) return isStep(*Phi, L);
  if (auto *B = dyn_cast<BinaryOperator>(I)) {
    unsigned Code = B->getOpcode();
    if (Code != Instruction::Add && Code != Instruction::Sub && Code != Instruction::Mul && Code != Instruction::Shl) return false;
  } else if (!isa<GetElementPtrInst, CastInst>(I)) {
    return false;
  }
  return all_of(I->operands(), [&](Value *Op) { return isWalk(Op, L); });
}

using Checks = MapVector<BasicBlock *, SmallVector<CallInst *, 4>>;

struct Batch {
  BasicBlock *Before;
  SmallVector<BasicBlock *, 4> Behind;
  Checks In;
};

class Deferrer {
 public:
  explicit Deferrer(Function &F) : F(F), DT(F), LI(DT) {}
  unsigned run();

 private:
  void find(Loop &L);
  bool take(Loop &L);
  void begin(BasicBlock *B);
  void put(CallInst *C);
  void empty(Instruction *Where, uint64_t Bits);
  void empties(ArrayRef<CallInst *> Made);

  Function &F;
  DominatorTree DT;
  LoopInfo LI;
  SmallVector<Batch, 4> Batches;
  AllocaInst *At = nullptr;
};

// isWorth: L is one of those for which this is.
bool isWorth(const Loop &L, const Checks &In) {
  bool Jumps = false;
  for (auto &[B, Made] : In)
    for (CallInst *C : Made) {
      if (dependsOnLoad(C->getArgOperand(0), L)) return false;
      Jumps |= !isWalk(C->getArgOperand(0), L);
    }
  if (!Jumps) return false;
  return none_of(L.blocks(), [&](BasicBlock *B) {
    auto *Branch = dyn_cast<BranchInst>(B->getTerminator());
    if (auto *Switch = dyn_cast<SwitchInst>(B->getTerminator())) return dependsOnLoad(Switch->getCondition(), L);
    return Branch && Branch->isConditional() && dependsOnLoad(Branch->getCondition(), L);
  });
}

bool Deferrer::take(Loop &L) {
  Batch New;
  for (BasicBlock *B : L.blocks())
    for (Instruction &I : *B) {
      if (!isQuietInside(I)) return false;
      if (deferrable(I).Size) New.In[B].push_back(cast<CallInst>(&I));
    }
  if (New.In.empty() || L.hasNoExitBlocks() || !isWorth(L, New.In)) return false;
  New.Before = L.getLoopPreheader();
  if (!New.Before) New.Before = InsertPreheaderForLoop(&L, &DT, &LI, nullptr, /*PreserveLCSSA=*/false);
  if (!New.Before) return false;
  formDedicatedExitBlocks(&L, &DT, &LI, nullptr, /*PreserveLCSSA=*/false);
  if (!L.hasDedicatedExits()) return false;
  L.getUniqueExitBlocks(New.Behind);
  Batches.push_back(std::move(New));
  return true;
}

void Deferrer::find(Loop &L) {
  if (take(L)) return;
  for (Loop *Inner : L.getSubLoops()) find(*Inner);
}

CallInst *assembly(IRBuilder<> &B, Type *Result, const Twine &Text, StringRef Constraints, ArrayRef<Value *> Args) {
  SmallVector<Type *, 2> Params;
  for (Value *A : Args) Params.push_back(A->getType());
  FunctionType *T = FunctionType::get(Result, Params, false);
  CallInst *C = B.CreateCall(T, InlineAsm::get(T, Text.str(), Constraints, /*hasSideEffects=*/true), Args);
  C->setMemoryEffects(checkEffects());
  C->addFnAttr(Attribute::NoMerge);
  C->addFnAttr(Attribute::NoUnwind);
  C->addFnAttr(Attribute::WillReturn);
  return C;
}

// begin: the room's address is asked for here and not before: it is the thread's.
void Deferrer::begin(BasicBlock *B) {
  IRBuilder<> Builder(B->getTerminator());
  locate(Builder, F);
  Value *Room = assembly(Builder, Builder.getPtrTy(), "movq %fs:0, $0\n\taddq " RACE_DEFERRED_SYMBOL "@GOTTPOFF(%rip), $0",
                         "=r,~{flags}", {});
  Builder.CreateStore(Room, At);
}

// put replaces check C, and asks for the memory's memory. The pc lies in the assembly, which has C's source line.
void Deferrer::put(CallInst *C) {
  Deferrable D = deferrable(*C);
  IRBuilder<> B(C);
  Value *Where = B.CreateLoad(B.getPtrTy(), At);
  unsigned Kind = 2 * D.Size + D.Write;
  assembly(B, StructType::get(B.getInt64Ty(), B.getInt64Ty()),
           "leaq " + Twine(Kind) + "(,$3,4), $0\n\tleaq 0f(%rip), $1\n0:\tmovq $0, ($2)\n\tmovq $1, 8($2)\n\t"
           "shlq $$17, $0\n\tshrq $$18, $0\n\tprefetcht0 ($0,$4)",
           "=&r,=&r,r,r,r,~{flags}", {Where, C->getArgOperand(0), B.getInt64(RACE_SHADOW_BASE)});
  B.CreateStore(B.CreateConstGEP1_64(B.getInt8Ty(), Where, RACE_DEFERRED_SIZE), At);
  C->eraseFromParent();
}

// empty lets the detector have what was put down, if one of these bits of the address says so.
void Deferrer::empty(Instruction *Where, uint64_t Bits) {
  IRBuilder<> B(Where);
  locate(B, F);
  Value *Now = B.CreateLoad(B.getPtrTy(), At);
  Value *Any = B.CreateIsNotNull(B.CreateAnd(B.CreatePtrToInt(Now, B.getInt64Ty()), Bits));
  bool Rare = Bits == RACE_DEFERRED_ROOM / 2;
  MDNode *Weights = Rare ? MDBuilder(F.getContext()).createBranchWeights(1, 1000) : nullptr;
  IRBuilder<> Then(SplitBlockAndInsertIfThen(Any, Where, /*Unreachable=*/false, Weights));
  locate(Then, F);
  Then.CreateStore(call(Then, "__crun_deferred", {Now}), At);
}

// empties: half of the room is left when the other one is full, for so many checks of a block.
void Deferrer::empties(ArrayRef<CallInst *> Made) {
  constexpr unsigned Most = RACE_DEFERRED_ROOM / 2 / RACE_DEFERRED_SIZE;
  SmallVector<Instruction *, 2> Places;
  for (unsigned I = Most; I < Made.size(); I += Most) Places.push_back(Made[I]->getNextNode());
  Places.push_back(Made.back()->getParent()->getTerminator());
  for (CallInst *C : Made) put(C);
  for (Instruction *I : Places) empty(I, RACE_DEFERRED_ROOM / 2);
}

unsigned Deferrer::run() {
  unsigned Number = 0;
  for (Loop *L : LI.getTopLevelLoops()) find(*L);
  if (Batches.empty()) return 0;
  IRBuilder<> Entry(&*F.getEntryBlock().begin());
  At = Entry.CreateAlloca(Entry.getPtrTy());
  for (Batch &Each : Batches) {
    begin(Each.Before);
    for (BasicBlock *B : Each.Behind) empty(&*B->getFirstInsertionPt(), RACE_DEFERRED_ROOM - 1);
    for (auto &[B, Made] : Each.In) {
      Number += Made.size();
      empties(Made);
    }
  }
  DominatorTree Now(F);
  PromoteMemToReg({At}, Now);
  return Number;
}

}  // namespace

void deferChecks(Function &F, Counters &Count) {
  if (!isOn(Step::Deferred) || isCounting() || F.isDeclaration()) return;
  Count.Deferred += Deferrer(F).run();
}

}  // namespace crun
