// SPDX-License-Identifier: Apache-2.0
// place.cpp finds the source line of a check.
#include "place.h"

#include "llvm/IR/CFG.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace crun {

namespace {

// The innermost function, inlined or not, that a location lies in.
DISubprogram *functionOf(const DILocation *L) { return L->getScope()->getSubprogram(); }

// A location of the same activation as Like (nil: any in the function itself), with a line.
bool fits(const DILocation *L, const DILocation *Like) {
  if (!L || !L->getLine()) return false;
  if (!Like) return !L->getInlinedAt();
  return functionOf(L) == functionOf(Like) && L->getInlinedAt() == Like->getInlinedAt();
}

const DILocation *lineAbove(Instruction *I, const DILocation *Like) {
  for (Instruction *P = I; P; P = P->getPrevNode())
    if (!isa<DbgInfoIntrinsic>(P) && fits(P->getDebugLoc().get(), Like)) return P->getDebugLoc().get();
  return nullptr;
}

// The nearest line before I: in its block, else in a block that leads to it.
const DILocation *lineBefore(Instruction *I, const DILocation *Like) {
  if (const DILocation *L = lineAbove(I, Like)) return L;
  for (BasicBlock *P : predecessors(I->getParent()))
    if (const DILocation *L = lineAbove(P->getTerminator(), Like)) return L;
  return nullptr;
}

}  // namespace

static DebugLoc lineZero(DISubprogram *SP) { return DILocation::get(SP->getContext(), 0, 0, SP); }

DebugLoc placeOf(Instruction *I) {
  const DILocation *Own = I->getDebugLoc().get();
  DISubprogram *SP = I->getFunction()->getSubprogram();
  if (!SP || (Own && Own->getLine())) return Own;
  if (const DILocation *L = lineBefore(I, Own))
    return DILocation::get(I->getContext(), L->getLine(), 0, L->getScope(), L->getInlinedAt());
  return Own ? Own : lineZero(SP).get();
}

void locate(IRBuilder<> &B, Function &F) {
  if (!B.getCurrentDebugLocation() && F.getSubprogram())
    B.SetCurrentDebugLocation(lineZero(F.getSubprogram()));
}

}  // namespace crun
