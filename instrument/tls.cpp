// SPDX-License-Identifier: Apache-2.0
// tls.cpp makes every use of a thread-local, and of errno, ask for its address again.
//
// A goroutine that parks in a call may come back on another thread. For LLVM the address of a
// thread-local is a constant of the function: computed once, hoisted out of loops, and after the
// call it is the first thread's (llvm/llvm-project#98479). So, before anything is optimized:
//
//     llvm.threadlocal.address(@x)    becomes a call of an accessor, crun.tls.x, that stays one:
//                                     not inlined, and it reads memory that no module can see, so
//                                     it is repeated after whatever may write that: any call of a
//                                     function that is not known
//     __errno_location()              loses its attribute const, and reads such memory too
//
// Two uses without a call in between still share one address.
#include "tls.h"

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/ModRef.h"

using namespace llvm;

namespace crun {

namespace {

constexpr StringLiteral Prefix = "crun.tls.";

MemoryEffects readsHidden() { return MemoryEffects::inaccessibleMemOnly(ModRefInfo::Ref); }

const IntrinsicInst *asAddress(const Instruction &I) {
  auto *Call = dyn_cast<IntrinsicInst>(&I);
  return Call && Call->getIntrinsicID() == Intrinsic::threadlocal_address ? Call : nullptr;
}

// An empty volatile asm keeps its body from being seen through.
Function *accessor(Module &M, GlobalVariable &G) {
  std::string Name = (Prefix + G.getName()).str();
  if (Function *F = M.getFunction(Name)) return F;
  Type *Pointer = G.getType();
  Function *F = Function::Create(FunctionType::get(Pointer, false), GlobalValue::InternalLinkage, Name, M);
  for (auto Kind : {Attribute::NoInline, Attribute::NoUnwind, Attribute::WillReturn, Attribute::NoSync,
                    Attribute::NoFree, Attribute::DisableSanitizerInstrumentation})
    F->addFnAttr(Kind);
  F->setMemoryEffects(readsHidden());
  IRBuilder<> B(BasicBlock::Create(M.getContext(), "", F));
  B.CreateCall(InlineAsm::get(FunctionType::get(B.getVoidTy(), false), "", "", /*hasSideEffects=*/true));
  B.CreateRet(B.CreateThreadLocalAddress(&G));
  return F;
}

bool askAgain(Module &M, Function &F) {
  SmallVector<IntrinsicInst *, 8> Uses;
  for (Instruction &I : instructions(F))
    if (asAddress(I) && isa<GlobalVariable>(I.getOperand(0))) Uses.push_back(cast<IntrinsicInst>(&I));
  for (IntrinsicInst *I : Uses) {
    IRBuilder<> B(I);
    CallInst *C = B.CreateCall(accessor(M, *cast<GlobalVariable>(I->getOperand(0))));
    I->replaceAllUsesWith(C);
    I->eraseFromParent();
  }
  return !Uses.empty();
}

void unconst(Function &Errno) {
  Errno.setMemoryEffects(readsHidden());
  Errno.addFnAttr(Attribute::NoSync);
  for (User *U : Errno.users())
    if (auto *C = dyn_cast<CallBase>(U); C && C->getCalledOperand() == &Errno) C->removeFnAttr(Attribute::Memory);
}

}  // namespace

bool isAccessor(const Function &F) { return F.getName().starts_with(Prefix); }

const GlobalVariable *threadLocalOf(const Value *V) {
  if (auto *I = dyn_cast<Instruction>(V))
    if (const IntrinsicInst *Address = asAddress(*I)) return dyn_cast<GlobalVariable>(Address->getOperand(0));
  auto *C = dyn_cast<CallBase>(V);
  const Function *F = C ? C->getCalledFunction() : nullptr;
  if (!F || !isAccessor(*F) || F->isDeclaration()) return nullptr;
  for (const Instruction &I : F->getEntryBlock())
    if (const IntrinsicInst *Address = asAddress(I)) return dyn_cast<GlobalVariable>(Address->getOperand(0));
  return nullptr;
}

PreservedAnalyses TlsPass::run(Module &M, ModuleAnalysisManager &) {
  bool Changed = false;
  SmallVector<Function *, 64> Functions;
  for (Function &F : M)
    if (!F.isDeclaration() && !isAccessor(F)) Functions.push_back(&F);
  for (Function *F : Functions) Changed |= askAgain(M, *F);
  if (Function *Errno = M.getFunction("__errno_location"); Errno && Errno->isDeclaration()) {
    unconst(*Errno);
    Changed = true;
  }
  return Changed ? PreservedAnalyses::none() : PreservedAnalyses::all();
}

}  // namespace crun
