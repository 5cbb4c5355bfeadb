// SPDX-License-Identifier: Apache-2.0
// run.c: crun run: builds a program in a temporary folder, runs it, and ends as it did.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli.h"
#include "instrumented.h"
#include "invocation.h"
#include "options.h"
#include "spawn.h"

// ---- the temporary folder -----------------------------------------------------------------------

static char *folder;  // nil: none; removed at exit

static void folder_remove(void) {
  if (!folder) return;
  DIR *d = opendir(folder);
  for (struct dirent *e; d && (e = readdir(d));)
    if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..")) unlinkat(dirfd(d), e->d_name, 0);
  if (d) closedir(d);
  rmdir(folder);
}

static void folder_make(void) {
  signals_hold();
  const char *tmp = getenv("TMPDIR");
  char *path = format("%s/crun-XXXXXX", tmp && *tmp ? tmp : "/tmp");
  if (!mkdtemp(path))
    die(EXIT_UNABLE, "cannot make a folder in %s: %s; set TMPDIR to a place with room",
        tmp && *tmp ? tmp : "/tmp", strerror(errno));
  folder = path;
  atexit(folder_remove);
}

// ---- where the reports go -----------------------------------------------------------------------

// add_option adds key=value to CRUNRACE, in quotes that do not occur in the value.
static void add_option(const char *key, const char *value) {
  char quote = strchr(value, '"') ? '\'' : '"';
  if (strchr(value, quote))
    die(EXIT_USAGE, "%s: a name with both kinds of quotes cannot be passed on", value);
  const char *old = getenv("CRUNRACE");
  setenv("CRUNRACE",
         format("%s%s%s=%c%s%c", old ? old : "", old && *old ? " " : "", key, quote, value, quote),
         1);
}

// use_json makes the file ready, empty, and tells the program to write its records there.
static void use_json(const char *file) {
  int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) die(EXIT_UNABLE, "cannot write %s: %s", file, strerror(errno));
  close(fd);
  char *full = realpath(file, NULL);
  add_option("json_path", full ? full : file);
}

// log_path returns the value of log_path in CRUNRACE (to be freed), nil if there is none.
static char *log_path(void) {
  const char *s = getenv("CRUNRACE"), *last = NULL;
  for (const char *at = s; at && (at = strstr(at, "log_path=")); at++)
    if (at == s || strchr(" ,\t", at[-1])) last = at + strlen("log_path=");
  if (!last) return NULL;
  char quote = *last == '"' || *last == '\'' ? *last++ : 0;
  return strndup(last, quote ? strcspn(last, (char[]){quote, 0}) : strcspn(last, " ,\t"));
}

// check_log tries whether the log, FILE.pid, can be written: better now than when a race is lost.
static void check_log(void) {
  char *path = log_path();
  if (!path || !*path || strcmp(path, "stderr") == 0 || strcmp(path, "stdout") == 0) return;
  char *name = format("%s.%d", path, (int)getpid());
  int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0 && errno != EEXIST)
    die(EXIT_UNABLE, "cannot write log_path %s: %s", name, strerror(errno));
  if (fd < 0) return;
  close(fd);
  unlink(name);
}

static void prepare_reports(const struct invocation *inv) {
  check_log();
  if (inv->json) use_json(inv->json);
}

// ---- the program --------------------------------------------------------------------------------

static struct args program_command(const char *program, int argc, const char *const *argv) {
  struct args a = {0};
  args_add(&a, program);
  for (int i = 0; i < argc; i++) args_add(&a, argv[i]);
  return a;
}

// program_in is the path in the temporary folder: the program is called after its first file.
static const char *program_in(const char *in, const char *input) {
  const char *slash = strrchr(input, '/'), *base = slash ? slash + 1 : input,
             *dot = strrchr(base, '.');
  return dot && dot > base ? format("%s/%.*s", in, (int)(dot - base), base) : format("%s/main", in);
}

