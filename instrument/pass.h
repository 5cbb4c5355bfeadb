// SPDX-License-Identifier: Apache-2.0
// pass.h: the two passes of the plugin.
#ifndef CRUN_INSTRUMENT_PASS_H
#define CRUN_INSTRUMENT_PASS_H

#include "llvm/IR/PassManager.h"

namespace crun {

// RacePass ("crun-race") places the checks. It runs once over a module, after the scalar
// optimizations and inlining and before vectorizing.
struct RacePass : llvm::PassInfoMixin<RacePass> {
  bool Whole;  // the module is the whole program, but for libraries

  explicit RacePass(bool Whole = false) : Whole(Whole) {}
  llvm::PreservedAnalyses run(llvm::Module &M, llvm::ModuleAnalysisManager &AM);
  static bool isRequired() { return true; }
};

// PlacesPass ("crun-places") runs first. It forbids merging two calls of one function at two lines
// into one at no line: return addresses are the stacks of reports.
struct PlacesPass : llvm::PassInfoMixin<PlacesPass> {
  llvm::PreservedAnalyses run(llvm::Module &M, llvm::ModuleAnalysisManager &AM);
  static bool isRequired() { return true; }
};

}  // namespace crun

#endif
