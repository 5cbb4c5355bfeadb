// SPDX-License-Identifier: Apache-2.0
// invocation.c: reads a compiler command line as clang does, as far as crun must know it, and adds
// to it what makes the program a crun program:
//
//     clang  COMPILE FLAGS  what the user gave  RACE FLAGS  LIBRARIES
//
// Compile flags come first, so that the user's -g0 or -fno-stack-clash-protection stands; the race
// flags come after, so that -fno-sanitize=all cannot quietly switch off what -race asked for. Ours
// never count as unused: a configure script's -Werror probes see its own flags only.
#include "invocation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "instrumented.h"
#include "options.h"
#include "spawn.h"

// ---- taking apart -------------------------------------------------------------------------------

// flag_value tells whether s is the flag of ours called name, with one dash or two; *value is what
// follows a '=', or nil.
static bool flag_value(const char *s, const char *name, const char **value) {
  size_t n = strlen(name);
  if (*s++ != '-') return false;
  if (*s == '-') s++;
  if (strncmp(s, name, n) != 0 || (s[n] && s[n] != '=')) return false;
  *value = s[n] ? s + n + 1 : NULL;
  return true;
}

static bool by_ending(const struct invocation *inv) {
  return !inv->language || strcmp(inv->language, "none") == 0;
}

static void add_input(struct invocation *inv, const char *s) {
  args_add(&inv->inputs, s);
  inv->headers += by_ending(inv) ? is_header(s) : is_header_language(inv->language);
  if (!by_ending(inv)) {
    inv->sources = true;
    inv->cxx |= is_cxx_language(inv->language);
    if (is_other_language(inv->language)) inv->other = s;
    return;
  }
  enum file_kind kind = strcmp(s, "-") == 0 ? FILE_SOURCE : file_kind(s);
  inv->cxx |= kind == FILE_CXX;
  if (kind == FILE_OTHER) inv->other = s;
  if (kind == FILE_LINKER) args_add(&inv->objects, s);
  else inv->sources = true;
}

static void add_effect(struct invocation *inv, const char *s) {
  switch (option_effect(s)) {
  case EFFECT_NONE: break;
  case EFFECT_NO_LINK: inv->link = LINK_NONE; break;
  case EFFECT_SHARED:
    if (inv->link < LINK_SHARED) inv->link = LINK_SHARED;
    break;
  case EFFECT_PARTIAL:
    if (inv->link < LINK_PARTIAL) inv->link = LINK_PARTIAL;
    break;
  case EFFECT_NO_LIBRARIES: inv->no_libraries = true; break;
  case EFFECT_STATIC:
  case EFFECT_M32: inv->unsupported = s; break;
  }
}

static void add_value(struct invocation *inv, const char *s, const char *next) {
  static const char *const output[] = {"--output", "-o", NULL};
  static const char *const language[] = {"--language", "-x", NULL};
  static const char *const library[] = {"-l", NULL};
  static const char *const folder[] = {"--library-directory", "-L", NULL};
  const char *v;
  if ((v = option_value(s, next, output))) inv->output = v;
  else if ((v = option_value(s, next, language))) inv->language = v;
  else if ((v = option_value(s, next, library))) args_add(&inv->libraries, v);
  else if ((v = option_value(s, next, folder))) args_add(&inv->folders, v);
}

// add_ours takes in a flag of crun's own and returns the index of the next argument; i: it is none.
static int add_ours(struct invocation *inv, int argc, const char *const *argv, int i) {
  const char *s = argv[i], *next = i + 1 < argc ? argv[i + 1] : NULL, *value;
  if (strcmp(s, "-x") == 0 && !(next && is_language(next))) {
    inv->print = true;
    return i + 1;
  }
  if (!flag_value(s, "json", &value)) return i;
  inv->json = value ? value : next;
  if (!inv->json || !*inv->json) die(EXIT_USAGE, "%s needs the name of a file", s);
  return value ? i + 1 : i + 2;
}

