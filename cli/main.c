// SPDX-License-Identifier: Apache-2.0
// main.c: the crun command: which subcommand, or under the name crun-cc the compiler.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

struct command {
  const char *name;
  int (*run)(int argc, char **argv);
};

static const struct command commands[] = {
    {"run", command_run},       {"build", command_build}, {"cc", command_cc},
    {"doctor", command_doctor}, {"help", command_help},   {"version", command_version},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

// distance is the number of letters to insert, delete or replace to make b of a (both short).
static int distance(const char *a, const char *b) {
  int n = (int)strlen(b), row[64];
  if (n >= 64) return 64;
  for (int j = 0; j <= n; j++) row[j] = j;
  for (int i = 1; *a; a++, i++) {
    int diagonal = row[0];
    row[0] = i;
    for (int j = 1; j <= n; j++) {
      int best = diagonal + (*a != b[j - 1]);
      diagonal = row[j];
      if (row[j] + 1 < best) best = row[j] + 1;
      if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
      row[j] = best;
    }
  }
  return row[n];
}

static _Noreturn void unknown(const char *name) {
  const char *near = NULL;
  int best = 3;
  for (int i = 0; i < COMMANDS; i++) {
    int d = distance(name, commands[i].name);
    if (d < best) best = d, near = commands[i].name;
  }
  if (near) die(EXIT_USAGE, "unknown command '%s'; did you mean 'crun %s'?", name, near);
  die(EXIT_USAGE, "unknown command '%s'; 'crun help' lists them", name);
}

static const char *without_dashes(const char *s) {
  if (strcmp(s, "-h") == 0 || strcmp(s, "-help") == 0 || strcmp(s, "--help") == 0) return "help";
  if (strcmp(s, "-version") == 0 || strcmp(s, "--version") == 0) return "version";
  return s;
}

int main(int argc, char **argv) {
  const char *slash = strrchr(argv[0], '/');
  if (strcmp(slash ? slash + 1 : argv[0], "crun-cc") == 0) return command_cc(argc, argv);
  if (argc < 2) {
    command_help(0, NULL);
    return EXIT_USAGE;
  }
  const char *name = without_dashes(argv[1]);
  for (int i = 0; i < COMMANDS; i++)
    if (strcmp(name, commands[i].name) == 0) return commands[i].run(argc - 1, argv + 1);
  unknown(name);
}
