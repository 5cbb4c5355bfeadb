// SPDX-License-Identifier: Apache-2.0
// note.cpp writes the note; race/abi.inc has its layout.
#include "note.h"

#include "llvm/Config/llvm-config.h"
#include "llvm/IR/Constants.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"
#include "race/abi.inc"

using namespace llvm;

namespace crun {

bool hasNote(const Module &M) { return M.getNamedGlobal(RACE_NOTE_SYMBOL) != nullptr; }

static void add(Module &M, const char *Symbol, uint32_t Form) {
  LLVMContext &C = M.getContext();
  const uint32_t Head[] = {sizeof RACE_NOTE_NAME, 16, RACE_NOTE_TYPE};
  const uint32_t Versions[] = {
      RACE_ABI_VERSION, PluginVersion,
      version(LLVM_VERSION_MAJOR, LLVM_VERSION_MINOR, LLVM_VERSION_PATCH), Form};
  StringRef Name(RACE_NOTE_NAME "\0\0\0\0", 8);
  Constant *Parts[] = {ConstantDataArray::get(C, Head),
                       ConstantDataArray::getString(C, Name, false),
                       ConstantDataArray::get(C, Versions)};
  Constant *Note = ConstantStruct::getAnon(C, Parts);
  auto *G = new GlobalVariable(M, Note->getType(), /*isConstant=*/true,
                               GlobalValue::InternalLinkage, Note, Symbol);
  G->setSection(RACE_NOTE_SECTION);
  G->setAlignment(Align(4));
  appendToCompilerUsed(M, {G});
}

void addNote(Module &M) { add(M, RACE_NOTE_SYMBOL, RACE_FORM_CALLS); }

PreservedAnalyses TsanNotePass::run(Module &M, ModuleAnalysisManager &) {
  if (M.getNamedGlobal(RACE_NOTE_TSAN_SYMBOL)) return PreservedAnalyses::all();
  add(M, RACE_NOTE_TSAN_SYMBOL, RACE_FORM_TSAN);
  return PreservedAnalyses::none();
}

}  // namespace crun