// add_kind takes in -race and its kind, and -leak; false: s is none of them.
static bool add_kind(struct invocation *inv, const char *s) {
  const char *value;
  if (flag_value(s, "leak", &value)) {
    if (value) die(EXIT_USAGE, "%s: -leak takes no value", s);
    return inv->leak = true;
  }
  if (flag_value(s, "race", &value)) {
    inv->tsan = value && strcmp(value, "tsan") == 0;
    if (value && !inv->tsan) die(EXIT_USAGE, "%s: it is -race, or -race=tsan for LLVM's detector", s);
    return inv->race = true;
  }
  if (flag_value(s, "race-checks", &value)) {
    bool all = value && strcmp(value, "all") == 0;
    if (!all && !(value && strcmp(value, "needed") == 0))
      die(EXIT_USAGE, "%s: it is -race-checks=needed (the default) or -race-checks=all", s);
    inv->all_checks = all;
    return true;
  }
  if (flag_value(s, "race-volatile", &value)) {
    bool atomic = value && strcmp(value, "atomic") == 0;
    if (!atomic && !(value && strcmp(value, "plain") == 0))
      die(EXIT_USAGE, "%s: it is -race-volatile=plain (the default, as C has it) or -race-volatile=atomic", s);
    inv->volatiles = atomic;
    return true;
  }
  if (flag_value(s, "race-size", &value)) {
    if (!value || !*value || strspn(value, "0123456789") != strlen(value) || strlen(value) > 6)
      die(EXIT_USAGE, "%s: it is -race-size=PERCENT, 0 for no code without checks", s);
    inv->size = value;
    return true;
  }
  if (flag_value(s, "race-whole", &value)) {
    if (value) die(EXIT_USAGE, "%s: -race-whole takes no value", s);
    return inv->whole = true;
  }
  if (!flag_value(s, "race-stats", &value)) return false;
  if (value && strcmp(value, "run") != 0) die(EXIT_USAGE, "%s: it is -race-stats, or -race-stats=run", s);
  *(value ? &inv->counts : &inv->stats) = true;
  return true;
}

int invocation_add(struct invocation *inv, int argc, const char *const *argv, int i, bool ours) {
  const char *s = argv[i], *next = i + 1 < argc ? argv[i + 1] : NULL;
  if (add_kind(inv, s)) return i + 1;
  inv->by_files = ours;
  if (ours) {
    int after = add_ours(inv, argc, argv, i);
    if (after > i) return after;
  }
  args_add(&inv->clang, s);
  if (s[0] != '-' || !s[1]) {
    add_input(inv, s);
    return i + 1;
  }
  add_effect(inv, s);
  bool takes = option_takes(s);
  add_value(inv, s, takes ? next : NULL);
  if (!takes) return i + 1;
  if (!next) {
    inv->unfinished = true;
    return i + 1;
  }
  args_add(&inv->clang, next);
  return i + 2;
}

enum link invocation_link(const struct invocation *inv) {
  return inv->headers && inv->headers == inv->inputs.n ? LINK_NONE : inv->link;
}

// has_plugin_options: the plugin is to be told something.
static bool has_plugin_options(const struct invocation *inv) {
  return inv->all_checks || inv->stats || inv->counts || inv->size || inv->volatiles || inv->whole;
}

void invocation_check(const struct invocation *inv) {
  for (int i = 0; i < inv->inputs.n; i++) {
    const char *s = inv->inputs.at[i];
    struct stat st;
    if (strcmp(s, "-") == 0) continue;
    if (stat(s, &st) != 0) die(EXIT_BUILD, "%s: %s", s, strerror(errno));
    if (S_ISDIR(st.st_mode)) die(EXIT_USAGE, "%s is a directory; name the C files in it", s);
    if (access(s, R_OK) != 0) die(EXIT_BUILD, "%s: %s", s, strerror(errno));
  }
  if (!inv->race && has_plugin_options(inv))
    die(EXIT_USAGE, "-race-checks, -race-size, -race-stats, -race-volatile and -race-whole need -race");
  invocation_check_languages(inv);
}

