// SPDX-License-Identifier: Apache-2.0
// choose.h: which accesses of a function are checked.
#ifndef CRUN_INSTRUMENT_CHOOSE_H
#define CRUN_INSTRUMENT_CHOOSE_H

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "settled.h"
#include "steps.h"

namespace llvm {
class TargetLibraryInfo;
}

namespace crun {

// What is to be done in one function, in program order.
struct Work {
  llvm::SmallVector<llvm::Instruction *, 32> Plain;    // loads and stores
  llvm::SmallVector<llvm::Instruction *, 8> Atomics;   // loads, stores, rmw, cmpxchg, fences
  llvm::SmallVector<llvm::AnyMemIntrinsic *, 8> Blocks;
  llvm::SmallVector<llvm::IntrinsicInst *, 4> Lanes;   // masked, gather, scatter
  llvm::SmallVector<llvm::CallBase *, 8> Asm;
  llvm::SmallVector<llvm::CallBase *, 8> ByVal;        // calls that pass a struct in memory
  llvm::SmallVector<llvm::CallBase *, 16> Libc;        // calls of functions that abi.inc renames
  llvm::SmallVector<llvm::CallBase *, 2> Twice;        // setjmp and its kind
  bool Calls = false;  // there is a call that may lead to a check or to the runtime
};

// Whether the address of a thread-local gets out of its module's direct accesses.
using HandedOver = llvm::DenseMap<const llvm::GlobalVariable *, bool>;

// Choice answers for one function whether memory can be shared at all.
class Choice {
 public:
  Choice(const llvm::TargetLibraryInfo &Library, HandedOver &Locals, const Settled &Fixed, Counters &Count)
      : Library(Library), Locals(Locals), Fixed(Fixed), Count(Count) {}

  // Others can never have a hold of what P points to, or nobody ever writes it.
  bool isPrivate(const llvm::Value *P);

  // all: the function's accesses are checked; else (no_sanitize("thread")) its atomics alone, for
  // the order they make, and its calls, for the stacks.
  Work choose(llvm::Function &F, bool All);

 private:
  void chooseCall(llvm::CallBase &C, bool All, Work &W);
  bool isPureLibrary(const llvm::CallBase &C) const;
  bool isPrivateObject(const llvm::Value *Object);
  bool isOneOfPrivate(const llvm::Value *P);
  bool isLocal(const llvm::Value *Object);
  bool isOwnBlock(const llvm::Value *Object);
  bool isThreadsOwn(const llvm::GlobalVariable &G);
  const llvm::TargetLibraryInfo &Library;
  HandedOver &Locals;    // of the module
  const Settled &Fixed;  // likewise
  Counters &Count;
  llvm::DenseMap<const llvm::Value *, bool> Captured;
};

}  // namespace crun

#endif
