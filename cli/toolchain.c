// SPDX-License-Identifier: Apache-2.0
// toolchain.c: finds clang, and our own files from where this executable lies:
//
//     PREFIX/bin/crun     PREFIX/include/crun/     PREFIX/lib/crun/  or  PREFIX/lib/<triplet>/crun/
#include "toolchain.h"

#include <glob.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static const char *in_path(const char *name) {
  const char *path = getenv("PATH");
  for (const char *p = path ? path : "/usr/bin:/bin"; *p;) {
    size_t n = strcspn(p, ":");
    char *full = format("%.*s/%s", (int)n, p, name);
    if (n && access(full, X_OK) == 0) return full;
    free(full);
    p += n + (p[n] == ':');
  }
  return NULL;
}

static const char *find_clang(void) {
  const char *asked = getenv("CRUN_CC");
  if (asked && *asked) return strchr(asked, '/') ? (access(asked, X_OK) == 0 ? asked : NULL) : in_path(asked);
  char *name = format("clang-%d", CRUN_LLVM);
  const char *found = in_path(name);
  if (found) return found;
  char *fixed = format("%s/clang", CRUN_LLVM_DIR);
  return getenv("PATH") && access(fixed, X_OK) == 0 ? fixed : NULL;
}

struct toolchain toolchain_paths(void) {
  const char *root = prefix();
  struct toolchain t = {.clang = find_clang(), .include = format("%s/include", root), .lib = find_lib(root)};
  t.plugin = format("%s/crun-race-%d.so", t.lib, CRUN_LLVM);
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
  if (!readable(path)) die(EXIT_UNABLE, "%s is missing (%s); build or install crun again", what, path);
}

struct toolchain toolchain_find(bool race) {
  struct toolchain t = toolchain_paths();
  const char *asked = getenv("CRUN_CC");
  if (!t.clang && asked && *asked) die(EXIT_UNABLE, "CRUN_CC=%s cannot be executed", asked);
  if (!t.clang) die(EXIT_UNABLE, "clang-%d is missing; install the package clang-%d", CRUN_LLVM, CRUN_LLVM);
  need(format("%s/crun/crun.h", t.include), "the header crun/crun.h");
  need(format("%s/libcrun_runtime.a", t.lib), "the runtime library");
  if (!race) return t;
  need(format("%s/libcrun_race.a", t.lib), "the race detector");
  need(t.plugin, "the clang plugin");
  // The plugin loads into the clang it was built for and into no other.
  if (asked && *asked) {
    int major = clang_major(t.clang);
    if (major != CRUN_LLVM)
      die(EXIT_UNABLE, "the plugin was built for clang %d, but %s is %s%d; unset CRUN_CC or name a clang-%d", CRUN_LLVM,
          t.clang, major < 0 ? "no clang: " : "clang ", major, CRUN_LLVM);
  }
  return t;
}
