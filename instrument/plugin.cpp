// SPDX-License-Identifier: Apache-2.0
// plugin.cpp is what clang loads: it checks that the clang is ours and adds the passes.
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "llvm/Config/llvm-config.h"
#include "llvm/Passes/PassBuilder.h"
#if LLVM_VERSION_MAJOR >= 22
#include "llvm/Plugins/PassPlugin.h"
#else
#include "llvm/Passes/PassPlugin.h"
#endif
#include "llvm/Support/CommandLine.h"
#include "masked.h"
#include "note.h"
#include "pass.h"
#include "steps.h"
#include "tls.h"

using namespace llvm;

namespace {

// LLVM's plugin API number did not change for years of incompatible releases, so look at the release
// itself: before anything of ours runs, options that register themselves with another LLVM crash it, and
// without a function of LLVM's. A clang that does not tell its release is let pass.
__attribute__((constructor(101))) void requireOurCompiler() {
  using GetVersion = void (unsigned *, unsigned *, unsigned *);
  auto *Get = reinterpret_cast<GetVersion *>(dlsym(RTLD_DEFAULT, "LLVMGetVersion"));
  if (!Get) return;
  unsigned Major, Minor, Patch;
  Get(&Major, &Minor, &Patch);
  if (Major == LLVM_VERSION_MAJOR && Minor == LLVM_VERSION_MINOR) return;
  fprintf(stderr, "crun: this plugin is built for clang %s, not for %u.%u.%u; `crun doctor` says what to install\n",
          LLVM_VERSION_STRING, Major, Minor, Patch);
  _Exit(1);
}

bool parse(StringRef Name, ModulePassManager &MPM, ArrayRef<PassBuilder::PipelineElement>) {
  if (Name == "crun-race") MPM.addPass(crun::RacePass());
  else if (Name == "crun-race-whole") MPM.addPass(crun::RacePass(/*Whole=*/true));
  else if (Name == "crun-places") MPM.addPass(crun::PlacesPass());
  else if (Name == "crun-lanes") MPM.addPass(crun::LanesPass());
  else if (Name == "crun-tls") MPM.addPass(crun::TlsPass());
  else return false;
  return true;
}

// With -race, clang's own instrumentation is switched off; with -race=tsan it is asked for by name. That is how
// we know: an option of ours is only known to clang if the plugin is loaded twice.
enum class Engine { None, Ours, Tsan };

Engine engine() {
  auto &Options = cl::getRegisteredOptions();
  auto It = Options.find("tsan-instrument-memory-accesses");
  if (It == Options.end() || It->second->getNumOccurrences() == 0) return Engine::None;
  return static_cast<cl::opt<bool> *>(It->second)->getValue() ? Engine::Tsan : Engine::Ours;
}

// A variable that a loop changes under a condition is loaded in front of the loop by LICM's promotion, -fsanitize=thread
// or not: a load that the program does not make.
void forbidPromotion() {
  auto &Options = cl::getRegisteredOptions();
  auto It = Options.find("disable-licm-promotion");
  if (It != Options.end()) static_cast<cl::opt<bool> *>(It->second)->setValue(true);
}

void addRace(ModulePassManager &MPM) {
  if (!crun::isAtLink()) MPM.addPass(crun::RacePass());
}

// A linker that loads the plugin (-race-whole) has the whole program before its own optimizations.
void addRaceAtLink(PassBuilder &PB) {
  PB.registerFullLinkTimeOptimizationEarlyEPCallback(
      [](ModulePassManager &MPM, OptimizationLevel) { MPM.addPass(crun::RacePass(/*Whole=*/true)); });
}

void registerPasses(PassBuilder &PB) {
  Engine For = engine();
  if (For != Engine::None) forbidPromotion();
  PB.registerPipelineStartEPCallback([For](ModulePassManager &MPM, OptimizationLevel) {
    MPM.addPass(crun::TlsPass());
    if (For != Engine::None) MPM.addPass(crun::LanesPass());
    if (For == Engine::Ours) MPM.addPass(crun::PlacesPass());
    if (For == Engine::Tsan) MPM.addPass(crun::TsanNotePass());
  });
  if (For == Engine::Ours)
#if LLVM_VERSION_MAJOR >= 20
    PB.registerOptimizerEarlyEPCallback(
        [](ModulePassManager &MPM, OptimizationLevel, ThinOrFullLTOPhase) { addRace(MPM); });
#else
    PB.registerOptimizerEarlyEPCallback([](ModulePassManager &MPM, OptimizationLevel) { addRace(MPM); });
#endif
  if (For == Engine::Ours) addRaceAtLink(PB);
  PB.registerPipelineParsingCallback(parse);
}

}  // namespace

extern "C" __attribute__((visibility("default"))) PassPluginLibraryInfo llvmGetPassPluginInfo() {
  return {LLVM_PLUGIN_API_VERSION, "crun-race", LLVM_VERSION_STRING, registerPasses};
}
