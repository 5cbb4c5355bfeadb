// SPDX-License-Identifier: Apache-2.0
// note.h: the ELF note that says that an object is instrumented, and how.
#ifndef CRUN_INSTRUMENT_NOTE_H
#define CRUN_INSTRUMENT_NOTE_H

#include "llvm/IR/Module.h"
#include "llvm/IR/PassManager.h"

namespace crun {

// The plugin's own version, and that of the LLVM it was built with, as they stand in the note.
constexpr unsigned version(unsigned Major, unsigned Minor, unsigned Patch) {
  return Major << 16 | Minor << 8 | Patch;
}
constexpr unsigned PluginVersion = version(0, 1, 0);

// hasNote: M has been through the plugin.
bool hasNote(const llvm::Module &M);

void addNote(llvm::Module &M);

// TsanNotePass writes the note of an object whose checks are clang's own, for -race=tsan.
struct TsanNotePass : llvm::PassInfoMixin<TsanNotePass> {
  llvm::PreservedAnalyses run(llvm::Module &M, llvm::ModuleAnalysisManager &AM);
  static bool isRequired() { return true; }
};

}  // namespace crun

#endif
