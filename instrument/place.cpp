// SPDX-License-Identifier: Apache-2.0
// place.cpp finds the source line of a check.
#include "place.h"

#include "llvm/IR/CFG.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/Instructions.h"
#include "release.h"

using namespace llvm;

namespace crun {

namespace {

// The innermost function, inlined or not, that a location lies in.
DISubprogram *functionOf(const DILocation *L) { return L->getScope()->getSubprogram(); }

// A line that an instruction at Like (line 0, or nil: no location at all) may have come from: it
// has to be of the same activation, where that is known.
bool fits(const DILocation *L, const DILocation *Like) {
  if (!L || !L->getLine()) return false;
  return !Like || (functionOf(L) == functionOf(Like) && L->getInlinedAt() == Like->getInlinedAt());
}

// Another access through the same pointer: when accesses are merged or moved out of a loop, this is
// mostly what is left of the place.
const DILocation *lineOfPeer(Instruction *I, const DILocation *Like) {
  constexpr unsigned MaxUsers = 64;
  Value *P = getLoadStorePointerOperand(I);
  if (!P) return nullptr;
  unsigned Seen = 0;
  for (User *U : P->users()) {
    auto *Peer = dyn_cast<Instruction>(U);
    if (++Seen > MaxUsers) break;
    if (!Peer || Peer == I || Peer->getFunction() != I->getFunction()) continue;
    if (getLoadStorePointerOperand(Peer) == P && fits(Peer->getDebugLoc().get(), Like))
      return Peer->getDebugLoc().get();
  }
  return nullptr;
}

const DILocation *lineAbove(Instruction *I, const DILocation *Like) {
  for (Instruction *P = I; P; P = release::before(P))
    if (fits(P->getDebugLoc().get(), Like)) return P->getDebugLoc().get();
  return nullptr;
}

const DILocation *lineBelow(Instruction *I, const DILocation *Like) {
  for (Instruction *N = I; N; N = release::behind(N))
    if (fits(N->getDebugLoc().get(), Like)) return N->getDebugLoc().get();
  return nullptr;
}

const DILocation *likelyLine(Instruction *I, const DILocation *Like) {
  if (const DILocation *L = lineOfPeer(I, Like)) return L;
  if (const DILocation *L = lineAbove(I, Like)) return L;
  for (BasicBlock *P : predecessors(I->getParent()))
    if (const DILocation *L = lineAbove(P->getTerminator(), Like)) return L;
  return lineBelow(I, Like);
}

DebugLoc lineOf(DISubprogram *SP, unsigned Line) {
  return DILocation::get(SP->getContext(), Line, 0, SP);
}

}  // namespace

DebugLoc placeOf(Instruction *I) {
  const DILocation *Own = I->getDebugLoc().get();
  DISubprogram *SP = I->getFunction()->getSubprogram();
  if (!SP || (Own && Own->getLine())) return Own;
  if (const DILocation *L = likelyLine(I, Own))
    return DILocation::get(I->getContext(), L->getLine(), 0, L->getScope(), L->getInlinedAt());
  if (Own && Own->getInlinedAt()) return Own;
  return lineOf(SP, SP->getLine());
}

void locate(IRBuilder<> &B, Function &F) {
  if (!B.getCurrentDebugLocation() && F.getSubprogram())
    B.SetCurrentDebugLocation(lineOf(F.getSubprogram(), 0));
}

}  // namespace crun
