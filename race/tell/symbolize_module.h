// SPDX-License-Identifier: Apache-2.0
// symbolize_module.h: the objects of this process as libdw sees them, for symbolize.c and its like.
#ifndef CRUN_RACE_SYMBOLIZE_MODULE_H
#define CRUN_RACE_SYMBOLIZE_MODULE_H

#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// libdw_enter lets one thread at a time use libdw. false: it must not be used: this thread is inside
// already (a signal came in the middle), or a fork left it half changed, or symbolize_raw was called.
bool libdw_enter(void);
void libdw_leave(void);

struct range {
  Dwarf_Addr lo, hi;  // as in the file
  Dwarf_Off die;
};

// A table of ranges that do not overlap.
struct ranges {
  struct range *at;
  size_t n, cap;
};

struct module {
  Dwfl_Module *mod;
  bool has_dwarf;        // module_dwarf was asked
  Dwarf *dwarf;          // module_dwarf's, as the next
  Dwarf_Addr bias;       // address in the process minus address in the file
  const char *name;      // of the file
  const char *build_id;  // in hexadecimal digits; nil: it has none
  uintptr_t start;
  bool has_symbols;
  struct ranges units;      // code of the compile units before units_unit
  struct ranges variables;  // variables of static storage in those before variables_unit
  Dwarf_Off units_unit, variables_unit;
  const Elf64_Sym *symbols;  // the file's table; nil: it has none. As all that follows, of the first look-up
  size_t nsymbols, symbol_names_size;
  const char *symbol_names;
  uint32_t *pages, *symbol_next;  // symbols by where they begin (symbolize_symtab.c); nil: no memory for it
  size_t npages;
  GElf_Addr symbols_lo;
  GElf_Addr symbols_bias;
  struct module *next;
};

// module_of returns the module that holds addr, or nil. Modules live for ever.
struct module *module_of(uintptr_t addr);

// module_dwarf returns m's debug information, nil: it has none. It is opened at the first call, which for a library whose
// sections are compressed takes as long as to read all of it (50 ms for libc's).
Dwarf *module_dwarf(struct module *m);

void ranges_add(struct ranges *r, Dwarf_Addr lo, Dwarf_Addr hi, Dwarf_Off die);

// ranges_find finds the range that holds addr, of those from number from on; nil: none does.
const struct range *ranges_find(const struct ranges *r, size_t from, Dwarf_Addr addr);

// module_next_unit gives the compile unit at *at, which moves on; false: there are no more.
bool module_next_unit(struct module *m, Dwarf_Off *at, Dwarf_Die *unit);

// module_symbol returns the name of the symbol that at lies in, how far in, and the symbol; nil: there is none.
const char *module_symbol(struct module *m, uintptr_t at, GElf_Off *offset, GElf_Sym *sym);

// as_compiled takes the compile unit's directory off a file name that libdw put it before.
const char *as_compiled(const char *file, Dwarf_Die *cu);

// file_of is the file that an attribute of die numbers, or nil. cu has the table of files. (libdw's own
// dwarf_decl_file takes DWARF 5's file 0 for none.)
const char *file_of(Dwarf_Die *die, unsigned name, Dwarf_Die *cu);

// attribute_number is an attribute's value, or 0.
int attribute_number(Dwarf_Die *die, unsigned name);

#endif
