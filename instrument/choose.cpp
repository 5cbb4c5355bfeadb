// SPDX-License-Identifier: Apache-2.0
// choose.cpp decides which accesses of a function are checked.
//
// Not checked, because no two goroutines can race on it:
//   - a local whose address is never captured. The question is put to the object, not to the
//     pointer of the access: `int a[10]; share(a); a[i] = 0;` is shared (clang 19's own pass asks
//     the pointer);
//   - the callee's copy of a struct passed by value, likewise;
//   - a block of the heap that this function allocates, likewise (step heap), if nothing uses it behind its free: it may
//     be another's by then. "Private until published" is not enough: who finds the block through a pointer that races
//     races on its fields too;
//   - what a pointer leads to that is one of several such objects (step objects), and a table of virtual functions;
//   - in a whole program, a variable that nobody writes any more when the second goroutine begins (settled.cpp);
//   - a constant, and a load marked invariant;
//   - what other instrumentation put there: profile and coverage counters, !nosanitize;
//   - other address spaces (%gs:, %fs: through a qualifier).
//   - errno, and thread-locals whose address this module never takes: only their own thread comes
//     there. (Two goroutines that run on one thread after the other are not ordered for the
//     detector; the thread orders them.) A thread-local whose address is taken is checked: it may be
//     handed over.
#include "choose.h"

#include "libc.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Analysis/MemoryBuiltins.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/CommandLine.h"
#include "masked.h"
#include "release.h"
#include "tls.h"

using namespace llvm;

namespace crun {

namespace {

cl::opt<bool> VolatileAtomic("crun-race-volatile-atomic", cl::desc("volatile accesses count as relaxed atomic ones"));

constexpr unsigned MaxUses = 400;  // of an object, that are followed before it counts as captured

// Counters and tables that compilers add. They are racy by design.
bool isCompilersOwn(const GlobalVariable &G) {
  static const char *const Prefixes[] = {"llvm.", "__llvm_", "__profc_", "__profd_", "__profvp_",
                                         "__profbm_", "__sancov_", "__covrec_"};
  for (const char *P : Prefixes)
    if (G.getName().starts_with(P)) return true;
  return G.hasSection() && G.getSection().starts_with("__llvm_");
}

// A local of the function: an alloca, or the callee's own copy of an argument.
bool isIdentifiedLocal(const Value *Object) {
  if (isa<AllocaInst>(Object)) return true;
  auto *A = dyn_cast<Argument>(Object);
  return A && A->hasByValAttr();
}

// Whether an object's address gets out. Two uses that LLVM's query takes for that are none: passing
// the object by value, and va_start and its kind, which keep nothing of the list's own address.
struct Escape : release::CaptureTracker {
  bool Captured = false;
  void tooManyUses() override { Captured = true; }
  bool stopAt(const Use *U) override {
    Captured = !isHarmless(U);
    return Captured;
  }

 private:
  static bool isHarmless(const Use *U) {
    if (isa<VAStartInst, VAEndInst, VACopyInst>(U->getUser())) return true;
    auto *C = dyn_cast<CallBase>(U->getUser());
    return C && C->isArgOperand(U) && C->isByValArgument(C->getArgOperandNo(U));
  }
};

bool escapes(const Value *Object) {
  Escape E;
  PointerMayBeCaptured(Object, &E, MaxUses);
  return E.Captured;
}

// What becomes of a block of the heap: whether its address gets out, by realloc too, and who uses it.
struct BlockEscape : Escape {
  SmallPtrSet<const Instruction *, 16> Users;
  SmallVector<const CallBase *, 2> Frees;
  const TargetLibraryInfo &Library;

  explicit BlockEscape(const TargetLibraryInfo &Library) : Library(Library) {}

