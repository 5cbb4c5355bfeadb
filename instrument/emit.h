// SPDX-License-Identifier: Apache-2.0
// emit.h: the calls that stand for plain accesses.
#ifndef CRUN_INSTRUMENT_EMIT_H
#define CRUN_INSTRUMENT_EMIT_H

#include "choose.h"
#include "llvm/IR/IRBuilder.h"

namespace crun {

// emitAccess checks an access of a value of type T at P.
void emitAccess(llvm::IRBuilder<> &B, llvm::Value *P, llvm::Type *T, llvm::Align A, bool Write);

// emitBytes checks n bytes at P, n a constant.
void emitBytes(llvm::IRBuilder<> &B, llvm::Value *P, uint64_t N, llvm::Align A, bool Write);

// One function for each list of Work. All return whether they emitted a check.
bool emitPlain(llvm::Instruction *I);
bool emitBlock(llvm::AnyMemIntrinsic *I, Choice &C);
bool emitByVal(llvm::CallBase *I, Choice &C);

}  // namespace crun

#endif
