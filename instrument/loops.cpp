// SPDX-License-Identifier: Apache-2.0
// loops.cpp moves the checks of a loop's accesses in front of it: one for all turns.
//
//     for (i = 0; i < n; i++) a[i] = 0;        __crun_write_elements(a, n, 4, 4) before the loop
//
// What is checked there is exactly what the loop will access, and it is checked in the same epoch:
//   1. the loop is orderly: it is entered from one block and left at its end alone, after a number
//      of turns that is known in front of it; nothing in it is a release or an acquire, and nothing
//      in it may leave, throw, wait for ever or be another loop that is not orderly;
//   2. the access is made in every turn: its block dominates the loop's end;
//   3. its address is the same in all turns, or differs by the same number of bytes from turn to
//      turn. The elements may lie apart, overlap, or go downwards.
//
// From there the check may go on to the front of the loop around: if the elements are the same in
// all its turns, or if all turns together are again elements at one distance:
//
//     for (i) for (j) a[i * n + j]             rows: the next one begins where this one ends
//     for (j) for (i) a[i * n + j]             columns: each turn fills a place of all the gaps
//     for (i) for (j = 1) a[i * n + j]         (step rows) rows at one distance, with gaps between them
//
// What stays in the loop around, because there is less of it from turn to turn, is checked in the first turn that comes there
// (step shrinking): for (i) for (j = i + 1; j < n; j++) a[j]. In later turns its number is 0.
//   1. the number gets smaller by as much as the beginning moves on, or the beginning stays;
//   2. nothing in the loop around is a release or an acquire, or gives memory back: the turns are one epoch.
#include "loops.h"

#include "abi.h"
#include "elements.h"
#include "emit.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/Analysis/ScalarEvolutionExpressions.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/Dominators.h"
#include "llvm/Transforms/Utils/LoopUtils.h"
#include "llvm/Transforms/Utils/SSAUpdater.h"
#include "place.h"
#include "release.h"

using namespace llvm;

namespace crun {

namespace {

class Hoister {
 public:
  Hoister(Function &F, FunctionAnalysisManager &FAM, const Sync &Syncs, Counters &Count)
      : F(F), LI(FAM.getResult<LoopAnalysis>(F)), DT(FAM.getResult<DominatorTreeAnalysis>(F)),
        SE(FAM.getResult<ScalarEvolutionAnalysis>(F)),
        Syncs(Syncs), Count(Count), Expander(SE, F, "race") {}

  // prepare gives the loops around these accesses a block in front that is theirs alone.
  void prepare(ArrayRef<Instruction *> Plain);

  // hoist finds the outermost place for the check of I; false: it stays where it is.
  bool hoist(Instruction *I);

  // emit makes the checks; returns how many.
  unsigned emit();

 private:
  bool isOrderly(const Loop &L);
  bool isQuiet(const Loop &L);
  bool mayDisturb(const Instruction &I);
  bool lift(Elements &E, const Loop &L, const BasicBlock *From);
  bool widen(Elements &E, const Loop &L);
  bool makeRows(Elements &E, const SCEV *Turns, const SCEV *Stride);
  bool canExpand(const Elements &E);
  void add(const Elements &E);
  bool shrinks(const Elements &E, const Loop &L);
  Value *wasMade(const Elements &E);
  void emitOne(const Elements &E);

