// SPDX-License-Identifier: Apache-2.0
// abi.cpp declares the detector's functions in a module, with the attributes that abi.inc gives
// them.
#include "abi.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/StringSwitch.h"
#include "release.h"

using namespace llvm;

namespace crun {

namespace {

enum Effect { CHECK, SYNC };

struct Entry {
  const char *Name, *Signature;
  Effect E;
};

const Entry Entries[] = {
#define RACE_ABI(name, signature, effect) {#name, signature, effect},
#include "race/abi.inc"
};

const Entry &entry(StringRef Name) {
  for (const Entry &E : Entries)
    if (Name == E.Name) return E;
  report_fatal_error("crun: no such function in race/abi.inc: " + Name);
}

Type *typeOf(LLVMContext &C, char Letter) {
  switch (Letter) {
    case 'v': return Type::getVoidTy(C);
    case 'p': return PointerType::get(C, 0);
    case 'z': return Type::getInt1Ty(C);
    case 'b': return Type::getInt8Ty(C);
    case 'h': return Type::getInt16Ty(C);
    case 'w':
    case 'i': return Type::getInt32Ty(C);
    case 'd':
    case 'l': return Type::getInt64Ty(C);
    case 'q': return Type::getInt128Ty(C);
    case 'f': return Type::getDoubleTy(C);
  }
  report_fatal_error("crun: a letter of race/abi.inc that the plugin does not know");
}

// A check keeps nothing of its pointer and does not look behind it: it looks at the shadow.
void addCheckAttributes(Function &F) {
  F.setMemoryEffects(checkEffects());
  F.addFnAttr(Attribute::WillReturn);
  F.addFnAttr(Attribute::NoFree);
  for (Argument &A : F.args())
    if (A.getType()->isPointerTy()) {
      release::addNoCapture(A);
      A.addAttr(Attribute::ReadNone);
    }
}

// What clang would give an int or a smaller integer: the caller extends.
void addExtensions(Function &F) {
  auto Small = [](Type *T) { return T->isIntegerTy() && T->getIntegerBitWidth() < 32; };
  for (Argument &A : F.args())
    if (Small(A.getType())) A.addAttr(Attribute::ZExt);
  if (Small(F.getReturnType())) F.addRetAttr(Attribute::ZExt);
}

Function *declare(Module &M, const Entry &E) {
  if (Function *F = M.getFunction(E.Name)) return F;
  FunctionType *T = functionType(M.getContext(), E.Signature);
  auto *F = Function::Create(T, GlobalValue::ExternalLinkage, E.Name, M);
  F->addFnAttr(Attribute::NoUnwind);
  addExtensions(*F);
  if (E.E == CHECK) addCheckAttributes(*F);
  return F;
}

}  // namespace

FunctionType *functionType(LLVMContext &C, StringRef Signature) {
  SmallVector<Type *, 8> Params;
  StringRef Letters = Signature.substr(2).drop_back();
  bool Variadic = Letters.consume_back(".");
  for (char L : Letters) Params.push_back(typeOf(C, L));
  return FunctionType::get(typeOf(C, Signature[0]), Params, Variadic);
}

MemoryEffects checkEffects() { return MemoryEffects::inaccessibleMemOnly(); }

bool isCheck(StringRef Name) {
  static const StringSet<> *Checks = [] {
    auto *S = new StringSet<>;
    for (const Entry &E : Entries) {
      StringRef N = E.Name;
      if (N.contains("_lanes") || (E.E == CHECK && !N.starts_with("__tsan_func_"))) S->insert(N);
    }
    return S;
  }();
  return Checks->contains(Name);
}

bool inProgram(const Module &M) { return M.getPICLevel() == PICLevel::NotPIC || M.getPIELevel() != PIELevel::Default; }

CallInst *call(IRBuilder<> &B, StringRef Name, ArrayRef<Value *> Args) {
  Function *F = declare(*B.GetInsertBlock()->getModule(), entry(Name));
  CallInst *C = B.CreateCall(F->getFunctionType(), F, Args);
  C->setAttributes(AttributeList::get(B.getContext(), AttributeSet(),
                                      F->getAttributes().getRetAttrs(), {}));
  for (unsigned I = 0; I < Args.size(); I++)
    if (F->hasParamAttribute(I, Attribute::ZExt)) C->addParamAttr(I, Attribute::ZExt);
  C->addFnAttr(Attribute::NoMerge);
  return C;
}

}  // namespace crun
