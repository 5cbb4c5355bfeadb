// SPDX-License-Identifier: Apache-2.0
// atomics.cpp turns atomic operations into calls of __tsan_atomic*: the detector does the operation
// and its clock step as one.
//
//   load, store, exchange, add, sub, and, or, xor, nand, cmpxchg   a function each
//   min, max, floating point, wrapping                             a loop of compare-exchange
//   fence                                                          thread or signal fence
//   misaligned, or of a width without a function                   stays, between two calls
//   syncscope("singlethread")                                      a plain access, as it is to every
//                                                                  other thread
#include "atomics.h"

#include "abi.h"
#include "emit.h"
#include "llvm/IR/Instructions.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/LowerAtomic.h"
#include "place.h"

using namespace llvm;

namespace crun {

namespace {

// What loads, stores, read-modify-writes and compare-exchanges have in common.
struct Operation {
  Value *P;
  Type *T;      // of the value in memory
  unsigned Bits;
  Align A;
  bool Write;
};

Operation operationOf(Instruction *I) {
  const DataLayout &DL = I->getModule()->getDataLayout();
  auto Of = [&](Value *P, Type *T, Align A, bool Write) {
    return Operation{P, T, (unsigned)DL.getTypeStoreSizeInBits(T).getFixedValue(), A, Write};
  };
  if (auto *X = dyn_cast<AtomicRMWInst>(I))
    return Of(X->getPointerOperand(), X->getType(), X->getAlign(), true);
  if (auto *X = dyn_cast<AtomicCmpXchgInst>(I))
    return Of(X->getPointerOperand(), X->getNewValOperand()->getType(), X->getAlign(), true);
  return Of(getLoadStorePointerOperand(I), getLoadStoreType(I), getLoadStoreAlignment(I),
            isa<StoreInst>(I));
}

bool hasFunction(const Operation &O) {
  return isPowerOf2_32(O.Bits) && O.Bits >= 8 && O.Bits <= 128 && O.A.value() * 8 >= O.Bits;
}

Value *order(IRBuilder<> &B, AtomicOrdering O) {
  if (O == AtomicOrdering::Unordered) O = AtomicOrdering::Monotonic;
  return B.getInt32(static_cast<uint32_t>(toCABI(O)));
}

std::string nameOf(const Operation &O, StringRef What) {
  return "__tsan_atomic" + std::to_string(O.Bits) + "_" + What.str();
}

Value *toInteger(IRBuilder<> &B, Value *V, unsigned Bits) {
  return B.CreateBitOrPointerCast(V, B.getIntNTy(Bits));
}

void replace(Instruction *I, Value *By) {
  By->takeName(I);
  I->replaceAllUsesWith(By);
  I->eraseFromParent();
}

void emitLoad(LoadInst *I, const Operation &O) {
  Before B(I);
  Value *V = call(B, nameOf(O, "load"), {O.P, order(B, I->getOrdering())});
  replace(I, B.CreateBitOrPointerCast(V, O.T));
}

void emitStore(StoreInst *I, const Operation &O) {
  Before B(I);
  Value *V = toInteger(B, I->getValueOperand(), O.Bits);
  call(B, nameOf(O, "store"), {O.P, V, order(B, I->getOrdering())});
  I->eraseFromParent();
}

const char *functionFor(AtomicRMWInst::BinOp Op) {
  switch (Op) {
    case AtomicRMWInst::Xchg: return "exchange";
    case AtomicRMWInst::Add: return "fetch_add";
    case AtomicRMWInst::Sub: return "fetch_sub";
    case AtomicRMWInst::And: return "fetch_and";
    case AtomicRMWInst::Or: return "fetch_or";
    case AtomicRMWInst::Xor: return "fetch_xor";
    case AtomicRMWInst::Nand: return "fetch_nand";
    default: return nullptr;
  }
}

// old = load; do { was = old; old = compare_exchange(was, op(was, v)); } while (old != was)
void emitLoop(AtomicRMWInst *I, const Operation &O) {
  DebugLoc Place = placeOf(I);
  BasicBlock *Before = I->getParent();
  BasicBlock *After = SplitBlock(Before, I);
  BasicBlock *Loop = BasicBlock::Create(I->getContext(), "rmw", I->getFunction(), After);
  Instruction *Jump = Before->getTerminator();

  IRBuilder<> B(Jump);
  B.SetCurrentDebugLocation(Place);
  Value *First = call(B, nameOf(O, "load"), {O.P, order(B, AtomicOrdering::Monotonic)});
  Jump->setSuccessor(0, Loop);

  B.SetInsertPoint(Loop);
  PHINode *Was = B.CreatePHI(First->getType(), 2);
  Value *New = buildAtomicRMWValue(I->getOperation(), B, B.CreateBitOrPointerCast(Was, O.T),
                                   I->getValOperand());
  AtomicOrdering Failed = AtomicCmpXchgInst::getStrongestFailureOrdering(I->getOrdering());
  Value *Old = call(B, nameOf(O, "compare_exchange_val"),
                    {O.P, Was, toInteger(B, New, O.Bits), order(B, I->getOrdering()),
                     order(B, Failed)});
  Was->addIncoming(First, Before);
  Was->addIncoming(Old, Loop);
  B.CreateCondBr(B.CreateICmpEQ(Old, Was), After, Loop);

  B.SetInsertPoint(I);
  replace(I, B.CreateBitOrPointerCast(Old, O.T));
}

void emitRMW(AtomicRMWInst *I, const Operation &O) {
  const char *Function = functionFor(I->getOperation());
  if (!Function) return emitLoop(I, O);
  Before B(I);
  Value *V = toInteger(B, I->getValOperand(), O.Bits);
  Value *Old = call(B, nameOf(O, Function), {O.P, V, order(B, I->getOrdering())});
  replace(I, B.CreateBitOrPointerCast(Old, O.T));
}

void emitCompareExchange(AtomicCmpXchgInst *I, const Operation &O) {
  Before B(I);
  Value *Expected = toInteger(B, I->getCompareOperand(), O.Bits);
  Value *New = toInteger(B, I->getNewValOperand(), O.Bits);
  Value *Old = call(B, nameOf(O, "compare_exchange_val"),
                    {O.P, Expected, New, order(B, I->getSuccessOrdering()),
                     order(B, I->getFailureOrdering())});
  Value *Done = B.CreateICmpEQ(Old, Expected);
  Value *Pair = PoisonValue::get(I->getType());
  Pair = B.CreateInsertValue(Pair, B.CreateBitOrPointerCast(Old, O.T), 0);
  replace(I, B.CreateInsertValue(Pair, Done, 1));
}

void emitFence(FenceInst *I) {
  Before B(I);
  bool Signal = I->getSyncScopeID() == SyncScope::SingleThread;
  call(B, Signal ? "__tsan_atomic_signal_fence" : "__tsan_atomic_thread_fence",
       {order(B, I->getOrdering())});
  I->eraseFromParent();
}

bool isSingleThread(const Instruction *I) {
  auto Scope = getAtomicSyncScopeID(I);
  return Scope && *Scope == SyncScope::SingleThread;
}

}  // namespace

void bracket(Instruction *I, Value *P, uint64_t N, bool Write) {
  Before B(I);
  call(B, "__crun_atomic_begin", {P, B.getInt64(N), B.getInt32(Write)});
  if (!I->isTerminator()) {
    After A(I);
    call(A, "__crun_atomic_end", {P});
    return;
  }
  // asm goto: where control goes, as far as it comes from here alone.
  for (BasicBlock *S : successors(I))
    if (S->getSinglePredecessor() && !S->isEHPad()) {
      B.SetInsertPoint(S, S->getFirstInsertionPt());
      call(B, "__crun_atomic_end", {P});
    }
}

bool emitAtomic(Instruction *I, bool All) {
  if (auto *F = dyn_cast<FenceInst>(I)) {
    emitFence(F);
    return true;
  }
  Operation O = operationOf(I);
  if (isSingleThread(I)) {
    if (!All) return false;
    Before B(I);
    emitAccess(B, O.P, O.T, O.A, O.Write);
  } else if (!hasFunction(O)) {
    bracket(I, O.P, O.Bits / 8, O.Write);
  } else if (auto *X = dyn_cast<LoadInst>(I)) {
    emitLoad(X, O);
  } else if (auto *X = dyn_cast<StoreInst>(I)) {
    emitStore(X, O);
  } else if (auto *X = dyn_cast<AtomicRMWInst>(I)) {
    emitRMW(X, O);
  } else {
    emitCompareExchange(cast<AtomicCmpXchgInst>(I), O);
  }
  return true;
}

}  // namespace crun