void invocation_check_languages(const struct invocation *inv) {
  if (inv->other) die(EXIT_UNABLE, "%s: its language is not supported, only C and C++", inv->other);
}

// ---- sanitizers ---------------------------------------------------------------------------------

static const char sanitize[] = "-fsanitize=";

// without_thread is the option -fsanitize=LIST with what goes with -race: thread is what -race
// does, and the driver would link a second detector for it; those that own the heap or a shadow end
// crun. nil: nothing is left of the list.
static const char *without_thread(const char *option) {
  static const char *const rivals[] = {"address",  "memory", "leak", "hwaddress",
                                       "dataflow", "type",   NULL};
  char *list = strdup(option + strlen(sanitize)), *rest = list, *kept = NULL;
  for (char *name; (name = strsep(&rest, ","));) {
    for (const char *const *r = rivals; *r; r++)
      if (strcmp(name, *r) == 0)
        die(EXIT_UNABLE, "-race and -fsanitize=%s cannot be combined", name);
    if (strcmp(name, "thread") != 0)
      kept = format("%s%s%s", kept ? kept : sanitize, kept ? "," : "", name);
  }
  free(list);
  return kept;
}

static void add_users(struct args *a, const struct invocation *inv) {
  for (int i = 0; i < inv->clang.n; i++) {
    const char *s = inv->clang.at[i];
    if (inv->race && strncmp(s, sanitize, strlen(sanitize)) == 0) s = without_thread(s);
    if (s) args_add(a, s);
  }
}

// ---- putting together ---------------------------------------------------------------------------

static void add_compile_flags(struct args *a, const struct invocation *inv, const struct toolchain *t) {
  args_add(a, "--start-no-unused-arguments");
  args_add(a, "-g");  // for the traces; a -g of the user's comes later and wins
  args_add(a, "-fstack-clash-protection");
  if (!inv->race) args_add(a, "-fno-omit-frame-pointer");  // reports tell by them which of a function's callers it was
  if (t->include) {
    args_add(a, "-isystem");
    args_add(a, t->include);
  }
  args_add(a, "--end-no-unused-arguments");
}

// The plugin's own options. clang knows them only if the plugin is loaded before it reads them.
static void add_plugin_options(struct args *a, const struct invocation *inv,
                               const struct toolchain *t) {
  if (!has_plugin_options(inv)) return;
  args_addf(a, "-fplugin=%s", t->plugin);
  const char *const options[] = {inv->all_checks ? "-crun-race-without=all" : NULL,
                                 inv->stats ? "-crun-race-stats" : NULL,
                                 inv->whole ? "-crun-race-at-link" : NULL,
                                 inv->counts ? "-crun-race-count" : NULL,
                                 inv->volatiles ? "-crun-race-volatile-atomic" : NULL};
  for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
    if (!options[i]) continue;
    args_add(a, "-mllvm");
    args_add(a, options[i]);
  }
  if (!inv->size) return;
  args_add(a, "-mllvm");
  args_addf(a, "-crun-race-size=%s", inv->size);
}

// LLVM's own instrumentation, and its runtime at the link. By the second flag the plugin knows.
static void add_tsan_flags(struct args *a) {
  args_add(a, "-fsanitize=thread");
  args_add(a, "-mllvm");
  args_add(a, "-tsan-instrument-memory-accesses=1");
}

static void add_race_flags(struct args *a, const struct invocation *inv,
                           const struct toolchain *t) {
  // clang's own instrumentation is off; what stays is that it does not speculate loads, and
  // no_sanitize.
  static const char *const off[] = {"memory-accesses", "func-entry-exit", "atomics",
                                    "memintrinsics"};
  // It goes past the driver, which would link a runtime of its own.
  args_add(a, "-Xclang");
  args_add(a, "-fsanitize=thread");
  for (size_t i = 0; i < sizeof off / sizeof *off; i++) {
    args_add(a, "-mllvm");
    args_addf(a, "-tsan-instrument-%s=0", off[i]);
  }
  add_plugin_options(a, inv, t);
}

