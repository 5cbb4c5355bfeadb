// SPDX-License-Identifier: Apache-2.0
// registers.cpp lets the most frequent calls of the detector leave the registers as they are: those of race/keep.S, in the
// convention preserve_most. Around another call each value that lives must be in memory or in one of six registers.
//
// A shared library calls them through its table of addresses, which is filled when it is loaded: what fills it at the first
// call (the lazy PLT) keeps fewer registers.
#include "registers.h"

#include "abi.h"
#include "llvm/IR/Instructions.h"
#include "llvm/TargetParser/Triple.h"
#include "steps.h"

using namespace llvm;

namespace crun {

namespace {

constexpr const char *InKeep[][2] = {
    {"__tsan_read1", "__crun_read1"},     {"__tsan_read2", "__crun_read2"},       {"__tsan_read4", "__crun_read4"},
    {"__tsan_read8", "__crun_read8"},     {"__tsan_write1", "__crun_write1"},     {"__tsan_write2", "__crun_write2"},
    {"__tsan_write4", "__crun_write4"},   {"__tsan_write8", "__crun_write8"},     {"__tsan_func_entry", "__crun_enter"},
    {"__tsan_func_exit", "__crun_leave"},
};

Function *keptTwin(Module &M, const char *Name) {
  Function *F = declaration(M, Name);
  F->setCallingConv(CallingConv::PreserveMost);
  if (inProgram(M)) F->setDSOLocal(true);
  else F->addFnAttr(Attribute::NonLazyBind);
  return F;
}

}  // namespace

void keepRegisters(Module &M) {
  if (!isOn(Step::Registers) || Triple(M.getTargetTriple()).getArch() != Triple::x86_64) return;
  for (auto &[Name, Kept] : InKeep) {
    Function *F = M.getFunction(Name);
    if (!F || !F->isDeclaration()) continue;
    for (User *U : make_early_inc_range(F->users())) {
      auto *C = dyn_cast<CallInst>(U);
      if (!C || C->getCalledFunction() != F) continue;
      C->setCalledFunction(keptTwin(M, Kept));
      C->setCallingConv(CallingConv::PreserveMost);
    }
  }
}

}  // namespace crun
