// SPDX-License-Identifier: Apache-2.0
// symbolize.h: code and data addresses of this process to names, by libdw, in the process itself.
//
// Two layers use it: race/ for reports and runtime/ for traces. Strings stay valid for ever.
#ifndef CRUN_RACE_SYMBOLIZE_H
#define CRUN_RACE_SYMBOLIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(default)  // the archives meet by these names

struct sym_frame {
  const char *func;    // nil: unknown
  const char *file;    // as it was named to the compiler; nil: no line information
  const char *dir;     // what a relative file is relative to: the compiler's folder; nil: unknown
  int line, col;       // 0: unknown
  bool inlined;        // this function was inlined into the next frame's
  const char *module;  // file name of the object that holds pc; nil: none does
  const char *build_id;  // of the object, in hexadecimal digits; nil: unknown, or not needed: file is there
  uintptr_t offset;    // of pc within func, or within the module if func is nil
};

// symbolize_pc writes the frames that pc stands for, innermost first: the functions inlined there and
// the one they were inlined into. It returns their number, at least 1 (max >= 1). A return address
// stands for the call before it. It may be called from a fault in itself: then it gives module and
// offset alone.
int symbolize_pc(uintptr_t pc, bool is_return_address, struct sym_frame *out, int max);

// symbolize_symbol writes one frame, with no more than the symbol table knows: that is quick.
int symbolize_symbol(uintptr_t pc, bool is_return_address, struct sym_frame *out);

// symbolize_is_start tells whether f, an outermost frame, is the C library's start of the process or of a
// thread: by its name, or, where the library has lost its symbols, by being the library's and nameless.
bool symbolize_is_start(const struct sym_frame *f);

// symbolize_raw makes symbolize_pc give no more than the dynamic linker knows, from now on: for a
// process that dies in a state in which memory cannot be allocated.
void symbolize_raw(void);

struct sym_data {
  const char *name;
  uintptr_t addr;      // where it begins
  size_t size;
  const char *module;
  const char *file;    // where it is declared; nil: unknown
  int line;
  char path[160];      // from the variable to the bytes asked for: ".list[3].next"; "": all of it, or unknown
};

// symbolize_data finds the variable of static storage that holds size bytes at addr; false: none does.
bool symbolize_data(uintptr_t addr, size_t size, struct sym_data *out);

// symbolize_tls does the same for thread-local storage: offset is within the block of the module that holds
// the code or data at in_module. addr is an offset too.
bool symbolize_tls(const void *in_module, size_t offset, size_t size, struct sym_data *out);

#pragma GCC visibility pop

#endif
