// SPDX-License-Identifier: Apache-2.0
// options.c: tables of clang's options, languages and file name endings.
#include "options.h"

#include <stddef.h>
#include <string.h>

static bool any_of(const char *s, const char *const *list) {
  for (; *list; list++)
    if (strcmp(s, *list) == 0) return true;
  return false;
}

// clang-format off
bool option_takes(const char *option) {
  static const char *const list[] = {
      "-o", "--output", "-x", "--language", "-I", "--include-directory", "-D", "--define-macro",
      "-U", "--undefine-macro", "-L", "--library-directory", "-l", "-T", "-u", "--force-link",
      "-z", "-e", "--entry", "-A", "--assert", "-B", "--prefix", "-F", "-G", "-MF", "-MT",
      "-MQ", "-MJ", "-include", "--include", "-include-pch", "-imacros", "--imacros",
      "-isystem", "-isystem-after", "-iquote", "-idirafter", "--include-directory-after",
      "-iprefix", "--include-prefix", "-iwithprefix", "--include-with-prefix",
      "-iwithprefixbefore", "-isysroot", "-iwithsysroot", "-iframework", "--sysroot", "-Xclang",
      "-Xlinker", "--for-linker", "-Xassembler", "-Xpreprocessor", "-Xanalyzer",
      "-Xopenmp-target", "-mllvm", "-mthread-model", "-arch", "-target", "-rpath",
      "-resource-dir", "-dumpdir", "-dumpbase", "--param", "-working-directory",
      "-serialize-diagnostics", "--serialize-diagnostics", "-dependency-file",
      "-dependency-dot", "-ivfsoverlay", "-stdlib++-isystem", "-cxx-isystem",
      "-fmodules-user-build-path", "-undefined", "--config", "-gcc-install-dir",
      "-ccc-gcc-name", "-filelist", NULL
  };
  return any_of(option, list);
}

enum effect option_effect(const char *option) {
  static const struct {
    enum effect effect;
    const char *option;
  } table[] = {
      {EFFECT_NO_LINK, "-c"}, {EFFECT_NO_LINK, "--compile"}, {EFFECT_NO_LINK, "-S"},
      {EFFECT_NO_LINK, "--assemble"}, {EFFECT_NO_LINK, "-E"}, {EFFECT_NO_LINK, "--preprocess"},
      {EFFECT_NO_LINK, "-M"}, {EFFECT_NO_LINK, "--dependencies"}, {EFFECT_NO_LINK, "-MM"},
      {EFFECT_NO_LINK, "--user-dependencies"}, {EFFECT_NO_LINK, "-fsyntax-only"},
      {EFFECT_NO_LINK, "-emit-ast"}, {EFFECT_NO_LINK, "--precompile"},
      {EFFECT_NO_LINK, "--analyze"}, {EFFECT_NO_LINK, "-rewrite-objc"},
      {EFFECT_NO_LINK, "-verify-pch"}, {EFFECT_NO_LINK, "-emit-interface-stubs"},
      {EFFECT_SHARED, "-shared"}, {EFFECT_SHARED, "--shared"}, {EFFECT_PARTIAL, "-r"},
      {EFFECT_STATIC, "-static"}, {EFFECT_STATIC, "--static"}, {EFFECT_STATIC, "-static-pie"},
      {EFFECT_NO_LIBRARIES, "-nostdlib"}, {EFFECT_NO_LIBRARIES, "--no-standard-libraries"},
      {EFFECT_NO_LIBRARIES, "-nodefaultlibs"}, {EFFECT_M32, "-m32"}, {EFFECT_M32, "-m16"},
      {EFFECT_M32, "-mx32"},
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    if (strcmp(option, table[i].option) == 0) return table[i].effect;
  return EFFECT_NONE;
}

// clang-format on

const char *option_value(const char *s, const char *next, const char *const *names) {
  for (; *names; names++) {
    size_t n = strlen(*names);
    if (strncmp(s, *names, n) != 0) continue;
    if (!s[n]) return next;
    bool long_name = strncmp(*names, "--", 2) == 0;
    if (!long_name) return s + n;
    if (s[n] == '=') return s + n + 1;
  }
  return NULL;
}

static const char *ending(const char *s) {
  const char *slash = strrchr(s, '/');
  const char *dot = strrchr(slash ? slash : s, '.');
  return dot ? dot : "";
}

enum file_kind file_kind(const char *name) {
  static const char *const source[] = {".c",   ".i",  ".s",  ".S", ".sx",
                                       ".asm", ".bc", ".ll", ".h", NULL};
  static const char *const cxx[] = {".cc", ".cp", ".cxx", ".cpp", ".CPP", ".CXX", ".c++", ".C++",
                                    ".C",  ".CC", ".ii",  ".hh",  ".hpp", ".hxx", NULL};
  static const char *const other[] = {".m", ".mm", ".M", ".mi", ".mii", ".cu", ".cl", NULL};
  if (any_of(ending(name), source)) return FILE_SOURCE;
  if (any_of(ending(name), other)) return FILE_OTHER;
  return any_of(ending(name), cxx) ? FILE_CXX : FILE_LINKER;
}

bool is_header(const char *name) {
  static const char *const list[] = {".h", ".hh", ".hpp", ".hxx", NULL};
  return any_of(ending(name), list);
}

bool is_header_language(const char *s) {
  size_t n = strlen(s), end = strlen("-header");
  return n > end && strcmp(s + n - end, "-header") == 0;
}

bool is_program_part(const char *s) {
  static const char *const objects[] = {".o", ".a", ".so", NULL};
  return s[0] != '-' && (file_kind(s) != FILE_LINKER || any_of(ending(s), objects));
}

bool is_language(const char *s) {
  static const char *const list[] = {
      "none", "c", "c-header", "cpp-output", "assembler", "assembler-with-cpp", "ir", NULL};
  return any_of(s, list) || is_cxx_language(s) || is_other_language(s);
}

bool is_cxx_language(const char *s) { return strncmp(s, "c++", 3) == 0; }

bool is_other_language(const char *s) {
  return strncmp(s, "objective-c", 11) == 0 || strcmp(s, "cuda") == 0 || strcmp(s, "cl") == 0;
}
