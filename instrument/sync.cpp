// SPDX-License-Identifier: Apache-2.0
// sync.cpp tells the instructions that can be a release or an acquire.
//
//     an atomic load                                        at most an acquire
//     other atomics, fences of any scope, unknown calls,
//     inline assembly that touches memory                   both
//     nosync functions and intrinsics, memcpy's kind,
//     libc's string and mathematical functions              neither
//
// malloc and free are unknown calls: they change what memory remembers. So are functions that lock
// a stream, and every function of the runtime.
#include "sync.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"

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

bool mayRelease(const Instruction &I, const TargetLibraryInfo &Library) {
  return !isa<LoadInst>(I) && maySync(I, Library);
}

}  // namespace crun
