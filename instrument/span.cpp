// SPDX-License-Identifier: Apache-2.0
// span.cpp takes addresses apart.
//
// A getelementptr dominates the access, and its operands dominate it: a way that computes one of
// them anew comes by the getelementptr again. So an access is at the sum of what its root's values
// are now.
#include "span.h"

#include "llvm/IR/Operator.h"
#include "release.h"

using namespace llvm;

namespace crun {

std::optional<Span> Spans::of(const Instruction *I) {
  Type *T = getLoadStoreType(const_cast<Instruction *>(I));
  TypeSize Size = DL.getTypeStoreSize(T);
  if (T->isAggregateType() || Size.isScalable()) return std::nullopt;
  const Value *P = getLoadStorePointerOperand(I);
  unsigned Bits = DL.getIndexTypeSizeInBits(P->getType());
  release::Indices Indices;
  APInt Offset(Bits, 0);
  while (auto *G = dyn_cast<GEPOperator>(P)) {
    if (G->getType()->isVectorTy() || !G->collectOffset(DL, Bits, Indices, Offset)) break;
    P = G->getPointerOperand();
  }
  std::vector<Term> Terms = {{P, 1}};
  for (auto &[Index, Scale] : Indices) Terms.push_back({Index, Scale.getSExtValue()});
  llvm::sort(Terms);
  unsigned Root = Roots.try_emplace(std::move(Terms), Roots.size()).first->second;
  int64_t From = Offset.getSExtValue();
  return Span{Root, From, From + static_cast<int64_t>(Size.getFixedValue())};
}

}  // namespace crun
