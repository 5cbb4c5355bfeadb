// SPDX-License-Identifier: Apache-2.0
// libc.cpp sends calls of libc functions to the checked ones of race/libc.c.
//
// At OptimizerEarly the optimizer has had its turn with them (a strlen of a constant is gone); what
// is left are real calls. The return address of the checked function is the place of the access.
#include "libc.h"

#include "abi.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/ModRef.h"

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

// What is known of libc's function is true of its twin, but for the shadow.
static Function *declareTwin(const Function &F, StringRef Name) {
  Module &M = *const_cast<Module *>(F.getParent());
  if (Function *Old = M.getFunction(Name)) return Old;
  auto *Twin = Function::Create(F.getFunctionType(), GlobalValue::ExternalLinkage, Name, M);
  Twin->setAttributes(F.getAttributes());
  Twin->setMemoryEffects(F.getMemoryEffects() | checkEffects());
  return Twin;
}

void emitLibc(CallBase *C) {
  C->setCalledOperand(declareTwin(*C->getCalledFunction(), checkedTwin(*C)));
  // The name is no builtin's any more.
  if (C->getAttributes().hasFnAttr(Attribute::Memory))
    C->setMemoryEffects(C->getAttributes().getMemoryEffects() | checkEffects());
  C->removeFnAttr(Attribute::Builtin);
  C->addFnAttr(Attribute::NoBuiltin);
  C->addFnAttr(Attribute::NoMerge);
}

}  // namespace crun
