// SPDX-License-Identifier: Apache-2.0
// elements.cpp makes the checks in front of a loop fewer and smaller.
//
// Neighbours (step adjacent): d += b[i].x[k] for k of 0, 1, 2, which the optimizer has unrolled, is three times elements at one
// distance. They become rows of three if they come from one line, whose report then is the same:
//   1. same kind, same size, same place, same number;
//   2. each begins where the one before ends, and the row ends before the next begins.
//
// Overlaps (step overlap): a[i] = a[i - 1] writes what it reads, but for one element; a stencil reads what it read in the
// row above. Of the second only what the first does not have is checked:
//
//     reads   a[i - 1]    |r|o|o|o|o|o|          one read,
//     writes  a[i]          |o|o|o|o|o|w|        and all writes
//
//   1. both are checked at the same place, so in one epoch: who is not ordered with one is not with the other;
//   2. the first's kind covers the second's, and its elements the second's elements: they have one shape and are so
//      many rows and elements apart.
// A location that races is told with one of the two lines.
#include "elements.h"

#include "llvm/Analysis/ScalarEvolutionExpressions.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "place.h"

using namespace llvm;

namespace crun {

namespace {

using List = SmallVectorImpl<Elements>;

constexpr int64_t Near = 16;  // what lies further apart than so many elements hardly overlaps

std::optional<int64_t> constantOf(const SCEV *S) {
  auto *C = dyn_cast<SCEVConstant>(S);
  if (!C || C->getAPInt().getSignificantBits() > 64) return std::nullopt;
  return C->getAPInt().getSExtValue();
}

std::optional<int64_t> distance(const Elements &From, const Elements &To, ScalarEvolution &SE) {
  const SCEV *D = SE.getMinusSCEV(To.Start, From.Start);
  return isa<SCEVCouldNotCompute>(D) ? std::nullopt : constantOf(D);
}

// ---- neighbours -----------------------------------------------------------------------------------

bool isOneLine(const Elements &A, const Elements &B) {
  DebugLoc L = placeOf(A.First), M = placeOf(B.First);
  if (!L || !M) return !L && !M;
  return L.getLine() == M.getLine() && L.getScope() == M.getScope() && L.getInlinedAt() == M.getInlinedAt();
}

// A row of N elements like E fits between E's elements.
bool hasRoom(const Elements &E, unsigned N) {
  if (E.Count->isOne()) return true;
  std::optional<int64_t> Stride = constantOf(E.Stride);
  return Stride && (*Stride >= int64_t(N) * E.Size || *Stride <= -int64_t(N) * E.Size);
}

// begins tells whether B is so many bytes behind E, and is one line with it.
bool begins(const Elements &B, int64_t Bytes, const Elements &E, ScalarEvolution &SE) {
  return B.First && B.hasShapeOf(E) && B.Size == E.Size && B.Write == E.Write && distance(E, B, SE) == Bytes &&
         isOneLine(E, B);
}

void makeRow(Elements &E, unsigned N, ScalarEvolution &SE) {
  E.Rows = E.Count;
  E.RowStride = E.Stride;
  E.Count = SE.getConstant(E.Stride->getType(), N);
  E.Stride = SE.getConstant(E.RowStride->getType(), E.Size);
}

// ---- overlaps -------------------------------------------------------------------------------------

// A Shift is from one to another of the same shape.
struct Shift {
  int64_t Rows, Elements;
};

const SCEV *times(ScalarEvolution &SE, const SCEV *S, int64_t N) {
  return SE.getMulExpr(S, SE.getConstant(S->getType(), N, /*isSigned=*/true));
}

std::optional<Shift> shift(const Elements &A, const Elements &B, ScalarEvolution &SE) {
  std::optional<int64_t> Stride = constantOf(A.Stride);
  if (!A.hasShapeOf(B) || A.Size < B.Size || A.Write < B.Write || !Stride || *Stride == 0) return std::nullopt;
  const SCEV *D = SE.getMinusSCEV(B.Start, A.Start);
  if (isa<SCEVCouldNotCompute>(D)) return std::nullopt;
  for (int64_t Rows : {0, 1, -1, 2, -2}) {
    if (Rows && A.Rows->isOne()) break;
    std::optional<int64_t> Rest = constantOf(SE.getMinusSCEV(D, times(SE, A.RowStride, Rows)));
    if (Rest && *Rest % *Stride == 0 && *Rest / *Stride <= Near && *Rest / *Stride >= -Near)
      return Shift{Rows, *Rest / *Stride};
  }
  return std::nullopt;
}

// smaller and larger of N, which is at least 1, and K.
const SCEV *smaller(ScalarEvolution &SE, const SCEV *N, int64_t K) {
  const SCEV *C = SE.getConstant(N->getType(), K);
  return K == 1 ? C : SE.getUMinExpr(N, C);
}

const SCEV *larger(ScalarEvolution &SE, const SCEV *N, int64_t K) {
  return K == 1 ? N : SE.getUMaxExpr(N, SE.getConstant(N->getType(), K));
}

// Of what B has in one direction, in which it is By away from A and there are N: where that begins which A does not have,
// counted from A's beginning, and how many there are.
struct Rest {
  const SCEV *From, *Number;
};

Rest beyond(ScalarEvolution &SE, const SCEV *N, int64_t By) {
  if (By > 0) return {larger(SE, N, By), smaller(SE, N, By)};
  return {SE.getConstant(N->getType(), By, /*isSigned=*/true), smaller(SE, N, -By)};
}

void push(List &Out, Elements E) {
  if (E.Count->isOne() && !E.Rows->isOne()) {
    std::swap(E.Count, E.Rows);
    std::swap(E.Stride, E.RowStride);
  }
  Out.push_back(E);
}

// rest puts into Out what B has and A does not: whole rows, and the ends of others.
void rest(const Elements &A, const Elements &B, Shift S, ScalarEvolution &SE, List &Out) {
  auto at = [&](const SCEV *Row, const SCEV *Element) {
    const SCEV *Offset = SE.getAddExpr(SE.getMulExpr(Row, A.RowStride), SE.getMulExpr(Element, A.Stride));
    return SE.getAddExpr(A.Start, Offset);
  };
  Type *T = A.Count->getType();
  const SCEV *Common = B.Rows;
  if (S.Rows) {
    Elements Whole = B;
    Rest R = beyond(SE, B.Rows, S.Rows);
    Whole.Start = at(R.From, SE.getConstant(T, S.Elements, true));
    Whole.Rows = R.Number;
    Common = SE.getMinusSCEV(B.Rows, R.Number);
    push(Out, Whole);
  }
  if (!S.Elements || Common->isZero()) return;
  Elements Ends = B;
  Rest R = beyond(SE, B.Count, S.Elements);
  Ends.Start = at(SE.getConstant(T, std::max<int64_t>(S.Rows, 0)), R.From);
  Ends.Count = R.Number;
  Ends.Rows = Common;
  push(Out, Ends);
}

}  // namespace

void joinNeighbours(List &All, ScalarEvolution &SE, Counters &Count) {
  for (Elements &E : All) {
    if (!E.First || !E.Rows->isOne() || !hasRoom(E, 2)) continue;
    if (any_of(All, [&](const Elements &B) { return begins(B, -int64_t(E.Size), E, SE); })) continue;  // not the first
    unsigned N = 1;
    for (Elements *Next = &E; Next && hasRoom(E, N + 1); N += !!Next) {
      Next = find_if(All, [&](const Elements &B) { return begins(B, int64_t(N) * E.Size, E, SE); });
      if (Next == All.end()) Next = nullptr;
      else Next->First = nullptr;
    }
    if (N > 1) makeRow(E, N, SE);
    Count.Adjacent += N - 1;
  }
  erase_if(All, [](const Elements &E) { return !E.First; });
}

void dropOverlaps(List &All, ScalarEvolution &SE, Counters &Count) {
  SmallVector<unsigned, 8> Order;  // what may cover the others first
  for (unsigned I = 0; I < All.size(); I++) Order.push_back(I);
  stable_sort(Order, [&](unsigned A, unsigned B) {
    return std::make_pair(All[A].Write, All[A].Size) > std::make_pair(All[B].Write, All[B].Size);
  });
  SmallVector<SmallVector<Elements, 2>, 8> Left(All.size());
  for (auto I = Order.begin(); I != Order.end(); I++) {
    const Elements &B = All[*I];
    bool Single = B.Count->isOne() && B.Rows->isOne();
    std::optional<Shift> Found;
    auto By = Order.begin();
    for (; By != I; By++)
      if ((Found = shift(All[*By], B, SE)) && (!Single || !(Found->Rows || Found->Elements))) break;
    if (By == I) {
      Left[*I] = {B};
      continue;
    }
    rest(All[*By], B, *Found, SE, Left[*I]);
    Count.Overlaps++;
  }
  All.clear();
  for (auto &L : Left) All.append(L.begin(), L.end());
}

}  // namespace crun
