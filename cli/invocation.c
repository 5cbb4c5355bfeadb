// SPDX-License-Identifier: Apache-2.0
// invocation.c: reads a compiler command line as clang does, as far as crun must know it.
#include "invocation.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "instrumented.h"
#include "spawn.h"

static bool any_of(const char *s, const char *const *list) {
  for (; *list; list++)
    if (strcmp(s, *list) == 0) return true;
  return false;
}

bool invocation_takes(const char *option) {
  static const char *const list[] = {
      "-o", "-x", "-I", "-D", "-U", "-L", "-l", "-T", "-u", "-z", "-e", "-A", "-B", "-G", "-MF", "-MT", "-MQ", "-MJ",
      "-include", "-include-pch", "-imacros", "-isystem", "-iquote", "-idirafter", "-iprefix", "-iwithprefix",
      "-iwithprefixbefore", "-isysroot", "--sysroot", "-Xclang", "-Xlinker", "-Xassembler", "-Xpreprocessor", "-Xanalyzer",
      "-mllvm", "-arch", "-target", "--target", "-framework", "-rpath", "-dumpbase", "--param", "-working-directory", "-plugin-arg",
      "-soname", "-h", "--serialize-diagnostics", "-dependency-file", "-ivfsoverlay", NULL};
  return any_of(option, list);
}

static const char *ending(const char *s) {
  const char *base = strrchr(s, '/');
  const char *dot = strrchr(base ? base : s, '.');
  return dot ? dot : "";
}

static bool is_object(const char *s) {
  static const char *const list[] = {".o", ".a", ".lo", ".obj", NULL};
  return any_of(ending(s), list);
}

static bool is_source(const char *s) {
  static const char *const list[] = {".c", ".i", ".s", ".S", ".sx", ".bc", ".ll", NULL};
  return any_of(ending(s), list);
}

static bool is_cxx(const char *s) {
  static const char *const list[] = {".cc", ".cp", ".cxx", ".cpp", ".CPP", ".c++", ".C", ".ii", ".mm", ".M", NULL};
  return any_of(ending(s), list);
}

bool is_input_file(const char *s) { return s[0] != '-' && (is_source(s) || is_object(s) || is_cxx(s)); }

static bool is_language(const char *s) {
  static const char *const list[] = {"c", "c-header", "cpp-output", "assembler", "assembler-with-cpp", "none", "c++",
                                     "c++-header", "objective-c", "ir", NULL};
  return s && any_of(s, list);
}

static bool stops_before_link(const char *s) {
  static const char *const list[] = {"-c", "-S", "-E", "-M", "-MM", "-fsyntax-only", "-emit-pch", "--precompile",
                                     "--analyze", "-emit-llvm-only", NULL};
  return any_of(s, list);
}

// one_dash makes "--race" of crun's own flags "-race".
static const char *one_dash(const char *s) { return strncmp(s, "--", 2) == 0 ? s + 1 : s; }

static void add_input(struct invocation *inv, const char *s) {
  args_add(&inv->inputs, s);
  if (strcmp(s, "-") == 0 || s[0] == '@') inv->stdin_or_file = true;
  else if (is_object(s)) args_add(&inv->objects, s);
  else if (!strstr(s, ".so")) inv->sources = true;
}

static void note_option(struct invocation *inv, const char *s) {
  if (stops_before_link(s)) inv->links = false;
  else if (strcmp(s, "-shared") == 0 || strcmp(s, "--shared") == 0 || strcmp(s, "-r") == 0) inv->exe = false;
  else if (strncmp(s, "-g", 2) == 0 && strcmp(s, "-g0") != 0) inv->debug = true;
  else if (strncmp(s, "-o", 2) == 0 && s[2]) inv->output = s + 2;
  else if (strcmp(s, "-static") == 0 || strcmp(s, "-static-pie") == 0 || strcmp(s, "--static") == 0)
    die(EXIT_UNABLE, "%s is not supported: programs built by crun load libdw and libunwind", s);
}

