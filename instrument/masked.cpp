// SPDX-License-Identifier: Apache-2.0
// masked.cpp checks vector accesses of which a mask chooses the lanes: only the chosen ones count.
//
// The generic intrinsics, and x86's own that C reaches through <immintrin.h>:
//
//   _mm*_maskload_*, _mm*_maskstore_*       packed lanes, chosen by the sign bits of a vector
//   _mm*_[mask_]i*gather_*, _mm*_i*scatter_*  a lane at base + index * scale
//
// At most 64 lanes (the bytes of 512 bits); the mask goes to the detector as the bits of a word.
#include "masked.h"

#include "abi.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Module.h"
#include "place.h"

using namespace llvm;

namespace crun {

namespace {

enum Shape { NONE, PACKED, SCATTERED, SQUEEZED };

// Where in the arguments the parts of an access are.
struct Form {
  Shape S = NONE;
  bool Write = false;
  int Pointer = 0, Mask = 0;
  int Data = -1;   // -1: the result
  int Index = -1;  // of x86's gather and scatter; the scale is the last argument
};

Form x86Form(StringRef Name) {
  if (!Name.consume_front("llvm.x86.avx")) return {};
  if (Name.starts_with(".maskload.") || Name.starts_with("2.maskload."))
    return {PACKED, false, 0, 1};
  if (Name.starts_with(".maskstore.") || Name.starts_with("2.maskstore."))
    return {PACKED, true, 0, 1, 2};
  if (Name.starts_with("2.gather.") || Name.starts_with("512.mask.gather"))
    return {SCATTERED, false, 1, 3, -1, 2};
  if (Name.starts_with("512.mask.scatter")) return {SCATTERED, true, 0, 1, 3, 2};
  return {};
}

Form formOf(const IntrinsicInst &I) {
  int Last = static_cast<int>(I.arg_size()) - 1;  // before 22 an alignment stands in front of the mask
  switch (I.getIntrinsicID()) {
    case Intrinsic::masked_load: return {PACKED, false, 0, Last - 1};
    case Intrinsic::masked_store: return {PACKED, true, 1, Last, 0};
    case Intrinsic::masked_gather: return {SCATTERED, false, 0, Last - 1};
    case Intrinsic::masked_scatter: return {SCATTERED, true, 1, Last, 0};
    case Intrinsic::masked_expandload: return {SQUEEZED, false, 0, 1};
    case Intrinsic::masked_compressstore: return {SQUEEZED, true, 1, 2, 0};
    default: return x86Form(I.getCalledFunction()->getName());
  }
}

FixedVectorType *dataType(const IntrinsicInst &I, const Form &F) {
  return dyn_cast<FixedVectorType>(F.Data < 0 ? I.getType() : I.getArgOperand(F.Data)->getType());
}

// The chosen lanes as the low bits of a word. A mask is <n x i1>, an integer, or a vector of which
// the sign bits count.
Value *maskBits(IRBuilder<> &B, Value *Mask, unsigned Lanes) {
  auto *V = dyn_cast<FixedVectorType>(Mask->getType());
  if (V) {
    if (V->getElementType()->isFloatingPointTy()) {
      V = FixedVectorType::get(B.getIntNTy(V->getScalarSizeInBits()), V->getNumElements());
      Mask = B.CreateBitCast(Mask, V);
    }
    if (!V->getElementType()->isIntegerTy(1))
      Mask = B.CreateICmpSLT(Mask, Constant::getNullValue(V));
    Mask = B.CreateBitCast(Mask, B.getIntNTy(V->getNumElements()));
  }
  Value *Bits = B.CreateZExtOrTrunc(Mask, B.getInt64Ty());
  return Lanes < 64 ? B.CreateAnd(Bits, B.getInt64((1ull << Lanes) - 1)) : Bits;
}

// The lanes' addresses as a vector of pointers.
Value *addresses(IRBuilder<> &B, IntrinsicInst *I, const Form &F, unsigned Lanes) {
  Value *P = I->getArgOperand(F.Pointer);
  if (F.Index < 0) return P;
  Value *Index = I->getArgOperand(F.Index);
  unsigned Have = cast<FixedVectorType>(Index->getType())->getNumElements();
  if (Have > Lanes) {  // an AVX2 q-gather of floats looks at the low ones
    SmallVector<int, 16> Low;
    for (unsigned L = 0; L < Lanes; L++) Low.push_back(L);
    Index = B.CreateShuffleVector(Index, Low);
  }
  auto *Wide = FixedVectorType::get(B.getInt64Ty(), Lanes);
  Value *Scale = B.CreateZExt(I->getArgOperand(I->arg_size() - 1), B.getInt64Ty());
  Value *Offset = B.CreateMul(B.CreateSExt(Index, Wide), B.CreateVectorSplat(Lanes, Scale));
  return B.CreateGEP(B.getInt8Ty(), P, Offset);
}

// Vectors go to C functions through memory: a slot of the frame, filled just before the call.
Value *spill(IRBuilder<> &B, Value *V) {
  Function *F = B.GetInsertBlock()->getParent();
  IRBuilder<> Entry(&F->getEntryBlock(), F->getEntryBlock().begin());
  AllocaInst *Slot = Entry.CreateAlloca(V->getType());
  B.CreateStore(V, Slot);
  return Slot;
}

unsigned lanesOf(const IntrinsicInst &I, const Form &F) {
  unsigned Lanes = dataType(I, F)->getNumElements();
  if (F.Index >= 0) {  // a q-gather of floats fills as many as there are indices
    auto *Index = cast<FixedVectorType>(I.getArgOperand(F.Index)->getType());
    Lanes = std::min(Lanes, Index->getNumElements());
  }
  return Lanes;
}

// An empty instruction gives its operand back, and nobody looks into it.
Value *hidden(IRBuilder<> &B, Value *P) {
  auto *Same = FunctionType::get(P->getType(), {P->getType()}, false);
  CallInst *Call = B.CreateCall(Same, InlineAsm::get(Same, "", "=r,0", /*hasSideEffects=*/false), {P});
  Call->setDoesNotAccessMemory();
  Call->setDoesNotThrow();
  return Call;
}

}  // namespace

PreservedAnalyses LanesPass::run(Module &M, ModuleAnalysisManager &) {
  SmallVector<std::pair<IntrinsicInst *, int>> Loads;
  for (Function &F : M) {
    if (!F.hasFnAttribute(Attribute::SanitizeThread)) continue;
    for (Instruction &I : instructions(F))
      if (auto *II = dyn_cast<IntrinsicInst>(&I)) {
        Form To = formOf(*II);
        if (To.S == PACKED && !To.Write) Loads.push_back({II, To.Pointer});
      }
  }
  for (auto [I, Pointer] : Loads) {
    IRBuilder<> B(I);
    I->setArgOperand(Pointer, hidden(B, I->getArgOperand(Pointer)));
  }
  return Loads.empty() ? PreservedAnalyses::all() : PreservedAnalyses::none();
}

bool isLanes(const IntrinsicInst &I) {
  Form F = formOf(I);
  if (F.S == NONE) return false;
  FixedVectorType *T = dataType(I, F);
  return T && T->getNumElements() <= 64;
}

bool emitLanes(IntrinsicInst *I, Choice &C) {
  Form F = formOf(*I);
  Value *P = I->getArgOperand(F.Pointer);
  if (P->getType()->isPointerTy() && C.isPrivate(P)) return false;
  Before B(I);
  unsigned Lanes = lanesOf(*I, F);
  Type *Element = dataType(*I, F)->getElementType();
  uint64_t Size = I->getModule()->getDataLayout().getTypeStoreSize(Element);
  Value *Mask = maskBits(B, I->getArgOperand(F.Mask), Lanes);
  if (F.S == PACKED) {
    call(B, F.Write ? "__crun_write_masked" : "__crun_read_masked", {P, B.getInt64(Size), Mask});
  } else if (F.S == SQUEEZED) {
    Value *Count = B.CreateUnaryIntrinsic(Intrinsic::ctpop, Mask);
    call(B, F.Write ? "__tsan_write_range" : "__tsan_read_range",
         {P, B.CreateMul(Count, B.getInt64(Size))});
  } else {
    Value *Slot = spill(B, addresses(B, I, F, Lanes));
    call(B, F.Write ? "__crun_write_lanes" : "__crun_read_lanes", {Slot, B.getInt64(Size), Mask});
  }
  return true;
}

}  // namespace crun
