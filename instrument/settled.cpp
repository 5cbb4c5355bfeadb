// SPDX-License-Identifier: Apache-2.0
// settled.cpp finds the variables that are written only before the first go: settings, tables.
//
//     int main(int argc, char **argv) {
//       limit = atoi(argv[1]);                early: nothing that could begin a goroutine came before
//       fill(table);                          early too, and so is fill, if it is called nowhere else
//       go(worker);
//
// No access to such a variable can race:
//   1. the module is the program (linked with -race-whole): nobody else knows a variable of internal linkage;
//   2. its address goes nowhere: it is loaded from and stored to by name, by elements and fields too;
//   3. all its stores are early: in main, or in functions that only early calls call, and on no way behind a call that may
//      end the single-goroutine phase (phase.cpp). Whatever comes after that call is ordered behind them;
//   4. no constructor ends that phase.
#include "settled.h"

#include "llvm/IR/CFG.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Operator.h"

using namespace llvm;

namespace crun {

namespace {

// Early knows the instructions that run before the phase can have ended.
class Early {
 public:
  Early(Module &M, const Phase &P);
  bool contains(const Instruction &I) const { return Functions.contains(I.getFunction()) && !Late.contains(&I); }

 private:
  bool isCalledEarly(const Function &F) const;
  void findLate(const Function &F, const Phase &P);

  SmallPtrSet<const Function *, 16> Functions;
  SmallPtrSet<const Instruction *, 32> Late;  // in them: behind a call that may end the phase
};

// findLate goes from each such call to all that it leads to.
void Early::findLate(const Function &F, const Phase &P) {
  SmallVector<const Instruction *, 16> Work;
  for (const Instruction &I : instructions(F))
    if (P.mayEnd(I)) {
      if (I.isTerminator())
        for (const BasicBlock *B : successors(&I)) Work.push_back(&B->front());
      else
        Work.push_back(I.getNextNode());
    }
  while (!Work.empty())
    for (const Instruction *I = Work.pop_back_val(); I && Late.insert(I).second; I = I->getNextNode())
      if (I->isTerminator())
        for (const BasicBlock *B : successors(I)) Work.push_back(&B->front());
}

bool Early::isCalledEarly(const Function &F) const {
  return all_of(F.uses(), [&](const Use &U) {
    auto *C = dyn_cast<CallBase>(U.getUser());
    return C && C->isCallee(&U) && contains(*C);
  });
}

Early::Early(Module &M, const Phase &P) {
  for (const Function &F : M) {
    bool Is = F.getName() == "main" ? F.use_empty() : F.hasLocalLinkage() && !F.use_empty();
    if (F.isDeclaration() || !Is) continue;
    Functions.insert(&F);
    findLate(F, P);
  }
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (const Function &F : M)
      if (Functions.contains(&F) && !isCalledEarly(F)) Changed |= Functions.erase(&F);
  }
}

// isSettled follows the address V of a variable through elements and fields.
bool isSettled(const Value &V, const Early &E) {
  return all_of(V.uses(), [&](const Use &U) {
    const User *I = U.getUser();
    if (isa<GEPOperator>(I)) return isSettled(*I, E);
    if (auto *L = dyn_cast<LoadInst>(I)) return L->isSimple();
    if (auto *S = dyn_cast<StoreInst>(I)) return U.getOperandNo() == 1 && S->isSimple() && E.contains(*S);
    auto *T = dyn_cast<MemTransferInst>(I);
    if (T && U.getOperandNo() == 1) return true;
    auto *B = dyn_cast<MemIntrinsic>(I);
    return B && U.getOperandNo() == 0 && E.contains(*B);
  });
}

bool constructorsAreQuiet(Module &M, const Phase &P) {
  GlobalVariable *List = M.getGlobalVariable("llvm.global_ctors");
  if (!List || !List->hasInitializer()) return true;
  auto *Entries = dyn_cast<ConstantArray>(List->getInitializer());
  return !Entries || all_of(Entries->operands(), [&](const Use &U) {
    auto *F = dyn_cast<Function>(cast<Constant>(U)->getAggregateElement(1)->stripPointerCasts());
    return F && (F->getName() == "tsan.module_ctor" || !P.mayEnd(*F));
  });
}

}  // namespace

Settled settledGlobals(Module &M, const Phase &P) {
  Settled Out;
  if (!M.getFunction("main") || !constructorsAreQuiet(M, P)) return Out;
  Early E(M, P);
  for (const GlobalVariable &G : M.globals())
    if (G.hasLocalLinkage() && !G.isConstant() && !G.isThreadLocal() && !G.use_empty() && isSettled(G, E))
      Out.insert(&G);
  return Out;
}

}  // namespace crun
