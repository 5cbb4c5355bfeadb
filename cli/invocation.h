// SPDX-License-Identifier: Apache-2.0
// invocation.h: a compiler command line taken apart, and put together again for clang.
#ifndef CRUN_CLI_INVOCATION_H
#define CRUN_CLI_INVOCATION_H

#include "cli.h"
#include "toolchain.h"

enum link { LINK_PROGRAM, LINK_SHARED, LINK_PARTIAL, LINK_NONE };

struct invocation {
  struct args clang;        // all that goes to clang, in order
  struct args inputs;       // the input files among them, - for standard input
  struct args objects;      // the inputs that are for the linker: checked under -race
  struct args libraries;    // the values of -l
  struct args folders;      // the values of -L
  const char *output;       // -o; nil: none
  const char *json;         // -json (run)
  const char *language;     // the last -x; nil: by the files' endings
  const char *other;        // an input that is neither C nor C++; nil: none
  bool cxx;                 // some input is C++
  bool by_files;            // crun run or crun build, for which the files say the language
  bool driver_cxx;          // clang is to be clang++ (crun c++)
  const char *unsupported;  // an option of a link that crun's libraries do not go into; nil: none
  int headers;              // how many of the inputs are made into precompiled headers
  enum link link;           // what the options say; invocation_link has regard to the inputs
  bool race;
  bool tsan;          // with race: LLVM's engine, -race=tsan
  bool leak;          // -leak
  bool all_checks;    // -race-checks=all: none is left out because another covers it
  bool volatiles;     // -race-volatile=atomic: volatile accesses count as relaxed atomic ones
  bool stats;         // -race-stats
  bool whole;         // -race-whole: the sources are checked at the link, as one program
  bool counts;        // -race-stats=run
  const char *size;   // -race-size=N: how much larger code without checks may make a file; nil: the plugin's own
  bool print;         // -x
  bool sources;       // some input is compiled
  bool no_libraries;  // -nostdlib or -nodefaultlibs
  bool unfinished;    // the last option lacks its value: clang will say so
};

// invocation_add takes argv[i] (and what belongs to it) in and returns the index of the next. With
// `ours` the flags -x (print) and -json are crun's.
int invocation_add(struct invocation *inv, int argc, const char *const *argv, int i, bool ours);

// invocation_link is what is linked: nothing of headers alone.
enum link invocation_link(const struct invocation *inv);

// invocation_check ends the command with a clear word if an input is not there, is a directory or
// neither C nor C++.
void invocation_check(const struct invocation *inv);
void invocation_check_languages(const struct invocation *inv);

// invocation_command puts the command for clang together. Under -race it looks at the objects that
// are linked, and ends crun if one does not fit or none is instrumented.
struct args invocation_command(const struct invocation *inv, const struct toolchain *t);

// invocation_run runs that command and returns clang's wait status. If clang failed because the
// plugin does not load into it, that ends crun with exit code 68.
int invocation_run(const struct invocation *inv, const struct toolchain *t);

#endif
