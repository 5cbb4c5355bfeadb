// SPDX-License-Identifier: Apache-2.0
// main.c: the crun command: which subcommand, or under the name crun-cc the compiler.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "options.h"

struct command {
  const char *name;
  int (*run)(int argc, char **argv);
};

static const struct command commands[] = {
    {"run", command_run},       {"build", command_build}, {"cc", command_cc},
    {"c++", command_cxx},       {"report", command_report}, {"doctor", command_doctor}, {"help", command_help},
    {"version", command_version},
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
  if (is_program_part(name))
    die(EXIT_USAGE, "unknown command '%s'; did you mean 'crun run %s'?", name, name);
  const char *near = NULL;
  int best = strlen(name) > 2 ? 3 : 2;  // of a word of two letters, two changes leave nothing
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

// hold_streams opens what of the three standard streams is closed, so that no file of ours gets its
// number. The programs that crun starts find it closed, as the user wanted.
static void hold_streams(void) {
  int fd;
  do fd = open("/dev/null", O_RDWR | O_CLOEXEC);
  while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd >= 0) close(fd);
}

// finish makes a failed write to stdout (a full disk) a failure.
static int finish(int code) {
  if (fflush(stdout) == 0 && !ferror(stdout)) return code;
  die(EXIT_UNABLE, "cannot write to standard output");
}

int main(int argc, char **argv) {
  hold_streams();
  const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
  const char *called = argc > 0 ? slash ? slash + 1 : argv[0] : "";
  if (strcmp(called, "crun-cc") == 0) return command_cc(argc, argv);
  if (strcmp(called, "crun-c++") == 0) return command_cxx(argc, argv);
  if (argc < 2) {
    command_help(0, NULL);
    return EXIT_USAGE;
  }
  const char *name = without_dashes(argv[1]);
  for (int i = 0; i < COMMANDS; i++)
    if (strcmp(name, commands[i].name) == 0) return finish(commands[i].run(argc - 1, argv + 1));
  unknown(name);
}
