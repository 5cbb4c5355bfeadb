// SPDX-License-Identifier: Apache-2.0
// tls.h: the pass that keeps addresses of thread-locals from living across a call, and what it left.
#ifndef CRUN_INSTRUMENT_TLS_H
#define CRUN_INSTRUMENT_TLS_H

#include "llvm/IR/GlobalVariable.h"
#include "llvm/IR/PassManager.h"

namespace crun {

// TlsPass ("crun-tls") runs first, with and without -race.
struct TlsPass : llvm::PassInfoMixin<TlsPass> {
  llvm::PreservedAnalyses run(llvm::Module &M, llvm::ModuleAnalysisManager &AM);
  static bool isRequired() { return true; }
};

// threadLocalOf returns the thread-local whose address V, a call of an accessor or of LLVM's intrinsic, is; else nil.
const llvm::GlobalVariable *threadLocalOf(const llvm::Value *V);

// isAccessor tells whether F is one of TlsPass's functions.
bool isAccessor(const llvm::Function &F);

}  // namespace crun

#endif
