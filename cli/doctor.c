// SPDX-License-Identifier: Apache-2.0
// doctor.c: crun doctor: looks for everything that crun needs, and says what to do where it is not.
#include <errno.h>
#include <linux/membarrier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cli.h"
#include "spawn.h"
#include "toolchain.h"

static int problems;

static void check(bool ok, const char *what, const char *found, const char *remedy) {
  printf("%-4s %-28s %s\n", ok ? "ok" : "FAIL", what, ok ? found : remedy);
  problems += !ok;
}

static void check_file(const char *what, const char *path) {
  check(access(path, R_OK) == 0, what, path,
        format("%s is missing; build or install crun again", path));
}

static void check_library(const char *what, const char *name, const char *package) {
  static const char *const folders[] = {"/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib",
                                        "/lib/x86_64-linux-gnu"};
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
    char *path = format("%s/%s", folders[i], name);
    if (access(path, R_OK) != 0) continue;
    check(true, what, path, "");
    return;
  }
  check(false, what, "", format("install the package %s", package));
}

static void check_clang(const struct toolchain *t) {
  int major = t->clang ? clang_major(t->clang) : -1;
  bool served = major > 0 && access(t->plugin, R_OK) == 0 && major == t->major;
  check(served || major == CRUN_LLVM, "clang", t->clang ? t->clang : "",
        major < 0 ? format("install the package clang-%d", CRUN_LLVM)
                  : format("%s is clang %d, the plugins are for %s; unset CRUN_CC", t->clang, major,
                           toolchain_plugins(t)));
}

// check_loads compiles an empty file with the plugin.
static void check_loads(const struct toolchain *t) {
  if (!t->clang || access(t->plugin, R_OK) != 0) return;
  char *plugin = format("-fpass-plugin=%s", t->plugin);
  const char *probe[] = {t->clang, plugin, "-xc", "-c", "/dev/null", "-o", "/dev/null", NULL};
  check(spawn_quiet(probe) == 0, "clang loads the plugin", "yes",
        format("it does not: build crun again with the clang-%d that is installed", t->major));
}

// check_links makes a program: that takes the C library's headers, a linker and gcc's start files.
static void check_links(const struct toolchain *t) {
  if (!t->clang) return;
  const char *tmp = getenv("TMPDIR");
  char *folder = format("%s/crun-doctor-XXXXXX", tmp && *tmp ? tmp : "/tmp");
  if (!mkdtemp(folder)) {
    check(false, "temporary files", "",
          format("%s: %s; set TMPDIR to a place with room", folder, strerror(errno)));
    return;
  }
  char *source = format("%s/p.c", folder), *program = format("%s/p", folder);
  FILE *f = fopen(source, "we");
  if (f) {
    fputs("#include <stdio.h>\nint main(void) { return 0; }\n", f);
    fclose(f);
  }
  const char *link[] = {t->clang, source, "-o", program, NULL};
  check(spawn_quiet(link) == 0, "compiling and linking", "a program can be made",
        "install the packages libc6-dev, gcc and binutils");
  unlink(source);
  unlink(program);
  rmdir(folder);
}

static void check_shadow(void) {
  size_t n = (size_t)1 << 46;
  void *p = mmap(NULL, n, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  int error = errno;
  if (p != MAP_FAILED) munmap(p, n);
  check(p != MAP_FAILED, "address space for -race", "64 TiB can be reserved",
        format("%s: raise ulimit -v, or set vm.overcommit_memory to 0 or 1", strerror(error)));
}

int command_doctor(int argc, char **argv) {
  if (argc > 1) die(EXIT_USAGE, "doctor takes no arguments (%s)", argv[1]);
  struct toolchain t = toolchain_paths();
  check_clang(&t);
  check_file("plugin", t.plugin);
  check_loads(&t);
  check_links(&t);
  check_file("header", t.header);
  static const char *const archives[] = {"runtime", "runtime_race", "runtime_tsan", "race", "race_tsan",
                                         "tell", "leak", "leak_wanted"};
  for (size_t i = 0; i < sizeof archives / sizeof *archives; i++)
    check_file(format("library %s", archives[i]), format("%s/libcrun_%s.a", t.lib, archives[i]));
  const char *tsan = t.clang ? toolchain_tsan(t.clang) : NULL;
  check(tsan, "LLVM's runtime for -race=tsan", tsan ? tsan : "",
        format("install the package libclang-rt-%d-dev", t.major));
  check_library("libdw", "libdw.so", "libdw-dev");
  check_library("libelf", "libelf.so", "libelf-dev");
  check_library("libunwind", "libunwind.so", "libunwind-dev");
  check(syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0, "membarrier",
        "the kernel has it", "needs Linux 4.14; a goroutine that never blocks keeps its processor");
  check_shadow();
  if (!problems) printf("\nAll is there.\n");
  return problems ? EXIT_UNABLE : EXIT_OK;
}
