// SPDX-License-Identifier: Apache-2.0
// toolchain.h: where clang, the plugin and the libraries are.
#ifndef CRUN_CLI_TOOLCHAIN_H
#define CRUN_CLI_TOOLCHAIN_H

#include <stdbool.h>

// The clangs that the plugin can be built for: instrument/release.h.
enum { FIRST_LLVM = 16, LAST_LLVM = 22 };

struct toolchain {
  const char *clang;    // path or name to execute
  int major;            // its version; -1: it is no clang
  const char *header;   // crun/crun.h
  const char *include;  // the folder it is found from; nil: clang looks there anyway
  const char *lib;      // folder with the archives and the plugin
  const char *plugin;   // for clang
};

// What a build is to have besides the plain runtime.
struct wanted {
  bool race, tsan, leak;  // as in struct invocation
};

// toolchain_find finds all from the place of this executable. What the build needs and is not there ends the
// command with exit code 68 and the name of the package that has it.
struct toolchain toolchain_find(struct wanted w);

// toolchain_paths is toolchain_find without the checks; clang is nil if there is none.
struct toolchain toolchain_paths(void);

// toolchain_tsan asks clang for LLVM's own runtime, which -race=tsan links; nil: it has none.
const char *toolchain_tsan(const char *clang);

// toolchain_plugins names the clangs that this crun has a plugin for, as "16, 19".
char *toolchain_plugins(const struct toolchain *t);

// clang_major asks clang for its version; -1: it cannot be run or is no clang.
int clang_major(const char *clang);

#endif
