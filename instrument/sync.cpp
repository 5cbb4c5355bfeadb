// SPDX-License-Identifier: Apache-2.0
// sync.cpp tells the instructions that can be a release or an acquire.
//
//     an atomic load                                        at most an acquire
//     other atomics, fences of any scope, unknown calls,
//     inline assembly that touches memory                   both
//     nosync functions and intrinsics, memcpy's kind,
//     libc's string and mathematical functions              neither
//     functions of race/sync.inc (step table)               what is said there: a lock is an acquire alone
//     functions of this module that are certainly the ones  what is in them, and in what they call
//     called (step calls)
//
// free is an unknown call: it changes what memory remembers. So are functions that lock a stream.
#include "sync.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "steps.h"

using namespace llvm;

namespace crun {

namespace {

// Functions that look at their arguments only, and call back nobody.
bool isQuiet(StringRef Name) {
  static const StringSet<> Memory = {
      "memcpy",  "memmove", "memset",  "mempcpy", "memcmp",  "bcmp",   "memchr", "memrchr",
      "bzero",   "strlen",  "strnlen", "strcpy",  "strncpy", "stpcpy", "stpncpy", "strcat",
      "strncat", "strcmp",  "strncmp", "strchr",  "strrchr", "strstr", "strspn", "strcspn",
      "strpbrk", "abs",     "labs",    "llabs",   "ffs",     "ffsl",   "ffsll"};
  static const StringSet<> Math = {
      "acos", "asin",  "atan",  "atan2", "cbrt",  "ceil",  "copysign", "cos",   "cosh", "erf",
      "exp",  "exp10", "exp2",  "expm1", "fabs",  "fdim",  "floor",    "fmax",  "fmin", "fmod",
      "frexp", "ldexp", "log",  "log10", "log1p", "log2",  "logb",     "modf",  "nearbyint", "pow",
      "rint", "round", "roundeven", "sin", "sinh", "sqrt", "tan",      "tanh",  "trunc"};
  if (Memory.contains(Name) || Math.contains(Name)) return true;
  return (Name.ends_with("f") || Name.ends_with("l")) && Math.contains(Name.drop_back());
}

bool isQuietCall(const CallBase &C, const TargetLibraryInfo &Library) {
  if (isa<MemIntrinsic>(C)) return true;
  if (C.isInlineAsm()) return C.doesNotAccessMemory() && !C.mayHaveSideEffects();
  if (C.hasFnAttr(Attribute::NoSync) || C.doesNotAccessMemory()) return true;
  const Function *F = C.getCalledFunction();
  LibFunc Which;
  return F && F->isDeclaration() && !F->isIntrinsic() && Library.getLibFunc(*F, Which) &&
         isQuiet(F->getName());
}

}  // namespace

bool maySync(const Instruction &I, const TargetLibraryInfo &Library) {
  if (auto *C = dyn_cast<CallBase>(&I)) return !isQuietCall(*C, Library);
  return I.isAtomic();
}

// ---- calls ----------------------------------------------------------------------------------------

static const Function *calledBy(const Instruction &I) {
  auto *C = dyn_cast<CallBase>(&I);
  return C ? C->getCalledFunction() : nullptr;
}

// The program's own malloc is not the one of the table.
unsigned Sync::inTable(const CallBase &C) {
  enum { NEITHER = Neither, ACQUIRE = Acquire, RELEASE = Release };
  static const StringMap<unsigned> *Table = new StringMap<unsigned>({
#define RACE_SYNC(name, effect) {#name, unsigned(effect)},
#include "race/sync.inc"
  });
  const Function *F = C.getCalledFunction();
  if (!isOn(Step::Table) || !F || !F->isDeclaration()) return Both;
  auto It = Table->find(F->getName());
  return It == Table->end() ? unsigned(Both) : It->second;
}

unsigned Sync::ownEffectOf(const Instruction &I, const TargetLibraryInfo &Library) const {
  if (!crun::maySync(I, Library)) return Neither;
  if (auto *C = dyn_cast<CallBase>(&I)) return inTable(*C);
  return isa<LoadInst>(I) ? Acquire : Both;
}

unsigned Sync::effectOf(const Instruction &I) const {
  if (!isa<CallBase>(I) && !I.isAtomic()) return Neither;
  const Function *Callee = calledBy(I);
  auto It = Callee ? OfFunction.find(Callee) : OfFunction.end();
  unsigned Own = ownEffectOf(I, FAM.getResult<TargetLibraryAnalysis>(*const_cast<Function *>(I.getFunction())));
  return It == OfFunction.end() ? Own : Own & It->second;
}

Sync::Sync(ArrayRef<Function *> Functions, FunctionAnalysisManager &FAM, Counters &Count) : FAM(FAM) {
  for (Function *F : Functions)
    if (isOn(Step::Calls) && F->hasExactDefinition()) OfFunction[F] = Neither;
  for (Function *F : Functions)
    for (const Instruction &I : instructions(*F)) {
      const Function *Callee = calledBy(I);
      if (Callee && OfFunction.count(Callee)) Callers[Callee].push_back(F);
    }
  spread(Functions);
  count(Functions, Count);
}

void Sync::count(ArrayRef<Function *> Functions, Counters &Count) const {
  for (Function *F : Functions)
    for (const Instruction &I : instructions(*F)) {
      auto *C = dyn_cast<CallBase>(&I);
      if (!C || !crun::maySync(I, FAM.getResult<TargetLibraryAnalysis>(*F)) || effectOf(I) == Both) continue;
      (inTable(*C) == Both ? Count.Followed : Count.InTable)++;
    }
}

// spread finds the least effects that hold: those of a function are its instructions', and of its calls.
void Sync::spread(ArrayRef<Function *> Functions) {
  SmallVector<const Function *, 32> Work(Functions.begin(), Functions.end());
  while (!Work.empty()) {
    const Function *F = Work.pop_back_val();
    auto Of = OfFunction.find(F);
    if (Of == OfFunction.end() || Of->second == Both) continue;
    unsigned Sum = Neither;
    for (const Instruction &I : instructions(*F))
      if ((Sum |= effectOf(I)) == Both) break;
    if (Sum == Of->second) continue;
    Of->second = Sum;
    auto It = Callers.find(F);
    if (It != Callers.end()) Work.append(It->second.begin(), It->second.end());
  }
}

}  // namespace crun
