// SPDX-License-Identifier: Apache-2.0
// symbolize_data.c: data addresses to variables, and to the field or element of one.
//
// The symbol table names the variable. Debug information, if there is any, gives its type: from there
// the bytes asked for are followed through fields and elements as far as they are inside one.
#include <dwarf.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "race/symbolize.h"
#include "demangle.h"
#include "symbolize_module.h"

// ---- variables with debug information ------------------------------------------------------------------

// variable_addr is the address that a variable's location says, as in the file; tls: its offset in the
// thread's block. false: it says something else.
static bool variable_addr(Dwarf_Die *die, Dwarf_Addr *addr, bool *tls) {
  Dwarf_Attribute at;
  Dwarf_Op *op;
  size_t n;
  if (!dwarf_attr(die, DW_AT_location, &at) || dwarf_getlocation(&at, &op, &n) != 0 || n == 0) return false;
  *tls = n == 2 && (op[1].atom == DW_OP_form_tls_address || op[1].atom == DW_OP_GNU_push_tls_address);
  if (n != 1 && !*tls) return false;
  if (op[0].atom == DW_OP_addr || op[0].atom == DW_OP_const8u || op[0].atom == DW_OP_const4u) {
    *addr = op[0].number;
    return true;
  }
  Dwarf_Attribute indexed;
  return (op[0].atom == DW_OP_addrx || op[0].atom == DW_OP_constx) && dwarf_getlocation_attr(&at, op, &indexed) == 0 &&
         dwarf_formaddr(&indexed, addr) == 0;
}

// A thread-local's offset is kept apart from addresses by its top bit.
#define TLS_BIT (1ull << 63)

static void add_variable(struct module *m, Dwarf_Die *die) {
  Dwarf_Addr addr;
  bool tls;
  Dwarf_Attribute at;
  Dwarf_Die type;
  Dwarf_Word size;
  if (!variable_addr(die, &addr, &tls)) return;
  if (!dwarf_formref_die(dwarf_attr_integrate(die, DW_AT_type, &at), &type) || dwarf_aggregate_size(&type, &size) != 0)
    return;
  if (tls) addr |= TLS_BIT;
  if (size) ranges_add(&m->variables, addr, addr + size, dwarf_dieoffset(die));
}

// add_variables walks the DIEs below parent that can hold variables of static storage.
static void add_variables(struct module *m, Dwarf_Die *parent, int depth) {
  Dwarf_Die die;
  if (depth == 0 || dwarf_child(parent, &die) != 0) return;
  do {
    switch (dwarf_tag(&die)) {
      case DW_TAG_variable: add_variable(m, &die); break;
      case DW_TAG_subprogram:
      case DW_TAG_lexical_block:
      case DW_TAG_inlined_subroutine:
      case DW_TAG_namespace: add_variables(m, &die, depth - 1); break;
      default: break;
    }
  } while (dwarf_siblingof(&die, &die) == 0);
}

// find_variable reads no more units than it must, as find_unit does.
static bool find_variable(struct module *m, Dwarf_Addr addr, Dwarf_Die *die, const struct range **r) {
  if (!module_dwarf(m)) return false;
  Dwarf_Die unit;
  *r = ranges_find(&m->variables, 0, addr);
  for (size_t n = m->variables.n; !*r && module_next_unit(m, &m->variables_unit, &unit); n = m->variables.n) {
    add_variables(m, &unit, 32);
    *r = ranges_find(&m->variables, n, addr);
  }
  return *r && dwarf_offdie(m->dwarf, (*r)->die, die);
}

// ---- fields and elements ---------------------------------------------------------------------------------

struct path {
  char *at;
  size_t n, cap;
};

__attribute__((format(printf, 2, 3))) static void path_add(struct path *p, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  int n = vsnprintf(p->at + p->n, p->cap - p->n, fmt, ap);
  va_end(ap);
  if (n > 0) p->n = p->n + (size_t)n < p->cap ? p->n + (size_t)n : p->cap - 1;
}

// type_of is die's type without qualifiers and typedefs.
static bool type_of(Dwarf_Die *die, Dwarf_Die *type) {
  Dwarf_Attribute at;
  return dwarf_formref_die(dwarf_attr_integrate(die, DW_AT_type, &at), type) && dwarf_peel_type(type, type) == 0;
}

// member_holding finds the member that holds size bytes at *offset, and makes *offset relative to it.
static bool member_holding(Dwarf_Die *aggregate, Dwarf_Word *offset, size_t size, Dwarf_Die *member) {
  Dwarf_Die die, type;
  if (dwarf_child(aggregate, &die) != 0) return false;
  do {
    Dwarf_Attribute at;
    Dwarf_Word begin = 0, bytes;
    if (dwarf_tag(&die) != DW_TAG_member || dwarf_hasattr(&die, DW_AT_data_bit_offset)) continue;
    dwarf_formudata(dwarf_attr(&die, DW_AT_data_member_location, &at), &begin);
    if (!type_of(&die, &type) || dwarf_aggregate_size(&type, &bytes) != 0) continue;
    if (*offset < begin || *offset + size > begin + bytes) continue;
    *offset -= begin;
    *member = die;
    return true;
  } while (dwarf_siblingof(&die, &die) == 0);
  return false;
}

