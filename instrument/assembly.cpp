// SPDX-License-Identifier: Apache-2.0
// assembly.cpp checks what inline assembly says of the memory it touches.
//
// Of an operand ("m", "=m", "+m") we know the place and its type, not the instruction. The rules
// lean to silence:
//   - an empty template ("" with operands: a barrier for the compiler) touches nothing;
//   - lea, prefetch, cache-line flushes and nop take an address, not what is there;
//   - an asm that clobbers "memory", or has a lock prefix or an xchg, is how C wrote atomics before
//     C11: its operands are atomic accesses that acquire and release, and so, for the order alone,
//     are the pointers it takes in registers;
//   - else an output is written and an input read;
//   - operands above 16 bytes ("m"(*(char (*)[4096])p)) only say "somewhere in there": order alone.
#include "assembly.h"

#include "atomics.h"
#include "emit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/Module.h"
#include "place.h"

using namespace llvm;

namespace crun {

namespace {

constexpr uint64_t MaxBytes = 16;

// The instructions of a template, without comments and empty lines.
SmallVector<StringRef, 8> instructionsOf(StringRef Text) {
  SmallVector<StringRef, 8> Parts, Out;
  SplitString(Text, Parts, "\n;");
  for (StringRef P : Parts) {
    P = P.split('#').first.trim();
    if (!P.empty()) Out.push_back(P);
  }
  return Out;
}

bool takesAddressOnly(StringRef Instruction) {
  static const char *const Names[] = {"lea", "prefetch", "clflush", "clwb", "cldemote", "nop"};
  for (const char *N : Names)
    if (Instruction.starts_with_insensitive(N)) return true;
  return false;
}

bool hasLock(StringRef Text) {
  SmallVector<StringRef, 16> Words;
  SplitString(Text, Words, " \t\n;,");
  for (StringRef W : Words)
    if (W.equals_insensitive("lock") || W.starts_with_insensitive("xchg")) return true;
  return false;
}

struct Operand {
  Value *P;
  Type *T;      // what is there; nil: a pointer in a register
  bool Write;
};

SmallVector<Operand, 8> operandsOf(CallBase *I, InlineAsm *A) {
  SmallVector<Operand, 8> Out;
  unsigned Arg = 0;
  for (const InlineAsm::ConstraintInfo &C : A->ParseConstraints()) {
    bool TakesArg = C.Type == InlineAsm::isInput || (C.Type == InlineAsm::isOutput && C.isIndirect);
    if (!TakesArg) continue;
    Value *V = I->getArgOperand(Arg);
    if (C.isIndirect)
      Out.push_back({V, I->getParamElementType(Arg), C.Type == InlineAsm::isOutput});
    else if (V->getType()->isPointerTy())
      Out.push_back({V, nullptr, true});
    Arg++;
  }
  return Out;
}

bool clobbersMemory(InlineAsm *A) {
  for (const InlineAsm::ConstraintInfo &C : A->ParseConstraints())
    if (C.Type == InlineAsm::isClobber && is_contained(C.Codes, "{memory}")) return true;
  return false;
}

uint64_t sizeOf(const CallBase *I, const Operand &O) {
  if (!O.T || !O.T->isSized()) return 0;
  TypeSize N = I->getModule()->getDataLayout().getTypeStoreSize(O.T);
  return N.isScalable() || N.getFixedValue() > MaxBytes ? 0 : N.getFixedValue();
}

}  // namespace

bool emitAssembly(CallBase *I, Choice &C, bool All) {
  auto *A = cast<InlineAsm>(I->getCalledOperand());
  SmallVector<StringRef, 8> Text = instructionsOf(A->getAsmString());
  if (Text.empty() || (Text.size() == 1 && takesAddressOnly(Text[0]))) return false;
  bool Syncs = clobbersMemory(A) || hasLock(A->getAsmString());
  bool Any = false;
  for (const Operand &O : operandsOf(I, A)) {
    if (C.isPrivate(O.P)) continue;
    uint64_t N = sizeOf(I, O);
    if (Syncs) {
      bracket(I, O.P, N, O.Write);
    } else if (All && N) {
      Before B(I);
      emitBytes(B, O.P, N, Align(1), O.Write);
    } else {
      continue;
    }
    Any = true;
  }
  return Any;
}

}  // namespace crun