// compile has clang keep its temporary files in the folder: one that is interrupted leaves them behind. What it
// says of a crash of its own stays where it would have been.
static int compile(struct invocation *inv, const struct toolchain *t) {
  const char *before = getenv("TMPDIR");
  char *tmp = before ? format("%s", before) : NULL;
  args_addf(&inv->clang, "-fcrash-diagnostics-dir=%s", tmp && *tmp ? tmp : "/tmp");
  setenv("TMPDIR", folder, 1);
  int status = invocation_run(inv, t);
  if (tmp) setenv("TMPDIR", tmp, 1);
  else unsetenv("TMPDIR");
  free(tmp);
  return status;
}

static int build_and_run(struct invocation *inv, int argc, const char *const *argv) {
  if (invocation_link(inv) != LINK_PROGRAM)
    die(EXIT_USAGE, "run needs a whole program: leave out -c, -S, -E, -shared and the like");
  if (inv->output) die(EXIT_USAGE, "run keeps no program: use crun build -o %s", inv->output);
  invocation_check(inv);
  struct toolchain t = toolchain_find((struct wanted){inv->race, inv->tsan, inv->leak});
  prepare_reports(inv);
  folder_make();
  const char *program = program_in(folder, inv->inputs.at[0]);
  args_add(&inv->clang, "-o");
  args_add(&inv->clang, program);
  // They stood before the files, where a linker does not look them up.
  for (int i = 0; i < inv->libraries.n; i++) args_addf(&inv->clang, "-l%s", inv->libraries.at[i]);
  int status = compile(inv, &t);
  if (WIFSIGNALED(status)) return spawn_code(status);
  if (status != 0) return EXIT_BUILD;
  if (inv->json && !reporting_program(program))
    say("note: %s uses nothing of crun: there is nothing to report", inv->inputs.at[0]);
  struct args command = program_command(program, argc, argv);
  status = spawn_wait(command.at);
  if (status < 0) die(EXIT_UNABLE, "cannot run %s: %s", program, strerror(errno));
  return spawn_code(status);
}

// run_program becomes a program that is built already.
static int run_program(const struct invocation *inv, int argc, const char *const *argv) {
  const char *program = argv[0];
  struct stat st;
  if (stat(program, &st) != 0) die(EXIT_BUILD, "%s: %s", program, strerror(errno));
  if (S_ISDIR(st.st_mode)) die(EXIT_USAGE, "%s is a directory; name the C files in it", program);
  if (access(program, X_OK) != 0) die(EXIT_USAGE, "%s is neither a C file nor a program", program);
  if (inv->clang.n)
    die(EXIT_USAGE, "%s is built already: %s goes with crun build", program, inv->clang.at[0]);
  if (inv->race && !instrumented_program(program, inv->tsan))
    die(EXIT_UNABLE, "%s was not built with -race%s", program, inv->tsan ? "=tsan" : "");
  if (inv->json && !reporting_program(program))
    die(EXIT_UNABLE, "%s has nothing of crun in it that could report", program);
  prepare_reports(inv);
  struct args command = program_command(program, argc - 1, argv + 1);
  spawn_exec(command.at);
  die(EXIT_UNABLE, "cannot run %s: %s", program, strerror(errno));
}

// refuse ends crun if s is what a compiler takes for a file of the program, but run cannot.
static void refuse(const char *s) {
  if (strcmp(s, "-") == 0)
    die(EXIT_USAGE, "run: standard input is the program's; crun build -x c - reads a C file there");
  if (s[0] == '@' && access(s, F_OK) != 0)
    die(EXIT_USAGE, "run: response files such as %s are for crun build", s);
}

int command_run(int argc, char **arguments) {
  const char *const *argv = (const char *const *)arguments;
  struct invocation inv = {0};
  int i = 1;
  while (i < argc && argv[i][0] == '-' && argv[i][1] && strcmp(argv[i], "--") != 0)
    i = invocation_add(&inv, argc, argv, i, true);
  if (i < argc && strcmp(argv[i], "--") == 0) i++;
  if (i < argc) refuse(argv[i]);
  if (i >= argc) die(EXIT_USAGE, "run: no program; 'crun help' shows the usage");
  if (!is_program_part(argv[i])) return run_program(&inv, argc - i, argv + i);
  while (i < argc && is_program_part(argv[i])) i = invocation_add(&inv, argc, argv, i, true);
  if (i < argc && strcmp(argv[i], "--") == 0) i++;
  return build_and_run(&inv, argc - i, argv + i);
}
