// SPDX-License-Identifier: Apache-2.0
// invocation.h: a compiler command line taken apart, and put together again for clang.
#ifndef CRUN_CLI_INVOCATION_H
#define CRUN_CLI_INVOCATION_H

#include "cli.h"
#include "toolchain.h"

struct invocation {
  struct args clang;     // all that goes to clang, in order
  struct args inputs;    // the input files among them
  struct args objects;   // the inputs that are objects or archives: checked under -race
  const char *output;    // -o; nil: none
  const char *json;      // -json (run)
  bool race;
  bool print;            // -x
  bool links;            // no -c, -S, -E, ...: the linker will run
  bool exe;              // links an executable: not -shared, not -r
  bool sources;          // some input is compiled
  bool debug;            // -g... given
  bool stdin_or_file;    // an input is - or @file: what is in it is not known
};

// invocation_add takes argv[i] (and what belongs to it) in and returns the index of the next. With
// `ours` the flags -x and -json are crun's.
int invocation_add(struct invocation *inv, int argc, char **argv, int i, bool ours);

// invocation_takes tells whether argv[i] is an option whose value is the next argument.
bool invocation_takes(const char *option);

// is_input_file tells whether s names a C, object or archive file by its ending.
bool is_input_file(const char *s);

// invocation_check ends the command with a clear word if an input is not there, is a directory or C++.
void invocation_check(const struct invocation *inv);

// invocation_run puts the command together, runs clang and returns its exit code.
int invocation_run(struct invocation *inv, const struct toolchain *t);

#endif
