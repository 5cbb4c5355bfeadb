// SPDX-License-Identifier: Apache-2.0
// cover.cpp leaves out the checks that another check makes needless.
//
// A read before a write of the same bytes needs none (BeforeWrite in one block, Across in later ones) if on every way from
// it the write comes, and
//   1. whoever conflicts with the read conflicts with the write;
//   2. no acquire lies between: who is not ordered with the read is not ordered with the write;
//      nor a release: another could come after the read that does not come after the write;
//   3. the write is certain to come: nothing between may leave, throw or wait for ever, and no way between goes back, to
//      where a loop begins: it may never end. On a way that does not go back no value is computed anew, so the address is
//      the same.
//
// A check behind one of the same bytes needs none (Covered), if on every way to it
//   1. there is a check that contains its bytes, and whose kind covers its own: a write's all, a
//      read's reads;
//   2. no release lies between: the two are in one epoch; who is not ordered after the second is
//      not ordered after the first. An acquire may lie between: who is ordered before the second
//      only by it is not ordered with the first, and that is a race already.
// What holds at a block's beginning is what holds at the end of all blocks before it. That an
// address is still the same needs no rule of its own: the values in it are computed before every
// check of it, so on the way on which they are computed first no such check holds, nor then when
// they are computed anew, in a loop's next turn.
//
// volatile accesses keep their checks.
#include "cover.h"

#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/PostOrderIterator.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/Function.h"
#include "release.h"
#include "span.h"
#include "sync.h"

using namespace llvm;

namespace crun {

namespace {

using Instructions = SmallVectorImpl<Instruction *>;
using Needless = SmallPtrSet<const Instruction *, 16>;

// Beyond this many bits of facts at the ends of blocks, a function keeps its covered checks.
constexpr uint64_t MaxBits = uint64_t{1} << 28;

// An Access is what a check says: these bytes were read or written here and now.
struct Access {
  Span Bytes;
  bool Write;

  bool covers(const Access &A) const { return Bytes.contains(A.Bytes) && Write >= A.Write; }
};

// The accesses of a function that are checked and whose bytes can be compared.
using Accesses = DenseMap<const Instruction *, Access>;

Accesses comparable(const Instructions &Plain, Spans &S) {
  Accesses Out;
  for (const Instruction *I : Plain)
    if (std::optional<Span> Bytes = S.of(I)) Out[I] = {*Bytes, isa<StoreInst>(I)};
  return Out;
}

// ---- reads before writes ------------------------------------------------------------------------

using Coming = SmallVector<Access, 8>;

constexpr unsigned MaxComing = 64;  // writes that are remembered at a block's beginning

bool covers(const Coming &Writes, const Access &A) {
  return any_of(Writes, [&](const Access &W) { return W.covers(A); });
}

// BeforeWrites goes through the blocks of a function from its end, each behind those that it leads to.
class BeforeWrites {
 public:
  BeforeWrites(Function &F, const Accesses &All, const Sync &Syncs)
      : F(F), All(All), Syncs(Syncs) {}

  // find adds the reads that need no check to Here or, where the write is in a later block, to Later.
  void find(Needless &Here, Needless &Later);

 private:
  Coming comingAtEnd(const BasicBlock &B) const;
  void walk(BasicBlock &B, Coming Later, Needless &Here, Needless &Out);

  Function &F;
  const Accesses &All;
  const Sync &Syncs;
  DenseMap<const BasicBlock *, Coming> AtStart;  // of the blocks behind: a way to another goes back
};

// What comes whichever way is taken.
Coming BeforeWrites::comingAtEnd(const BasicBlock &B) const {
  Coming Out;
  bool First = true;
  for (const BasicBlock *S : successors(&B)) {
    auto It = AtStart.find(S);
    if (It == AtStart.end()) return {};
    if (First) Out = It->second;
    else erase_if(Out, [&](const Access &W) { return !covers(It->second, W); });
    First = false;
  }
  return Out;
}

// walk goes up a block with the writes that are certain to come: those of this block, and Later.
void BeforeWrites::walk(BasicBlock &B, Coming Later, Needless &Here, Needless &Out) {
  Coming Own;
  for (Instruction &I : reverse(B)) {
    if (Syncs.maySync(I) || !isGuaranteedToTransferExecutionToSuccessor(&I)) {
      Own.clear();
      Later.clear();
    }
    auto It = All.find(&I);
    if (It == All.end()) continue;
    const Access &A = It->second;
    if (A.Write) Own.push_back(A);
    else if (I.isVolatile()) continue;
    else if (covers(Own, A)) Here.insert(&I);
    else if (covers(Later, A)) Out.insert(&I);
  }
  Own.append(Later);
  if (Own.size() > MaxComing) Own.resize_for_overwrite(MaxComing);
  AtStart[&B] = std::move(Own);
}

void BeforeWrites::find(Needless &Here, Needless &Later) {
  for (BasicBlock *B : post_order(&F)) walk(*B, isOn(Step::Across) ? comingAtEnd(*B) : Coming(), Here, Later);
}

// ---- checks behind checks -----------------------------------------------------------------------

// Facts are the accesses of a function, each once, as the bits of a set: "checked since the last
// release".
class Facts {
 public:
  Facts(const Accesses &All, const Sync &Syncs);

