// SPDX-License-Identifier: Apache-2.0
// help.c: what crun says about itself.
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "toolchain.h"

static const char overview[] =
    "crun: goroutines, channels and a race detector for C\n"
    "\n"
    "usage:\n"
    "  crun run   [-race[=tsan]] [-leak] [-json FILE] [-x] [clang flags] file.c... [program arguments]\n"
    "  crun run   ./program [program arguments]\n"
    "  crun build [-race[=tsan]] [-leak] [-x] [-o FILE] [clang flags] file.c...\n"
    "  crun cc    [-race[=tsan]] [-leak] [clang arguments]  (crun-cc is the same)\n"
    "  crun c++   [-race] [-leak] [clang++ arguments]  (crun-c++ is the same)\n"
    "  crun report [-to text|suppressions] FILE...    findings of a -json file, each once\n"
    "  crun doctor                                   is everything here that crun needs?\n"
    "  crun version\n"
    "  crun help  [exit-codes | environment]\n"
    "\n"
    "  -race       find data races: a report for each on stderr, exit code 66\n"
    "  -race=tsan  the same with LLVM's ThreadSanitizer in place of crun's own detector\n"
    "  -leak       find leaked goroutines when main ends: exit code 67; alone or with -race\n"
    "  -json FILE  also write each finding as one line of JSON to FILE\n"
    "  -x          print the commands that are run\n"
    "  -race-stats        say for each C file how many checks it has, and which were left out\n"
    "  -race-whole        check at the link, where all files are one program: fewer checks\n"
    "  -race-stats=run    the program says at its end which share of its accesses ran without checks\n"
    "  -race-checks=all   leave none out, though another covers it: slower, and each line that\n"
    "                     races on a variable is told, not one of them\n"
    "  -race-volatile=atomic  two volatile accesses do not race with each other, as relaxed atomic ones;\n"
    "                     to C, and without this, volatile is no synchronization\n"
    "  -race-size=PERCENT how much of a file's code may be there twice, the second time without\n"
    "                     checks, for while a single goroutine lives (80; 0: none)\n"
    "\n"
    "run takes the first arguments that are C, object or archive files as the program; all that\n"
    "follows goes to the program (a -- before it is dropped). build names the program after its\n"
    "first file. Every other flag goes to clang.\n";

static const char exit_codes[] =
    "exit codes of crun and of programs built by it:\n"
    "  0      ok; crun run passes the program's own code through\n"
    "  1      the build failed; a line that crun report read is no record\n"
    "  2      wrong usage; in a program: panic, deadlock, misuse, stack overflow\n"
    "  66     a data race was found (CRUNRACE=exitcode=N changes it)\n"
    "  67     goroutines were leaked, and nothing worse\n"
    "  68     crun could not do what was asked: no clang or plugin, nothing instrumented, a file\n"
    "         of suppressions that cannot be read, ...\n"
    "  128+n  ended by signal n\n";

static const char environment[] =
    "environment:\n"
    "  CRUNRACE       options of the race detector, key=value separated by spaces:\n"
    "                 log_path=FILE exitcode=N halt_on_error=1 json_path=FILE strip_path_prefix=P\n"
    "                 suppressions=FILE print_suppressions=1 source=0 atexit_sleep_ms=N\n"
    "                 help=1 (prints them all)\n"
    "  CRUNMAXPROCS   how many goroutines run at once; the default is the processors at hand\n"
    "  CRUNTRACEBACK  none, single, all (the default), system or crash: how much a dying program prints\n"
    "  CRUNSTACK      a goroutine's stack, as 512K or 8M; the default is 256K\n"
    "  CRUNDEBUG      key=value separated by commas: schedtrace=1000 blockwarn=30s leakcheck=10s\n"
    "                 lockorder=1 help=1 (prints them all)\n"
    "  CRUN_CC        the clang to call, instead of clang-%d: one that crun has a plugin for (crun version)\n"
    "  TMPDIR         where crun run keeps the program while it runs\n";

int command_help(int argc, char **argv) {
  const char *topic = argc > 1 ? argv[1] : "";
  if (strcmp(topic, "exit-codes") == 0) {
    fputs(exit_codes, stdout);
  } else if (strcmp(topic, "environment") == 0) {
    printf(environment, CRUN_LLVM);
  } else if (*topic && strcmp(topic, "run") && strcmp(topic, "build") && strcmp(topic, "cc") && strcmp(topic, "c++") &&
             strcmp(topic, "report") && strcmp(topic, "doctor")) {
    die(EXIT_USAGE, "no help on '%s'; topics are exit-codes and environment", topic);
  } else {
    fputs(overview, argc > 0 ? stdout : stderr);
  }
  return EXIT_OK;
}

int command_version(int argc, char **argv) {
  (void)argc, (void)argv;
  struct toolchain t = toolchain_paths();
  printf("crun %s (clang %d; plugins for clang %s)\n", CRUN_VERSION, CRUN_LLVM, toolchain_plugins(&t));
  return EXIT_OK;
}