// add_link_plugin has the linker check the accesses, which sees all files of the program at once.
static void add_link_plugin(struct args *a, const struct invocation *inv, const struct toolchain *t) {
  args_add(a, "-flto");
  args_add(a, "-fuse-ld=lld");
  args_addf(a, "-Wl,--load-pass-plugin=%s", t->plugin);
  args_add(a, "-Wl,-mllvm,-tsan-instrument-memory-accesses=0");
}

// check_whole ends crun if -race-whole is asked for what is not a whole program.
static void check_whole(const struct invocation *inv, enum link link) {
  if (!inv->whole) return;
  if (link != LINK_PROGRAM || inv->objects.n > 0)
    die(EXIT_USAGE, "-race-whole builds a program from all its sources at once, without -c, -shared and object files");
  if (inv->all_checks || inv->stats || inv->size || inv->volatiles)
    die(EXIT_USAGE, "the linker, which checks with -race-whole, does not know -race-checks, -race-size, -race-stats and -race-volatile");
}

static void add_whole(struct args *a, const struct toolchain *t, const char *library) {
  args_add(a, "-Wl,--whole-archive");
  args_addf(a, "%s/libcrun_%s.a", t->lib, library);
  args_add(a, "-Wl,--no-whole-archive");
}

static void add_archives(struct args *a, const struct invocation *inv, const struct toolchain *t) {
  if (inv->leak) add_whole(a, t, "leak_wanted");
  if (inv->leak && !inv->race) add_whole(a, t, "leak");  // the detector knows the heap itself
  if (inv->tsan) {
    add_whole(a, t, "race_tsan");
    args_add(a, "-Wl,--export-dynamic-symbol=__crun_*");
    args_addf(a, "%s/libcrun_runtime_tsan.a", t->lib);
  } else if (inv->race) {
    add_whole(a, t, "race");
    // A shared library that is loaded later finds the checks in the program.
    args_add(a, "-Wl,--export-dynamic-symbol=__tsan_*,--export-dynamic-symbol=__crun_*");
    args_addf(a, "%s/libcrun_runtime_race.a", t->lib);
  } else {
    args_addf(a, "%s/libcrun_runtime.a", t->lib);
    args_addf(a, "%s/libcrun_tell.a", t->lib);  // the detector has it within
  }
}

static void add_program_libraries(struct args *a, const struct invocation *inv,
                                  const struct toolchain *t) {
  if (inv->no_libraries && !inv->race && !inv->leak) return;
  if (!by_ending(inv)) args_add(a, "-xnone");
  args_add(a, "-Wl,--push-state,--as-needed");  // a program without goroutines gets none of these
  args_add(a, "-lc");  // first: that a program calls read is no reason to link the runtime, which has one too
  add_archives(a, inv, t);
  static const char *const libraries[] = {"-ldw", "-lelf", "-lunwind", "-lpthread", "-ldl", "-lm"};
  for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) args_add(a, libraries[i]);
  args_add(a, "-Wl,--pop-state");
}

static bool exists(const char *folder, const char *name, const char *suffix, char **path) {
  *path = format("%s/lib%s%s", folder, name, suffix);
  if (access(*path, R_OK) == 0) return true;
  free(*path);
  return false;
}

// library_instrumented looks at the archive that -lNAME means, if it is in a folder of the user's.
static bool library_instrumented(const struct invocation *inv, const char *name) {
  for (int i = 0; i < inv->folders.n; i++) {
    char *path;
    if (exists(inv->folders.at[i], name, ".so", &path)) return false;
    if (exists(inv->folders.at[i], name, ".a", &path)) return instrumented_object(path, inv->tsan);
  }
  return false;
}

