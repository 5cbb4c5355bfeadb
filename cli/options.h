// SPDX-License-Identifier: Apache-2.0
// options.h: what crun must know of clang's options and of file names.
#ifndef CRUN_CLI_OPTIONS_H
#define CRUN_CLI_OPTIONS_H

#include <stdbool.h>

// option_takes tells whether the value of this option is the next argument.
bool option_takes(const char *option);

// What an option makes of the whole command.
enum effect {
  EFFECT_NONE,
  EFFECT_NO_LINK,
  EFFECT_SHARED,
  EFFECT_PARTIAL,
  EFFECT_STATIC,
  EFFECT_NO_LIBRARIES,
  EFFECT_M32
};
enum effect option_effect(const char *option);

// option_value returns the value that s gives to one of the names (a nil-terminated list): what
// follows the name if it is joined ("-ofile", "--output=file"), next if s is the name alone; nil if
// s is another.
const char *option_value(const char *s, const char *next, const char *const *names);

// A file by its ending, as clang takes it; a file of any other name is for the linker.
enum file_kind { FILE_SOURCE, FILE_CXX, FILE_OTHER, FILE_LINKER };  // OTHER: in another language
enum file_kind file_kind(const char *name);

// is_program_part tells whether crun run takes the argument as a file of the program to build.
bool is_program_part(const char *s);

// is_header tells whether clang makes a precompiled header of a file of this name, or of this language.
bool is_header(const char *name);
bool is_header_language(const char *s);

// is_language tells whether s is a language that -x takes; is_cxx_language, C++; is_other_language, neither
// that nor C.
bool is_language(const char *s);
bool is_cxx_language(const char *s);
bool is_other_language(const char *s);

#endif
