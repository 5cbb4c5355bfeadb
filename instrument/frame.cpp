// SPDX-License-Identifier: Apache-2.0
// frame.cpp brackets functions with func_entry and func_exit.
//
// Functions that the optimizer inlined before us have no frame: debug information names them. A
// call that never returns leaves no exit to bracket, and longjmp skips those it jumps over: the
// detector tells by the machine's stack pointer, at the next exit or where setjmp returns again.
#include "frame.h"

#include "abi.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Intrinsics.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/ModRef.h"
#include "llvm/Transforms/Utils/EscapeEnumerator.h"
#include "place.h"

using namespace llvm;

namespace crun {

namespace {

void emitEntry(Function &F, BasicBlock &At) {
  IRBuilder<> B(&*At.getFirstNonPHIOrDbgOrAlloca());
  B.SetCurrentDebugLocation(DebugLoc());
  locate(B, F);
  Value *Return = B.CreateIntrinsic(Intrinsic::returnaddress, {}, {B.getInt32(0)});
  call(B, "__tsan_func_entry", {Return});
}

void emitExit(IRBuilder<> &B, Function &F) {
  locate(B, F);
  // As a function's last jump it would come when the machine frame is gone.
  call(B, "__tsan_func_exit", {})->setTailCallKind(CallInst::TCK_NoTail);
}

}  // namespace

void addFrame(Function &F, BasicBlock &Body, ArrayRef<BasicBlock *> Blocks) {
  for (BasicBlock *B : Blocks) {
    if (!isa<ReturnInst>(B->getTerminator())) continue;
    CallInst *Last = B->getTerminatingMustTailCall();
    IRBuilder<> Exit(Last ? Last : B->getTerminator());
    emitExit(Exit, F);
  }
  emitEntry(F, Body);
}

void addFrame(Function &F) {
  // Turning calls into invokes is not for a function that setjmp returns to twice.
  bool Unwinds = !F.doesNotThrow() && !F.callsFunctionThatReturnsTwice();
  EscapeEnumerator Exits(F, "race.cleanup", Unwinds);
  while (IRBuilder<> *B = Exits.Next()) emitExit(*B, F);
  emitEntry(F, F.getEntryBlock());
}

void emitUnwind(CallBase *C) {
  After B(C);
  call(B, "__crun_frames_unwind", {});
}

void weaken(Function &F) {
  F.setMemoryEffects(F.getMemoryEffects() | checkEffects());
  for (User *U : F.users()) {
    auto *C = dyn_cast<CallBase>(U);
    if (C && C->getCalledOperand() == &F && C->getAttributes().hasFnAttr(Attribute::Memory))
      C->setMemoryEffects(C->getAttributes().getMemoryEffects() | checkEffects());
  }
  F.removeFnAttr(Attribute::AlwaysInline);
  F.removeFnAttr(Attribute::InlineHint);
  F.addFnAttr(Attribute::NoInline);
}

}  // namespace crun
