// SPDX-License-Identifier: Apache-2.0
// run.c: crun run: builds a program in a temporary folder, runs it, and ends as it did.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "invocation.h"
#include "spawn.h"

// The temporary folder. Signals that would end crun while it exists only end what it waits for.
static char *folder_make(void) {
  const char *tmp = getenv("TMPDIR");
  char *path = format("%s/crun-XXXXXX", tmp && *tmp ? tmp : "/tmp");
  if (!mkdtemp(path)) die(EXIT_UNABLE, "cannot make a folder %s: %s; set TMPDIR to a place with room", path, strerror(errno));
  return path;
}

static void folder_remove(const char *path) {
  DIR *d = opendir(path);
  for (struct dirent *e; d && (e = readdir(d));)
    if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..")) unlinkat(dirfd(d), e->d_name, 0);
  if (d) closedir(d);
  rmdir(path);
}

// add_option adds key=value to CRUNRACE, in quotes that do not occur in the value.
static void add_option(const char *key, const char *value) {
  char quote = strchr(value, '"') ? '\'' : '"';
  if (strchr(value, quote)) die(EXIT_USAGE, "%s: a name with both kinds of quotes cannot be passed on", value);
  const char *old = getenv("CRUNRACE");
  setenv("CRUNRACE", format("%s%s%s=%c%s%c", old ? old : "", old && *old ? " " : "", key, quote, value, quote), 1);
}

// use_json makes FILE ready, empty, and tells the program to write its records there.
static void use_json(const char *file) {
  int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) die(EXIT_UNABLE, "cannot write %s: %s", file, strerror(errno));
  close(fd);
  char *full = realpath(file, NULL);
  add_option("json_path", full ? full : file);
}

static int execute(const char *program, int argc, char **argv) {
  struct args a = {0};
  args_add(&a, program);
  for (int i = 0; i < argc; i++) args_add(&a, argv[i]);
  int code = spawn_wait(a.at, NULL);
  if (code == 127 && errno) die(EXIT_UNABLE, "cannot run %s: %s", program, strerror(errno));
  return code;
}

static int build_and_run(struct invocation *inv, int argc, char **argv) {
  invocation_check(inv);
  if (!inv->links || !inv->exe) die(EXIT_USAGE, "crun run needs a whole program: leave out -c, -S, -E, -shared and the like");
  if (inv->output) die(EXIT_USAGE, "crun run keeps no program: use crun build -o %s", inv->output);
  struct toolchain t = toolchain_find(inv->race);
  if (inv->json) use_json(inv->json);
  char *folder = folder_make();
  char *base = strdup(inv->inputs.at[0]);
  char *name = strrchr(base, '/') ? strrchr(base, '/') + 1 : base;
  *strrchr(name, '.') = 0;
  char *program = format("%s/%s", folder, *name ? name : "main");
  args_add(&inv->clang, "-o");
  args_add(&inv->clang, program);
  int code = invocation_run(inv, &t);
  if (code == 0) code = execute(program, argc, argv);
  else if (code < EXIT_SIGNAL) code = EXIT_BUILD;
  folder_remove(folder);
  return code;
}

int command_run(int argc, char **argv) {
  struct invocation inv = {.links = true, .exe = true};
  int i = 1;
  while (i < argc && argv[i][0] == '-' && strcmp(argv[i], "--") != 0) i = invocation_add(&inv, argc, argv, i, true);
  if (i == argc || strcmp(argv[i], "--") == 0) die(EXIT_USAGE, "crun run: no program; 'crun help' shows the usage");
  struct stat st;
  if (!is_input_file(argv[i])) {
    if (stat(argv[i], &st) != 0) die(EXIT_BUILD, "%s: %s", argv[i], strerror(errno));
    if (S_ISDIR(st.st_mode)) die(EXIT_USAGE, "%s is a directory; name the C files in it", argv[i]);
    if (access(argv[i], X_OK) != 0) die(EXIT_USAGE, "%s is neither a C file nor a program", argv[i]);
    if (inv.race || inv.clang.n) die(EXIT_USAGE, "%s is built already: -race and clang's flags go with crun build", argv[i]);
    if (inv.json) use_json(inv.json);
    const char *program = strchr(argv[i], '/') ? argv[i] : format("./%s", argv[i]);
    return execute(program, argc - i - 1, argv + i + 1);
  }
  while (i < argc && is_input_file(argv[i])) i = invocation_add(&inv, argc, argv, i, true);
  if (i < argc && strcmp(argv[i], "--") == 0) i++;
  return build_and_run(&inv, argc - i, argv + i);
}
