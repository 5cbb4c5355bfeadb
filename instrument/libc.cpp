// SPDX-License-Identifier: Apache-2.0
// libc.cpp sends calls of libc functions to the checked ones of race/libc.c.
//
// At OptimizerEarly the optimizer has had its turn with them (a strlen of a constant is gone); what is
// left are real calls. The return address of the checked function is the place of the access.
#include "libc.h"

#include "abi.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace crun {

namespace {

struct Twin {
  const char *Name, *Checked, *Signature;
};

const Twin Twins[] = {
#define RACE_LIBC(name, checked, signature) {#name, #checked, signature},
#include "race/abi.inc"
};

const StringMap<const Twin *> &table() {
  static const StringMap<const Twin *> *Table = [] {
    auto *T = new StringMap<const Twin *>;
    for (const Twin &X : Twins) (*T)[X.Name] = &X;
    return T;
  }();
  return *Table;
}

}  // namespace

StringRef checkedTwin(const CallBase &C) {
  const Function *F = C.getCalledFunction();
  if (!F || !F->isDeclaration() || F->isIntrinsic()) return {};
  const Twin *T = table().lookup(F->getName());
  if (!T || functionType(C.getContext(), T->Signature) != C.getFunctionType()) return {};
  return T->Checked;
}

bool isAtomicLibrary(const CallBase &C) {
  return C.getCalledFunction() && C.getCalledFunction()->getName().starts_with("__atomic_");
}

void emitLibc(CallBase *C) {
  Module &M = *C->getModule();
  FunctionCallee To = M.getOrInsertFunction(checkedTwin(*C), C->getFunctionType());
  C->setCalledOperand(To.getCallee());
  // The caller's knowledge stays true, but for the shadow; the name is no builtin's any more.
  if (C->getAttributes().hasFnAttr(Attribute::Memory))
    C->setMemoryEffects(C->getAttributes().getMemoryEffects() | checkEffects());
  C->removeFnAttr(Attribute::Builtin);
  C->addFnAttr(Attribute::NoBuiltin);
  C->addFnAttr(Attribute::NoMerge);
}

}  // namespace crun