int invocation_add(struct invocation *inv, int argc, char **argv, int i, bool ours) {
  const char *s = argv[i], *next = i + 1 < argc ? argv[i + 1] : NULL;
  if (strcmp(one_dash(s), "-race") == 0) {
    inv->race = true;
    return i + 1;
  }
  if (strncmp(one_dash(s), "-race=", 6) == 0) die(EXIT_UNABLE, "%s: there is one engine, -race", s);
  if (ours && strcmp(s, "-x") == 0 && !is_language(next)) {
    inv->print = true;
    return i + 1;
  }
  if (ours && strcmp(one_dash(s), "-json") == 0) {
    if (!next) die(EXIT_USAGE, "%s needs the name of a file", s);
    inv->json = next;
    return i + 2;
  }
  args_add(&inv->clang, s);
  if (s[0] != '-' || !s[1]) {
    add_input(inv, s);
    return i + 1;
  }
  note_option(inv, s);
  if (!invocation_takes(s) || !next) return i + 1;
  if (strcmp(s, "-o") == 0) inv->output = next;
  args_add(&inv->clang, next);
  return i + 2;
}

void invocation_check(const struct invocation *inv) {
  for (int i = 0; i < inv->inputs.n; i++) {
    const char *s = inv->inputs.at[i];
    struct stat st;
    if (strcmp(s, "-") == 0 || s[0] == '@') continue;
    if (stat(s, &st) != 0) die(EXIT_BUILD, "%s: %s", s, strerror(errno));
    if (S_ISDIR(st.st_mode)) die(EXIT_USAGE, "%s is a directory; name the C files in it", s);
    if (is_cxx(s)) die(EXIT_UNABLE, "%s: C++ is not supported, only C", s);
  }
}

// ---- the command ---------------------------------------------------------------------------------

static void add_compile_flags(struct args *a, const struct invocation *inv, const struct toolchain *t) {
  args_addf(a, "-idirafter%s", t->include);
  args_add(a, "-fstack-clash-protection");
  if (!inv->debug) args_add(a, "-g");
  if (!inv->race) return;
  // clang's own instrumentation is off; what stays is that it does not speculate loads, and no_sanitize.
  static const char *const off[] = {"memory-accesses", "func-entry-exit", "atomics", "memintrinsics"};
  args_add(a, "-fsanitize=thread");
  args_add(a, "-fno-sanitize-link-runtime");
  for (size_t i = 0; i < sizeof off / sizeof *off; i++) {
    args_add(a, "-mllvm");
    args_addf(a, "-tsan-instrument-%s=0", off[i]);
  }
  args_addf(a, "-fpass-plugin=%s", t->plugin);
}

static void add_link_flags(struct args *a, const struct invocation *inv, const struct toolchain *t) {
  // The inputs may stand after -x c: what follows is for the linker.
  args_add(a, "-x");
  args_add(a, "none");
  if (inv->race) {
    args_add(a, "-Wl,--whole-archive");
    args_addf(a, "%s/libcrun_race.a", t->lib);
    args_add(a, "-Wl,--no-whole-archive");
    args_addf(a, "%s/libcrun_runtime_race.a", t->lib);
  } else {
    args_addf(a, "%s/libcrun_runtime.a", t->lib);
  }
  args_addf(a, "%s/libcrun_symbolize.a", t->lib);
  // A plain program that uses nothing of crun gets none of these.
  args_add(a, "-Wl,--push-state,--as-needed");
  static const char *const libs[] = {"-ldw", "-lelf", "-lunwind", "-lpthread", "-ldl", "-lm"};
  for (size_t i = 0; i < sizeof libs / sizeof *libs; i++) args_add(a, libs[i]);
  args_add(a, "-Wl,--pop-state");
}

// check_instrumented holds the objects of a race link to having been built with -race.
static void check_instrumented(const struct invocation *inv) {
  bool some = inv->sources || inv->stdin_or_file;
  for (int i = 0; i < inv->objects.n; i++) some |= instrumented_file(inv->objects.at[i]);
  if (!some) die(EXIT_UNABLE, "nothing here was built with -race; compile the C files with -race too");
}

int invocation_run(struct invocation *inv, const struct toolchain *t) {
  struct args a = {0};
  args_add(&a, t->clang);
  bool links_exe = inv->links && inv->exe && inv->inputs.n > 0;
  if (inv->inputs.n > 0) add_compile_flags(&a, inv, t);
  if (inv->inputs.n > 0 && !inv->sources && !inv->stdin_or_file) args_add(&a, "-Wno-unused-command-line-argument");
  for (int i = 0; i < inv->clang.n; i++) args_add(&a, inv->clang.at[i]);
  if (links_exe) {
    if (inv->race) check_instrumented(inv);
    add_link_flags(&a, inv, t);
  }
  if (inv->print) print_command(a.at);
  int code = spawn_wait(a.at, NULL);
  if (code == 127) die(EXIT_UNABLE, "cannot run %s: %s", t->clang, strerror(errno));
  return code;
}