// element_holding adds the indexes of the element that holds size bytes at *offset; type becomes the
// element's.
static bool element_holding(Dwarf_Die *type, Dwarf_Word *offset, size_t size, struct path *p) {
  Dwarf_Die element, dim;
  Dwarf_Word bytes, counts[8];
  int ndims = 0;
  if (!type_of(type, &element) || dwarf_aggregate_size(&element, &bytes) != 0 || bytes == 0) return false;
  if (*offset % bytes + size > bytes || dwarf_child(type, &dim) != 0) return false;
  do {
    Dwarf_Attribute at;
    Dwarf_Word count = 0;
    if (dwarf_tag(&dim) != DW_TAG_subrange_type || ndims == 8) continue;
    if (dwarf_formudata(dwarf_attr(&dim, DW_AT_count, &at), &count) != 0 &&
        dwarf_formudata(dwarf_attr(&dim, DW_AT_upper_bound, &at), &count) == 0)
      count++;
    counts[ndims++] = count;
  } while (dwarf_siblingof(&dim, &dim) == 0);
  Dwarf_Word index = *offset / bytes, inner = 1;
  for (int i = 1; i < ndims; i++) inner *= counts[i];
  for (int i = 0; i < ndims && inner; i++) {
    path_add(p, "[%llu]", (unsigned long long)(index / inner));
    index %= inner;
    if (i + 1 < ndims) inner = counts[i + 1] ? inner / counts[i + 1] : 0;
  }
  *offset %= bytes;
  *type = element;
  return true;
}

// follow writes the path from a variable to size bytes at offset in it.
static void follow(Dwarf_Die *variable, Dwarf_Word offset, size_t size, struct path *p) {
  Dwarf_Die type, member;
  bool go_on = type_of(variable, &type);
  while (go_on) {
    switch (dwarf_tag(&type)) {
      case DW_TAG_structure_type:
      case DW_TAG_class_type:
        go_on = member_holding(&type, &offset, size, &member);
        if (!go_on) break;
        if (dwarf_diename(&member)) path_add(p, ".%s", dwarf_diename(&member));
        go_on = type_of(&member, &type);
        break;
      case DW_TAG_array_type: go_on = element_holding(&type, &offset, size, p); break;
      default: go_on = false; break;  // a scalar; of a union nobody knows which member was meant
    }
  }
}

static void describe(struct module *m, Dwarf_Addr addr, size_t size, struct sym_data *out) {
  Dwarf_Die die;
  const struct range *r;
  if (!find_variable(m, addr, &die, &r)) return;
  const char *name = dwarf_diename(&die);
  if (name && !strstr(out->name, "::")) out->name = name;  // a static local's without the number that the compiler adds
  struct path p = {.at = out->path, .cap = sizeof out->path};
  follow(&die, addr - r->lo, size ? size : 1, &p);
  Dwarf_Die cu;
  if (dwarf_diecu(&die, &cu, NULL, NULL)) out->file = file_of(&die, DW_AT_decl_file, &cu);
  dwarf_decl_line(&die, &out->line);
}

bool symbolize_data(uintptr_t addr, size_t size, struct sym_data *out) {
  if (!libdw_enter()) return false;
  struct module *m = module_of(addr);
  GElf_Off offset = 0;
  GElf_Sym sym;
  const char *name = m ? demangle(module_symbol(m, addr, &offset, &sym)) : NULL;
  bool found = name && GELF_ST_TYPE(sym.st_info) == STT_OBJECT && offset < (sym.st_size ? sym.st_size : 1);
  if (found) {
    *out = (struct sym_data){.name = name, .addr = addr - offset, .size = sym.st_size, .module = m->name};
    if (module_dwarf(m)) describe(m, addr - m->bias, size, out);
  }
  libdw_leave();
  return found;
}

// ---- thread-local variables ----------------------------------------------------------------------------------

bool symbolize_tls(const void *in_module, size_t offset, size_t size, struct sym_data *out) {
  if (!libdw_enter()) return false;
  struct module *m = module_of((uintptr_t)in_module);
  int n = m ? dwfl_module_getsymtab(m->mod) : 0;
  bool found = false;
  for (int i = 0; i < n && !found; i++) {
    GElf_Sym sym;
    GElf_Addr value;
    const char *name = dwfl_module_getsym_info(m->mod, i, &sym, &value, NULL, NULL, NULL);
    found = name && GELF_ST_TYPE(sym.st_info) == STT_TLS && offset >= sym.st_value &&
            offset - sym.st_value < (sym.st_size ? sym.st_size : 1);
    if (found) *out = (struct sym_data){.name = name, .addr = offset - sym.st_value, .size = sym.st_size, .module = m->name};
  }
  if (found) describe(m, offset | TLS_BIT, size, out);
  libdw_leave();
  return found;
}