  Function &F;
  LoopInfo &LI;
  DominatorTree &DT;
  ScalarEvolution &SE;
  const Sync &Syncs;
  Counters &Count;
  release::Expander Expander;
  DenseMap<const Loop *, bool> Orderly, Quiet;
  SmallVector<Elements, 8> List;
};

// The optimizer has folded away the empty blocks in front of loops.
void Hoister::prepare(ArrayRef<Instruction *> Plain) {
  bool Changed = false;
  for (Instruction *I : Plain)
    for (Loop *L = LI.getLoopFor(I->getParent()); L; L = L->getParentLoop())
      if (!L->getLoopPreheader() && L->getLoopLatch() && L->getExitingBlock() == L->getLoopLatch())
        Changed |= !!InsertPreheaderForLoop(L, &DT, &LI, nullptr, /*PreserveLCSSA=*/false);
  if (Changed) SE.forgetAllLoops();
}

bool Hoister::mayDisturb(const Instruction &I) {
  // A volatile access is one that may.
  return Syncs.maySync(I) || !isGuaranteedToTransferExecutionToSuccessor(&I);
}

bool Hoister::isOrderly(const Loop &L) {
  auto [It, New] = Orderly.try_emplace(&L, false);
  if (!New) return It->second;
  const SCEV *Back = SE.getBackedgeTakenCount(&L);
  bool Is = L.getLoopPreheader() && L.getLoopLatch() && L.getExitingBlock() == L.getLoopLatch() &&
            !isa<SCEVCouldNotCompute>(Back) && SE.getTypeSizeInBits(Back->getType()) <= 64;
  for (const Loop *Inner : L.getSubLoops()) Is = Is && isOrderly(*Inner);
  for (const BasicBlock *B : L.blocks())
    Is = Is && none_of(*B, [&](const Instruction &I) { return mayDisturb(I); });
  return Orderly[&L] = Is;
}

// isQuiet: what is checked in a turn of L need not be checked in a later one.
bool Hoister::isQuiet(const Loop &L) {
  auto [It, New] = Quiet.try_emplace(&L, true);
  if (New)
    for (const BasicBlock *B : L.blocks())
      for (const Instruction &I : *B)
        if (Syncs.maySync(I) || (isa<CallBase>(I) && I.mayWriteToMemory())) return Quiet[&L] = false;
  return It->second;
}

// widen makes of E, in one turn of L, what it is in all of them.
bool Hoister::widen(Elements &E, const Loop &L) {
  auto *Step = dyn_cast<SCEVAddRecExpr>(E.Start);
  if (!Step || Step->getLoop() != &L || !Step->isAffine() || !E.Rows->isOne()) return false;
  Type *Long = Type::getInt64Ty(F.getContext());
  const SCEV *Stride = SE.getTruncateOrSignExtend(Step->getStepRecurrence(SE), Long);
  const SCEV *Turns = release::turnsOf(SE, SE.getBackedgeTakenCount(&L), Long, &L);
  if (E.Count->isOne()) {
    E.Stride = Stride;
  } else if (SE.getMulExpr(Turns, Stride) == E.Stride) {
    E.Stride = Stride;
  } else if (SE.getMulExpr(E.Count, E.Stride) != Stride) {
    E.Start = Step->getStart();
    return makeRows(E, Turns, Stride);
  }
  E.Start = Step->getStart();
  E.Count = SE.getMulExpr(E.Count, Turns);
  return true;
}

bool Hoister::makeRows(Elements &E, const SCEV *Turns, const SCEV *Stride) {
  if (!isOn(Step::Rows)) return false;
  E.Rows = Turns;
  E.RowStride = Stride;
  Count.Rows++;
  return true;
}

// lift takes E, which is checked in block From of L, to the front of L.
bool Hoister::lift(Elements &E, const Loop &L, const BasicBlock *From) {
  if (!isOrderly(L) || !DT.dominates(From, L.getLoopLatch())) return false;
  for (const SCEV *S : {E.Count, E.Stride, E.Rows, E.RowStride})
    if (!SE.isLoopInvariant(S, &L)) return false;
  Elements Wide = E;
  Wide.At = L.getLoopPreheader();
  if (!SE.isLoopInvariant(E.Start, &L) && !widen(Wide, L)) return false;
  if (!canExpand(Wide)) return false;
  E = Wide;
  return true;
}

bool Hoister::canExpand(const Elements &E) {
  const Instruction *Place = E.At->getTerminator();
  for (const SCEV *S : {E.Start, E.Count, E.Stride, E.Rows, E.RowStride})
    if (!Expander.isSafeToExpandAt(S, Place)) return false;
  return true;
}

bool Hoister::hoist(Instruction *I) {
  TypeSize Size = release::layoutOf(F).getTypeStoreSize(getLoadStoreType(I));
  if (Size.isScalable() || getLoadStoreType(I)->isAggregateType()) return false;
  Type *Long = Type::getInt64Ty(F.getContext());
  Elements E = {SE.getSCEV(getLoadStorePointerOperand(I)), SE.getOne(Long),
                SE.getConstant(Long, Size.getFixedValue()), SE.getOne(Long), SE.getZero(Long), unsigned(Size.getFixedValue()),
                getLoadStoreAlignment(I), isa<StoreInst>(I), I};
  const BasicBlock *From = I->getParent();
  for (const Loop *L = LI.getLoopFor(From); L && lift(E, *L, From); L = L->getParentLoop())
    From = E.At;
  if (E.At) add(E);
  return E.At;
}

// Two checks of the same elements at the same place are one: the write's, if there is one.
void Hoister::add(const Elements &E) {
  auto *Same = find_if(List, [&](const Elements &Old) {
    return Old.hasShapeOf(E) && Old.Start == E.Start && Old.Size == E.Size;
  });
  if (Same == List.end()) List.push_back(E);
  else if (E.Write && !Same->Write) *Same = E;
}

// shrinks tells that E, checked in L, has in each turn no more than in those before: the number gets smaller by some, and the
// beginning moves on by as many, or stays.
bool Hoister::shrinks(const Elements &E, const Loop &L) {
  bool Rows = !E.Rows->isOne();
  const SCEV *Number = Rows ? E.Rows : E.Count, *Stride = Rows ? E.RowStride : E.Stride;
  for (const SCEV *S : {E.Stride, E.RowStride, Rows ? E.Count : E.Rows})
    if (!SE.isLoopInvariant(S, &L)) return false;
  auto *Less = dyn_cast<SCEVAddRecExpr>(Number);
  if (!Less || Less->getLoop() != &L || !Less->isAffine()) return false;
  auto *Step = dyn_cast<SCEVConstant>(Less->getStepRecurrence(SE));
  if (!Step || !Step->getAPInt().isNegative() || Step->getAPInt().getSignificantBits() > 16) return false;
  if (SE.isLoopInvariant(E.Start, &L)) return true;
  auto *Start = dyn_cast<SCEVAddRecExpr>(E.Start);
  if (!Start || Start->getLoop() != &L || !Start->isAffine()) return false;
  return Start->getStepRecurrence(SE) == SE.getMulExpr(SE.getNegativeSCEV(Step), Stride);
}

// wasMade is whether a turn before this one, of the loop in which E is checked, checked all of E: nil if one does not know.
Value *Hoister::wasMade(const Elements &E) {
  const Loop *L = LI.getLoopFor(E.At);
  if (!isOn(Step::Shrinking) || !L || !L->getLoopPreheader() || !shrinks(E, *L) || !isQuiet(*L)) return nullptr;
  Type *Bit = Type::getInt1Ty(F.getContext());
  SSAUpdater Made;
  Made.Initialize(Bit, "race.made");
  Made.AddAvailableValue(L->getLoopPreheader(), ConstantInt::getFalse(Bit));
  Made.AddAvailableValue(E.At, ConstantInt::getTrue(Bit));
  Count.Shrinking++;
  return Made.GetValueInMiddleOfBlock(E.At);
}

void Hoister::emitOne(const Elements &E) {
  Instruction *Place = E.At->getTerminator();
  IRBuilder<> B(Place);
  B.SetCurrentDebugLocation(placeOf(E.First));
  Value *P = Expander.expandCodeFor(E.Start, B.getPtrTy(), Place);
  if (E.Count->isOne() && E.Rows->isOne()) return emitBytes(B, P, E.Size, E.Alignment, E.Write);
  auto Expand = [&](const SCEV *S) { return Expander.expandCodeFor(S, B.getInt64Ty(), Place); };
  Value *Count = Expand(E.Count), *Size = B.getInt64(E.Size), *Stride = Expand(E.Stride);
  Value *Rows = E.Rows->isOne() ? nullptr : Expand(E.Rows);
  Value *&Number = Rows ? Rows : Count;
  if (Value *Made = wasMade(E)) Number = B.CreateSelect(Made, B.getInt64(0), Number);
  if (!Rows)
    call(B, E.Write ? "__crun_write_elements" : "__crun_read_elements", {P, Count, Size, Stride});
  else
    call(B, E.Write ? "__crun_write_rows" : "__crun_read_rows", {P, Count, Size, Stride, Rows, Expand(E.RowStride)});
}

unsigned Hoister::emit() {
  if (isOn(Step::Adjacent)) joinNeighbours(List, SE, Count);
  if (isOn(Step::Overlap)) dropOverlaps(List, SE, Count);
  for (const Elements &E : List)
    if (const Loop *L = LI.getLoopFor(E.At)) isQuiet(*L);  // as long as it has no checks
  for (const Elements &E : List) emitOne(E);
  return List.size();
}

}  // namespace

bool hoistChecks(Function &F, SmallVectorImpl<Instruction *> &Plain, FunctionAnalysisManager &FAM,
                 const Sync &Syncs, Counters &Count) {
  if (!isOn(Step::Loops) || FAM.getResult<LoopAnalysis>(F).empty()) return false;
  Hoister H(F, FAM, Syncs, Count);
  H.prepare(Plain);
  unsigned Before = Plain.size();
  erase_if(Plain, [&](Instruction *I) { return H.hoist(I); });
  Count.InLoops += Before - Plain.size();
  unsigned Made = H.emit();
  Count.BeforeLoops += Made;
  return Made;
}

}  // namespace crun
