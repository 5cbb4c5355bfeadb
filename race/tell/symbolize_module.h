// SPDX-License-Identifier: Apache-2.0
// symbolize_module.h: the objects of this process as libdw sees them, for symbolize.c and symbolize_data.c.
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

// A sorted table of ranges that do not overlap.
struct ranges {
  struct range *at;
  size_t n, cap;
};

struct module {
  Dwfl_Module *mod;
  Dwarf *dwarf;          // nil: no debug information
  Dwarf_Addr bias;       // address in the process minus address in the file
  const char *name;      // of the file
  const char *build_id;  // in hexadecimal digits; nil: it has none
  uintptr_t start;
  bool has_units, has_variables;
  struct ranges units;      // code of compile units; the first look-up fills it
  struct ranges variables;  // variables of static storage; the same
  struct module *next;
};

// module_of returns the module that holds addr, or nil. Modules live for ever.
struct module *module_of(uintptr_t addr);

void ranges_add(struct ranges *r, Dwarf_Addr lo, Dwarf_Addr hi, Dwarf_Off die);
void ranges_sort(struct ranges *r);
const struct range *ranges_find(const struct ranges *r, Dwarf_Addr addr);

// as_compiled takes the compile unit's directory off a file name that libdw put it before.
const char *as_compiled(const char *file, Dwarf_Die *cu);

// file_of is the file that an attribute of die numbers, or nil. cu has the table of files. (libdw's own
// dwarf_decl_file takes DWARF 5's file 0 for none.)
const char *file_of(Dwarf_Die *die, unsigned name, Dwarf_Die *cu);

// attribute_number is an attribute's value, or 0.
int attribute_number(Dwarf_Die *die, unsigned name);

#endif
