// SPDX-License-Identifier: Apache-2.0
// build.c: crun build and crun cc.
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "invocation.h"

int command_cc(int argc, char **argv) {
  struct invocation inv = {.links = true, .exe = true};
  for (int i = 1; i < argc;) i = invocation_add(&inv, argc, argv, i, false);
  struct toolchain t = toolchain_find(inv.race);
  for (int i = 0; i < inv.inputs.n; i++) {
    const char *dot = strrchr(inv.inputs.at[i], '.');
    if (inv.race && dot && (!strcmp(dot, ".cpp") || !strcmp(dot, ".cc") || !strcmp(dot, ".cxx") || !strcmp(dot, ".C")))
      die(EXIT_UNABLE, "%s: C++ is not supported, only C", inv.inputs.at[i]);
  }
  return invocation_run(&inv, &t);
}

// program_name is the first input without its folder and ending.
static const char *program_name(const char *input) {
  const char *base = strrchr(input, '/');
  char *name = strdup(base ? base + 1 : input);
  if (!name) die(EXIT_UNABLE, "out of memory");
  char *dot = strrchr(name, '.');
  if (dot && dot != name) *dot = 0;
  return name;
}

int command_build(int argc, char **argv) {
  struct invocation inv = {.links = true, .exe = true};
  for (int i = 1; i < argc;) i = invocation_add(&inv, argc, argv, i, true);
  if (inv.json) die(EXIT_USAGE, "-json goes with crun run; a built program takes CRUNRACE=json_path=FILE");
  if (inv.inputs.n == 0) die(EXIT_USAGE, "crun build: no files; 'crun help' shows the usage");
  invocation_check(&inv);
  struct toolchain t = toolchain_find(inv.race);
  if (!inv.output && inv.links) {
    args_add(&inv.clang, "-o");
    args_add(&inv.clang, program_name(inv.inputs.at[0]));
  }
  int code = invocation_run(&inv, &t);
  return code == 0 || code >= EXIT_SIGNAL ? code : EXIT_BUILD;
}