  bool shouldExplore(const Use *U) override {
    auto *C = dyn_cast<CallBase>(U->getUser());
    const Function *Callee = C ? C->getCalledFunction() : nullptr;
    if (Callee && isReallocLikeFn(Callee)) Captured = true;
    if (C && getFreedOperand(C, &Library)) Frees.push_back(C);
    else if (isa<CallBase, LoadInst, StoreInst>(U->getUser())) Users.insert(cast<Instruction>(U->getUser()));
    return true;
  }
};

// isUsedBehind: code can come from the free to one of Users before it comes to the block's allocation again.
bool isUsedBehind(const CallBase *Free, const Value *Block, const SmallPtrSetImpl<const Instruction *> &Users) {
  SmallVector<const Instruction *, 8> Work = {Free->getNextNode()};
  if (Free->isTerminator()) return true;
  SmallPtrSet<const Instruction *, 8> Seen;
  while (!Work.empty()) {
    const Instruction *I = Work.pop_back_val();
    if (!Seen.insert(I).second) continue;
    for (; I && I != Block; I = I->getNextNode()) {
      if (Users.contains(I)) return true;
      if (I->isTerminator())
        for (const BasicBlock *B : successors(I)) Work.push_back(&B->front());
    }
  }
  return false;
}

bool blockEscapes(const Value *Block, const TargetLibraryInfo &Library) {
  BlockEscape E(Library);
  PointerMayBeCaptured(Block, &E, MaxUses);
  return E.Captured || any_of(E.Frees, [&](const CallBase *F) { return isUsedBehind(F, Block, E.Users); });
}

// The load of an object's pointer to its class's table of virtual functions.
bool isTableOfFunctions(const Value *Object) {
  auto *L = dyn_cast<LoadInst>(Object);
  const MDNode *Tag = L ? L->getMetadata(LLVMContext::MD_tbaa) : nullptr;
  return Tag && Tag->isTBAAVtableAccess();
}

// setjmp, and __builtin_setjmp, which has no attribute that says so.
bool returnsTwice(const CallBase &C) {
  return C.hasFnAttr(Attribute::ReturnsTwice) || C.getIntrinsicID() == Intrinsic::eh_sjlj_setjmp;
}

bool isErrno(const Value *Object) {
  auto *C = dyn_cast<CallBase>(Object);
  return C && C->getCalledFunction() && C->getCalledFunction()->getName() == "__errno_location";
}

// escapesFrom: the address that accessor F returns gets out somewhere.
bool escapesFrom(const Function &F) {
  return any_of(F.users(), [](const User *U) { return !isa<CallBase>(U) || escapes(U); });
}

bool isHandedOver(const GlobalVariable &G) {
  for (const User *U : G.users()) {
    auto *I = dyn_cast<IntrinsicInst>(U);
    if (!I || I->getIntrinsicID() != Intrinsic::threadlocal_address) return true;
    if (isAccessor(*I->getFunction()) ? escapesFrom(*I->getFunction()) : escapes(I)) return true;
  }
  return false;
}

}  // namespace

// Only accesses through its own name are left of G when its address goes nowhere.
bool Choice::isThreadsOwn(const GlobalVariable &G) {
  if (!G.isThreadLocal()) return false;
  auto [It, New] = Locals.try_emplace(&G, true);
  if (New) It->second = isHandedOver(G);
  return !It->second;
}

bool Choice::isLocal(const Value *Object) {
  if (!isIdentifiedLocal(Object)) return false;
  auto [It, New] = Captured.try_emplace(Object, true);
  if (New) It->second = escapes(Object);
  return !It->second;
}

bool Choice::isOwnBlock(const Value *Object) {
  if (!isOn(Step::Heap) || !isa<CallInst>(Object) || !isAllocLikeFn(Object, &Library)) return false;
  auto [It, New] = Captured.try_emplace(Object, true);
  if (New) It->second = blockEscapes(Object, Library);
  return !It->second;
}

bool Choice::isPrivateObject(const Value *Object) {
  if (auto *G = threadLocalOf(Object)) return isThreadsOwn(*G);
  if (auto *G = dyn_cast<GlobalVariable>(Object))
    return G->isConstant() || isCompilersOwn(*G) || isThreadsOwn(*G) || (Fixed.contains(G) && ++Count.Settled);
  return isa<Function>(Object) || isLocal(Object) || isErrno(Object);
}

// Whatever way the code came, and whatever turn of a loop it is in, P leads to one of these objects.
bool Choice::isOneOfPrivate(const Value *P) {
  if (!isOn(Step::Objects)) return false;
  SmallVector<const Value *, 4> Objects;
  getUnderlyingObjects(P, Objects, /*LI=*/nullptr, /*MaxLookup=*/0);
  return all_of(Objects, [&](const Value *O) {
    return isPrivateObject(O) || isOwnBlock(O) || isTableOfFunctions(O);
  });
}

bool Choice::isPrivate(const Value *P) {
  if (P->getType()->getPointerAddressSpace() != 0 || P->isSwiftError()) return true;
  const Value *Object = getUnderlyingObject(P, /*MaxLookup=*/0);
  if (isPrivateObject(Object)) return true;
  if (isOwnBlock(Object)) return ++Count.OwnBlocks;
  return isOneOfPrivate(Object) && ++Count.Objects;
}

// sqrt and its kind: they lead to no check, so they need no frame above them.
bool Choice::isPureLibrary(const CallBase &C) const {
  LibFunc Which;
  const Function *F = C.getCalledFunction();
  return F && F->isDeclaration() && C.doesNotAccessMemory() && Library.getLibFunc(*F, Which);
}

void Choice::chooseCall(CallBase &C, bool All, Work &W) {
  if (C.isInlineAsm()) {
    W.Asm.push_back(&C);
    return;
  }
  if (auto *M = dyn_cast<AnyMemIntrinsic>(&C)) {
    if (All) W.Blocks.push_back(M);
    return;
  }
  if (returnsTwice(C) && !C.isTerminator()) W.Twice.push_back(&C);
  if (auto *I = dyn_cast<IntrinsicInst>(&C)) {
    if (All && isLanes(*I)) W.Lanes.push_back(I);
    return;
  }
  if ((All || isAtomicLibrary(C)) && !checkedTwin(C).empty()) W.Libc.push_back(&C);
  if (All && C.hasByValArgument()) W.ByVal.push_back(&C);
  W.Calls |= !isPureLibrary(C) && !threadLocalOf(&C) && !isErrno(&C);
}

// Makes a volatile load or store a relaxed one of the same bytes, where the machine has it in one piece.
static void volatileToAtomic(Instruction &I) {
  auto *L = dyn_cast<LoadInst>(&I);
  auto *S = dyn_cast<StoreInst>(&I);
  if (!(L && L->isVolatile()) && !(S && S->isVolatile())) return;
  Type *T = getLoadStoreType(&I);
  uint64_t Bytes = I.getModule()->getDataLayout().getTypeStoreSize(T);
  bool Scalar = T->isIntegerTy() || T->isPointerTy() || T->isFloatTy() || T->isDoubleTy();
  if (!Scalar || Bytes > 8 || Bytes & (Bytes - 1) || getLoadStoreAlignment(&I).value() < Bytes || I.isAtomic()) return;
  if (T->isIntegerTy() && T->getIntegerBitWidth() != 8 * Bytes) return;
  if (L) L->setAtomic(AtomicOrdering::Monotonic);
  else S->setAtomic(AtomicOrdering::Monotonic);
}

Work Choice::choose(Function &F, bool All) {
  Work W;
  for (Instruction &I : instructions(F)) {
    if (I.hasMetadata(LLVMContext::MD_nosanitize)) continue;
    if (auto *C = dyn_cast<CallBase>(&I)) {
      chooseCall(*C, All, W);
      continue;
    }
    if (isa<FenceInst>(I)) {
      W.Atomics.push_back(&I);
      continue;
    }
    const Value *P = isa<AtomicRMWInst>(I) ? cast<AtomicRMWInst>(I).getPointerOperand()
                     : isa<AtomicCmpXchgInst>(I) ? cast<AtomicCmpXchgInst>(I).getPointerOperand()
                                                 : getLoadStorePointerOperand(&I);
    if (!P || isPrivate(P) || I.hasMetadata(LLVMContext::MD_invariant_load)) continue;
    if (VolatileAtomic) volatileToAtomic(I);
    if (I.isAtomic()) W.Atomics.push_back(&I);
    else if (All) W.Plain.push_back(&I);
  }
  return W;
}

}  // namespace crun