  // step makes of the facts before I those behind it.
  void step(const Instruction &I, BitVector &Set) const;

  bool holds(const Instruction &I, const BitVector &Set) const {
    auto It = Number.find(&I);
    return It != Number.end() && Set.test(It->second);
  }
  unsigned size() const { return List.size(); }

 private:
  unsigned numberOf(const Access &A);

  SmallVector<Access, 32> List;
  DenseMap<const Instruction *, unsigned> Number;
  std::vector<BitVector> Implied;    // by fact: it and what it covers
  std::vector<SmallVector<unsigned, 4>> OfRoot;
  const Sync &Syncs;
};

unsigned Facts::numberOf(const Access &A) {
  if (OfRoot.size() <= A.Bytes.Root) OfRoot.resize(A.Bytes.Root + 1);
  for (unsigned F : OfRoot[A.Bytes.Root])
    if (List[F].covers(A) && A.covers(List[F])) return F;
  OfRoot[A.Bytes.Root].push_back(List.size());
  List.push_back(A);
  return List.size() - 1;
}

Facts::Facts(const Accesses &All, const Sync &Syncs) : Syncs(Syncs) {
  for (auto &[I, A] : All) Number[I] = numberOf(A);
  for (const Access &A : List) {
    BitVector &Of = Implied.emplace_back(List.size());
    for (unsigned F : OfRoot[A.Bytes.Root])
      if (A.covers(List[F])) Of.set(F);
  }
}

void Facts::step(const Instruction &I, BitVector &Set) const {
  if (Syncs.mayRelease(I)) Set.reset();
  auto It = Number.find(&I);
  if (It != Number.end()) Set |= Implied[It->second];
}

using Ends = DenseMap<const BasicBlock *, BitVector>;

BitVector factsAt(const BasicBlock &B, const Ends &End, unsigned Size) {
  if (B.isEntryBlock()) return BitVector(Size, false);
  BitVector Set(Size, true);
  for (const BasicBlock *P : predecessors(&B)) Set &= End.find(P)->second;
  return Set;
}

// flow returns the facts at the end of each block: the largest solution of the equations. What
// cannot be reached keeps all facts and so takes none from others.
Ends flow(Function &F, const Facts &All) {
  Ends End;
  for (BasicBlock &B : F) End[&B] = BitVector(All.size(), true);
  ReversePostOrderTraversal<Function *> Order(&F);
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (BasicBlock *B : Order) {
      BitVector Set = factsAt(*B, End, All.size());
      for (Instruction &I : *B) All.step(I, Set);
      Changed |= Set != End[B];
      End[B] = std::move(Set);
    }
  }
  return End;
}

void covered(Function &F, const Facts &All, Needless &Out) {
  if (uint64_t{All.size()} * F.size() > MaxBits) return;
  Ends End = flow(F, All);
  for (BasicBlock &B : F) {
    BitVector Set = factsAt(B, End, All.size());
    for (Instruction &I : B) {
      if (!I.isVolatile() && All.holds(I, Set)) Out.insert(&I);
      All.step(I, Set);
    }
  }
}

unsigned drop(Instructions &Plain, Accesses &All, const Needless &Out) {
  erase_if(Plain, [&](Instruction *I) { return Out.contains(I); });
  for (const Instruction *I : Out) All.erase(I);
  return Out.size();
}

}  // namespace

void dropCovered(Function &F, Instructions &Plain, const Sync &Syncs,
                 Counters &Count) {
  Spans S(release::layoutOf(F));
  Accesses All = comparable(Plain, S);
  if (isOn(Step::BeforeWrite)) {
    Needless Here, Later;
    BeforeWrites(F, All, Syncs).find(Here, Later);
    Count.BeforeWrite += drop(Plain, All, Here);
    Count.Across += drop(Plain, All, Later);
  }
  if (isOn(Step::Covered)) {
    Needless Out;
    covered(F, Facts(All, Syncs), Out);
    Count.Covered += drop(Plain, All, Out);
  }
}

}  // namespace crun
