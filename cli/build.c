// SPDX-License-Identifier: Apache-2.0
// build.c: crun build, and crun cc and crun c++, the compilers in clang's and clang++'s place.
#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "cli.h"
#include "invocation.h"
#include "options.h"
#include "response.h"
#include "spawn.h"

static struct invocation read_arguments(int argc, char **argv, bool ours) {
  struct args a = response_expand(argc, argv);
  struct invocation inv = {0};
  for (int i = 1; i < a.n;) i = invocation_add(&inv, a.n, a.at, i, ours);
  return inv;
}

// clang_itself becomes clang: nothing is left to do after it.
static _Noreturn void clang_itself(const struct args *command) {
  spawn_exec(command->at);
  die(EXIT_UNABLE, "cannot run %s: %s", command->at[0], strerror(errno));
}

static int compiler(int argc, char **argv, bool cxx) {
  struct invocation inv = read_arguments(argc, argv, false);
  inv.driver_cxx = cxx;
  struct toolchain t = toolchain_find((struct wanted){inv.race, inv.tsan, inv.leak});
  if (argc > 1 && strncmp(argv[1], "-cc1", 4) == 0) {  // a command that -### printed
    argv[0] = (char *)t.clang;
    clang_itself(&(struct args){.at = (const char **)argv, .n = argc});
  }
  if (inv.race) invocation_check_languages(&inv);
  if (inv.race) return spawn_code(invocation_run(&inv, &t));
  struct args command = invocation_command(&inv, &t);
  clang_itself(&command);
}

int command_cc(int argc, char **argv) { return compiler(argc, argv, false); }

int command_cxx(int argc, char **argv) { return compiler(argc, argv, true); }

// program_name is what clang's a.out is called here: the first file's name without folder and
// ending, with .so for a shared library. A file that has no ending to lose would be written over:
// a.out then.
static const char *program_name(const struct invocation *inv) {
  const char *input = inv->inputs.at[0], *slash = strrchr(input, '/');
  const char *base = slash ? slash + 1 : input, *dot = strrchr(base, '.');
  if (!dot || dot == base || !is_program_part(base)) return "a.out";
  return format("%.*s%s", (int)(dot - base), base, inv->link == LINK_SHARED ? ".so" : "");
}

int command_build(int argc, char **argv) {
  struct invocation inv = read_arguments(argc, argv, true);
  if (inv.json)
    die(EXIT_USAGE, "-json goes with crun run; a built program takes CRUNRACE=json_path=FILE");
  if (inv.inputs.n == 0) die(EXIT_USAGE, "build: no files; 'crun help' shows the usage");
  invocation_check(&inv);
  struct toolchain t = toolchain_find((struct wanted){inv.race, inv.tsan, inv.leak});
  enum link link = invocation_link(&inv);
  bool links = link == LINK_PROGRAM || link == LINK_SHARED;
  if (!inv.output && links && !inv.unfinished) args_addf(&inv.clang, "-o%s", program_name(&inv));
  int status = invocation_run(&inv, &t);
  if (WIFSIGNALED(status)) return spawn_code(status);
  return status == 0 ? EXIT_OK : EXIT_BUILD;
}
