// SPDX-License-Identifier: Apache-2.0
// abi.h: the detector's functions as the plugin calls them, declared on demand from race/abi.inc.
#ifndef CRUN_INSTRUMENT_ABI_H
#define CRUN_INSTRUMENT_ABI_H

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"

namespace crun {

// functionType makes the type that a signature of abi.inc names.
llvm::FunctionType *functionType(llvm::LLVMContext &C, llvm::StringRef Signature);

// checkEffects is what the optimizer may believe of a check: no memory of the program is involved.
llvm::MemoryEffects checkEffects();

// isCheck: Name is a check of plain accesses, which does nothing else.
bool isCheck(llvm::StringRef Name);

// inProgram: M becomes a part of the program itself, as the detector is, not of a shared library.
bool inProgram(const llvm::Module &M);

// call emits a call of the function of abi.inc named Name, which must be there. The call is never
// merged with another: each stands for a place in the program.
llvm::CallInst *call(llvm::IRBuilder<> &B, llvm::StringRef Name,
                     llvm::ArrayRef<llvm::Value *> Args);

}  // namespace crun

#endif
