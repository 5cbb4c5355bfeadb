// SPDX-License-Identifier: Apache-2.0
// toolchain.c: finds clang, and our own files from where this executable lies:
//
//     PREFIX/bin/crun     PREFIX/include/crun/     PREFIX/lib/crun/  or  PREFIX/lib/<triplet>/crun/
#include "toolchain.h"

#include <glob.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "spawn.h"

static const char *prefix(void) {
  static char path[PATH_MAX];
  ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
  if (n < 0) die(EXIT_UNABLE, "cannot read /proc/self/exe; is /proc mounted?");
  path[n] = 0;
  return dirname(dirname(path));
}

static bool readable(const char *path) { return access(path, R_OK) == 0; }

static const char *find_lib(const char *root) {
  char *plain = format("%s/lib/crun", root);
  if (readable(plain)) return plain;
  char *pattern = format("%s/lib/*/crun/libcrun_runtime.a", root);
  glob_t g;
  char *found = glob(pattern, 0, NULL, &g) == 0 ? strdup(g.gl_pathv[0]) : NULL;
  globfree(&g);
  free(pattern);
  return found ? dirname(found) : plain;
}

static bool is_program(const char *path) {
  struct stat st;
  return access(path, X_OK) == 0 && stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static const char *in_path(const char *name) {
  const char *path = getenv("PATH");
  for (const char *p = path ? path : "/usr/bin:/bin"; *p;) {
    size_t n = strcspn(p, ":");
    char *full = format("%.*s/%s", (int)n, p, name);
    if (n && is_program(full)) return full;
    free(full);
    p += n + (p[n] == ':');
  }
  return NULL;
}

static const char *asked_clang(void) {
  const char *asked = getenv("CRUN_CC");
  return asked && *asked ? asked : NULL;
}

static char *plugin_for(const char *lib, int major) { return format("%s/crun-race-%d.so", lib, major); }

// find_clang: the one that CRUN_CC names, else clang-19, else a plain clang that is a 19.
static const char *find_clang(void) {
  const char *asked = asked_clang();
  if (asked) return !strchr(asked, '/') ? in_path(asked) : is_program(asked) ? asked : NULL;
  const char *found = in_path(format("clang-%d", CRUN_LLVM));
  if (found) return found;
  const char *plain = in_path("clang");
  return plain && clang_major(plain) == CRUN_LLVM ? plain : NULL;
}

char *toolchain_plugins(const struct toolchain *t) {
  char *list = NULL;
  for (int major = FIRST_LLVM; major <= LAST_LLVM; major++)
    if (readable(plugin_for(t->lib, major))) list = format("%s%s%d", list ? list : "", list ? ", " : "", major);
  return list ? list : "none";
}

// A standard folder need not be named, and naming it would change the order of the others.
static const char *include_folder(const char *root) {
  char *folder = format("%s/include", root);
  bool standard = strcmp(folder, "/usr/include") == 0 || strcmp(folder, "/usr/local/include") == 0;
  return standard ? NULL : folder;
}

struct toolchain toolchain_paths(void) {
  const char *root = prefix();
  struct toolchain t = {
      .clang = find_clang(), .include = include_folder(root), .lib = find_lib(root)};
  t.header = format("%s/include/crun/crun.h", root);
  // Which one clang-19 is need not be asked before every compilation; one that the user names is.
  t.major = t.clang && asked_clang() ? clang_major(t.clang) : CRUN_LLVM;
  t.plugin = plugin_for(t.lib, t.major > 0 ? t.major : CRUN_LLVM);
  return t;
}

int clang_major(const char *clang) {
  const char *argv[] = {clang, "--version", NULL};
  char *out = spawn_read(argv);
  const char *at = out ? strstr(out, "clang version ") : NULL;
  int major = at ? atoi(at + strlen("clang version ")) : -1;
  free(out);
  return major;
}

static void need(const char *path, const char *what) {
  if (!readable(path))
    die(EXIT_UNABLE, "%s is missing (%s); build or install crun again", what, path);
}

// A plugin loads into the clang that it was built for and into no other.
static void check_version(const struct toolchain *t) {
  if (t->major < 0) die(EXIT_UNABLE, "CRUN_CC=%s is no clang; -race needs clang-%d", t->clang, CRUN_LLVM);
  if (!readable(t->plugin))
    die(EXIT_UNABLE, "CRUN_CC=%s is clang %d, for which crun was built without a plugin; it has those for clang %s",
        t->clang, t->major, toolchain_plugins(t));
}

// need_archives asks for what the link takes.
static void need_archives(const struct toolchain *t, struct wanted w) {
  const char *runtime = w.tsan ? "_tsan" : w.race ? "_race" : "";
  need(format("%s/libcrun_runtime%s.a", t->lib, runtime), "the runtime library");
  if (!w.race) need(format("%s/libcrun_tell.a", t->lib), "the library that reports");
  if (w.race) need(format("%s/libcrun_race%s.a", t->lib, w.tsan ? "_tsan" : ""), "the race detector");
  if (w.leak) need(format("%s/libcrun_leak_wanted.a", t->lib), "the mark of -leak");
  if (w.leak && !w.race) need(format("%s/libcrun_leak.a", t->lib), "the library of -leak");
}

// clang_says is the one line that clang answers option with; nil: none.
static char *clang_says(const char *clang, const char *option) {
  const char *argv[] = {clang, option, NULL};
  char *line = spawn_read(argv);
  if (line) line[strcspn(line, "\n")] = 0;
  return line;
}

const char *toolchain_tsan(const char *clang) {
  const char *file = clang_says(clang, "-print-file-name=libclang_rt.tsan-x86_64.a");
  if (file && strchr(file, '/') && readable(file)) return file;
  const char *folder = clang_says(clang, "-print-runtime-dir");
  file = folder ? format("%s/libclang_rt.tsan.a", folder) : NULL;
  return file && readable(file) ? file : NULL;
}

struct toolchain toolchain_find(struct wanted w) {
  struct toolchain t = toolchain_paths();
  const char *asked = asked_clang();
  if (!t.clang && asked) die(EXIT_UNABLE, "CRUN_CC=%s cannot be executed", asked);
  if (!t.clang)
    die(EXIT_UNABLE, "clang-%d is missing; install the package clang-%d", CRUN_LLVM, CRUN_LLVM);
  need(t.header, "the header crun/crun.h");
  need_archives(&t, w);
  if (w.race && asked) check_version(&t);
  if (w.tsan && !toolchain_tsan(t.clang))
    die(EXIT_UNABLE, "%s has no runtime for -race=tsan; install the package libclang-rt-%d-dev", t.clang, t.major);
  // Without -race another clang serves too; thread-locals are then as other compilers leave them.
  if (!w.race && asked && t.major != CRUN_LLVM && !(t.major > 0 && readable(t.plugin))) t.plugin = NULL;
  else need(t.plugin, format("the plugin for clang %d", t.major));
  return t;
}
