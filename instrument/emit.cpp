// SPDX-License-Identifier: Apache-2.0
// emit.cpp puts the checks of plain accesses in front of them: of loads and stores, of memcpy's
// kind, and of structs passed by value, which the caller reads without any load in the IR.
//
// A check comes before its access, so that what is reported has not happened yet (halt_on_error).
#include "emit.h"

#include "abi.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/Module.h"
#include "place.h"
#include "release.h"

using namespace llvm;

namespace crun {

namespace {

const DataLayout &layout(IRBuilder<> &B) {
  return B.GetInsertBlock()->getModule()->getDataLayout();
}

void emitRange(IRBuilder<> &B, Value *P, Value *N, bool Write) {
  call(B, Write ? "__tsan_write_range" : "__tsan_read_range",
       {P, B.CreateZExtOrTrunc(N, B.getInt64Ty())});
}

// Fields apart, where there is padding between them: nobody touches that.
bool hasPadding(const DataLayout &DL, StructType *T) {
  return !T->isPacked() && DL.getStructLayout(T)->hasPadding();
}

void emitFields(IRBuilder<> &B, Value *P, StructType *T, Align A, bool Write) {
  const StructLayout *L = layout(B).getStructLayout(T);
  for (unsigned I = 0; I < T->getNumElements(); I++) {
    uint64_t Offset = L->getElementOffset(I);
    Value *Field = Offset ? B.CreateConstInBoundsGEP1_64(B.getInt8Ty(), P, Offset) : P;
    emitAccess(B, Field, T->getElementType(I), commonAlignment(A, Offset), Write);
  }
}

}  // namespace

void emitBytes(IRBuilder<> &B, Value *P, uint64_t N, Align A, bool Write) {
  if (N == 0) return;
  if (!isPowerOf2_64(N) || N > 16) return emitRange(B, P, B.getInt64(N), Write);
  bool Aligned = A.value() >= std::min<uint64_t>(N, 8);
  std::string Name = Aligned ? "__tsan_" : "__tsan_unaligned_";
  call(B, Name + (Write ? "write" : "read") + std::to_string(N), {P});
}

void emitAccess(IRBuilder<> &B, Value *P, Type *T, Align A, bool Write) {
  const DataLayout &DL = layout(B);
  auto *S = dyn_cast<StructType>(T);
  if (S && hasPadding(DL, S)) return emitFields(B, P, S, A, Write);
  TypeSize N = DL.getTypeStoreSize(T);
  if (N.isScalable()) return emitRange(B, P, release::typeSize(B, N), Write);
  emitBytes(B, P, N.getFixedValue(), A, Write);
}

bool emitPlain(Instruction *I) {
  Before B(I);
  emitAccess(B, getLoadStorePointerOperand(I), getLoadStoreType(I), getLoadStoreAlignment(I),
             isa<StoreInst>(I));
  return true;
}

static void emitBlockSide(IRBuilder<> &B, Value *P, Value *N, MaybeAlign A, bool Write) {
  if (auto *Constant = dyn_cast<ConstantInt>(N))
    return emitBytes(B, P, Constant->getZExtValue(), A.valueOrOne(), Write);
  emitRange(B, P, N, Write);
}

bool emitBlock(AnyMemIntrinsic *I, Choice &C) {
  Before B(I);
  bool Any = false;
  auto *T = dyn_cast<AnyMemTransferInst>(I);
  if (T && !C.isPrivate(T->getRawSource())) {
    emitBlockSide(B, T->getRawSource(), T->getLength(), T->getSourceAlign(), false);
    Any = true;
  }
  if (!C.isPrivate(I->getRawDest())) {
    emitBlockSide(B, I->getRawDest(), I->getLength(), I->getDestAlign(), true);
    Any = true;
  }
  return Any;
}

bool emitByVal(CallBase *I, Choice &C) {
  Before B(I);
  bool Any = false;
  for (unsigned A = 0; A < I->arg_size(); A++) {
    if (!I->isByValArgument(A) || C.isPrivate(I->getArgOperand(A))) continue;
    uint64_t N = layout(B).getTypeAllocSize(I->getParamByValType(A)).getFixedValue();
    emitBytes(B, I->getArgOperand(A), N, I->getParamAlign(A).valueOrOne(), false);
    Any = true;
  }
  return Any;
}

}  // namespace crun