static void check_instrumented(const struct invocation *inv) {
  bool some = inv->sources;
  for (int i = 0; i < inv->objects.n; i++) some |= instrumented_object(inv->objects.at[i], inv->tsan);
  for (int i = 0; i < inv->libraries.n; i++)
    some |= library_instrumented(inv, inv->libraries.at[i]);
  if (!some)
    die(EXIT_UNABLE, "nothing here was built with -race%s; compile the C files with it too",
        inv->tsan ? "=tsan" : "");
}

// check_engine ends crun if LLVM's engine is asked for what only ours has.
static void check_engine(const struct invocation *inv) {
  if (!inv->tsan) return;
  if (inv->leak) die(EXIT_UNABLE, "-leak needs the heap of crun's own detector: use -race, not -race=tsan");
  if (has_plugin_options(inv))
    die(EXIT_USAGE,
        "-race-checks, -race-size, -race-stats, -race-volatile and -race-whole are for -race, not for -race=tsan");
}

struct args invocation_command(const struct invocation *inv, const struct toolchain *t) {
  struct args a = {0};
  args_add(&a, t->clang);
  if (inv->driver_cxx) args_add(&a, "--driver-mode=g++");
  bool ours = inv->inputs.n > 0 && !inv->unfinished;
  check_engine(inv);
  if (ours) add_compile_flags(&a, inv, t);
  add_users(&a, inv);
  if (!ours) return a;
  args_add(&a, "--start-no-unused-arguments");
  if (inv->tsan) add_tsan_flags(&a);
  else if (inv->race) add_race_flags(&a, inv, t);
  if (t->plugin) args_addf(&a, "-fpass-plugin=%s", t->plugin);
  enum link link = invocation_link(inv);
  check_whole(inv, link);
  if (inv->whole) add_link_plugin(&a, inv, t);
  if (inv->race && link != LINK_NONE) check_instrumented(inv);
  if (link == LINK_PROGRAM && inv->unsupported)
    die(EXIT_UNABLE,
        "%s is not supported: crun links 64-bit programs that load libdw and libunwind",
        inv->unsupported);
  // crun run and crun build do not ask for the driver of C++, which would take C files for C++.
  bool cxx_library = inv->cxx && !inv->driver_cxx && inv->by_files && !inv->no_libraries;
  if (cxx_library && (link == LINK_PROGRAM || link == LINK_SHARED)) args_add(&a, "-lstdc++");
  if (link == LINK_PROGRAM) add_program_libraries(&a, inv, t);
  // The checks of a shared library are in the program that loads it.
  if (link == LINK_SHARED && inv->race) args_add(&a, "-Wl,-z,undefs");
  args_add(&a, "--end-no-unused-arguments");
  return a;
}

// check_plugin_loads ends crun if clang works, but not with the plugin.
static void check_plugin_loads(const struct toolchain *t) {
  char *plugin = format("-fpass-plugin=%s", t->plugin);
  const char *with[] = {t->clang, plugin, "-xc", "-c", "/dev/null", "-o", "/dev/null", NULL};
  const char *without[] = {t->clang, "-xc", "-c", "/dev/null", "-o", "/dev/null", NULL};
  if (spawn_quiet(with) == 0 || spawn_quiet(without) != 0) return;
  die(EXIT_UNABLE,
      "the plugin %s does not load into %s (clang %d); it needs clang %d of the package clang-%d",
      t->plugin, t->clang, clang_major(t->clang), t->major, t->major);
}

int invocation_run(const struct invocation *inv, const struct toolchain *t) {
  struct args a = invocation_command(inv, t);
  if (inv->print) print_command(a.at);
  int status = spawn_wait(a.at);
  if (status < 0) die(EXIT_UNABLE, "cannot run %s: %s", t->clang, strerror(errno));
  if (t->plugin && inv->sources && spawn_code(status) != 0 && !WIFSIGNALED(status))
    check_plugin_loads(t);
  return status;
}
