// SPDX-License-Identifier: Apache-2.0
// release.h: where the releases of LLVM differ: the plugin is one source for LLVM 16 to 22, and says 19's words.
#ifndef CRUN_INSTRUMENT_RELEASE_H
#define CRUN_INSTRUMENT_RELEASE_H

#include "llvm/ADT/MapVector.h"
#include "llvm/Analysis/CaptureTracking.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/ModRef.h"
#include "llvm/Transforms/Utils/ScalarEvolutionExpander.h"

namespace crun::release {

// Function::getDataLayout came with 19.
inline const llvm::DataLayout &layoutOf(const llvm::Function &F) { return F.getParent()->getDataLayout(); }

// addNoCapture: the attribute nocapture became captures(none) in 21.
inline void addNoCapture(llvm::Argument &A) {
#if LLVM_VERSION_MAJOR >= 21
  A.addAttr(llvm::Attribute::getWithCaptureInfo(A.getContext(), llvm::CaptureInfo::none()));
#else
  A.addAttr(llvm::Attribute::NoCapture);
#endif
}

// A CaptureTracker is asked at each use that captures whether to go on.
struct CaptureTracker : llvm::CaptureTracker {
  // stopAt: use U answers the question.
  virtual bool stopAt(const llvm::Use *U) = 0;

#if LLVM_VERSION_MAJOR >= 21
  Action captured(const llvm::Use *U, llvm::UseCaptureInfo) final { return stopAt(U) ? Stop : Continue; }
#else
  bool captured(const llvm::Use *U) final { return stopAt(U); }
#endif
};

// What GEPOperator::collectOffset fills.
#if LLVM_VERSION_MAJOR >= 20
using Indices = llvm::SmallMapVector<llvm::Value *, llvm::APInt, 4>;
#else
using Indices = llvm::MapVector<llvm::Value *, llvm::APInt>;
#endif

// The instructions beside I that are no notes for debuggers. Since 20 those are no instructions.
inline llvm::Instruction *before(llvm::Instruction *I) {
  do I = I->getPrevNode();
  while (I && llvm::isa<llvm::DbgInfoIntrinsic>(I));
  return I;
}

inline llvm::Instruction *behind(llvm::Instruction *I) {
  do I = I->getNextNode();
  while (I && llvm::isa<llvm::DbgInfoIntrinsic>(I));
  return I;
}

// typeSize is Size as an integer of 64 bits; 17 has a function for that.
inline llvm::Value *typeSize(llvm::IRBuilder<> &B, llvm::TypeSize Size) {
#if LLVM_VERSION_MAJOR >= 17
  return B.CreateTypeSize(B.getInt64Ty(), Size);
#else
  return Size.isScalable() ? B.CreateVScale(B.getInt64(Size.getKnownMinValue())) : B.getInt64(Size.getFixedValue());
#endif
}

// turnsOf: how often L runs if it goes back BackTaken times, in type T; 16 cannot be told the type.
inline const llvm::SCEV *turnsOf(llvm::ScalarEvolution &SE, const llvm::SCEV *BackTaken, llvm::Type *T,
                                 const llvm::Loop *L) {
#if LLVM_VERSION_MAJOR >= 17
  return SE.getTripCountFromExitCount(BackTaken, T, L);
#else
  return SE.getAddExpr(SE.getTruncateOrZeroExtend(BackTaken, T), SE.getOne(T));
#endif
}

// SCEVExpander asks ScalarEvolution for the layout since 22.
struct Expander : llvm::SCEVExpander {
#if LLVM_VERSION_MAJOR >= 22
  Expander(llvm::ScalarEvolution &SE, const llvm::Function &, const char *Name) : SCEVExpander(SE, Name) {}
#else
  Expander(llvm::ScalarEvolution &SE, const llvm::Function &F, const char *Name)
      : SCEVExpander(SE, layoutOf(F), Name) {}
#endif
};

}  // namespace crun::release

#endif
