// SPDX-License-Identifier: Apache-2.0
// symbolize.c: code addresses to functions and lines, by libdw.
//
// The ranges of a module's compile units are read unit by unit, until one holds the address: clang writes no
// .debug_aranges, so libdw's own look-up finds nothing. Inlined frames are the chain of DIEs around the
// address; each gives the place it was called from. What was asked before is remembered by pc: a thousand races have few places.
#include "race/symbolize.h"

#include <dlfcn.h>
#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "demangle.h"
#include "symbolize_module.h"

static const struct range *range_in_unit(struct module *m, Dwarf_Die *unit, Dwarf_Addr addr) {
  size_t n = m->units.n;
  Dwarf_Addr base, lo, hi;
  for (ptrdiff_t at = 0; (at = dwarf_ranges(unit, at, &base, &lo, &hi)) > 0;)
    ranges_add(&m->units, lo, hi, dwarf_dieoffset(unit));
  return ranges_find(&m->units, n, addr);
}

// find_unit looks at no more units than it must: the program's own come before the libraries'.
static bool find_unit(struct module *m, Dwarf_Addr addr, Dwarf_Die *cu) {
  const struct range *r = ranges_find(&m->units, 0, addr);
  Dwarf_Die unit;
  while (!r && module_next_unit(m, &m->units_unit, &unit)) r = range_in_unit(m, &unit, addr);
  return r && dwarf_offdie(m->dwarf, r->die, cu);
}

// call_place is where an inlined function was called.
static void call_place(Dwarf_Die *die, Dwarf_Die *cu, struct sym_frame *f) {
  f->file = file_of(die, DW_AT_call_file, cu);
  f->line = attribute_number(die, DW_AT_call_line);
  f->col = attribute_number(die, DW_AT_call_column);
}

// split_unit returns the unit of cu's DIEs: cu itself, or the one in a .dwo file.
static Dwarf_Die *split_unit(Dwarf_Die *cu, Dwarf_Die *split) {
  uint8_t type;
  if (dwarf_cu_info(cu->cu, NULL, &type, NULL, split, NULL, NULL, NULL) == 0 && type == DW_UT_skeleton && split->addr)
    return split;
  return cu;
}

// name_of is the function's name, with its class and namespace.
static const char *name_of(Dwarf_Die *die) {
  Dwarf_Attribute a;
  const char *name = dwarf_diename(die), *linked = dwarf_formstring(dwarf_attr_integrate(die, DW_AT_linkage_name, &a));
  const char *full = demangle(linked);
  return full != linked ? full : name;
}

// with_dwarf fills out from debug information; 0: there is none for addr (as in the file).
static int with_dwarf(Dwarf_Die *cu, Dwarf_Addr addr, struct sym_frame *out, int max) {
  struct sym_frame f = out[0];
  Dwarf_Attribute dir;
  f.dir = dwarf_formstring(dwarf_attr_integrate(cu, DW_AT_comp_dir, &dir));
  Dwarf_Line *line = dwarf_getsrc_die(cu, addr);
  if (line) {
    f.file = as_compiled(dwarf_linesrc(line, NULL, NULL), cu);
    dwarf_lineno(line, &f.line);
    dwarf_linecol(line, &f.col);
  }
  Dwarf_Die split, *around = NULL, *scopes = NULL;
  int n = 0, k = 0;
  if (dwarf_getscopes(split_unit(cu, &split), addr, &around) > 0) n = dwarf_getscopes_die(&around[0], &scopes);
  for (int i = 0; i < n; i++) {
    int tag = dwarf_tag(&scopes[i]);
    if (tag != DW_TAG_subprogram && tag != DW_TAG_inlined_subroutine) continue;
    const char *name = name_of(&scopes[i]);
    if (name) f.func = name;
    f.inlined = tag == DW_TAG_inlined_subroutine;
    if (k == max) break;
    out[k++] = f;
    if (!f.inlined) break;
    call_place(&scopes[i], cu, &f);
  }
  free(scopes);
  free(around);
  if (k == 0 && f.file) out[k++] = f;
  return k;
}

static int without_libdw(uintptr_t pc, struct sym_frame *out) {
  Dl_info info;
  *out = (struct sym_frame){.offset = pc};
  if (!dladdr((void *)pc, &info)) return 1;
  out->module = info.dli_fname;
  out->offset = pc - (uintptr_t)info.dli_fbase;
  if (info.dli_sname) {
    out->func = info.dli_sname;
    out->offset = pc - (uintptr_t)info.dli_saddr;
  }
  return 1;
}

// with_symbol fills out from the symbol table, and returns at's module, or nil.
static struct module *with_symbol(uintptr_t pc, uintptr_t at, struct sym_frame *out) {
  struct module *m = module_of(at);
  GElf_Off offset = 0;
  GElf_Sym sym;
  *out = (struct sym_frame){.offset = pc};
  if (!m) return NULL;
  out->module = m->name;
  out->func = demangle(module_symbol(m, at, &offset, &sym));
  out->offset = out->func ? offset + (pc - at) : pc - m->start;
  return m;
}

static bool of_libc(const char *module) {
  const char *slash = module ? strrchr(module, '/') : NULL, *name = slash ? slash + 1 : module;
  return name && (strncmp(name, "libc.so", 7) == 0 || strncmp(name, "libc-2.", 7) == 0 ||
                  strncmp(name, "libpthread", 10) == 0 || strncmp(name, "ld-linux", 8) == 0);
}

static int with_libdw(uintptr_t pc, uintptr_t at, struct sym_frame *out, int max) {
  struct module *m = with_symbol(pc, at, out);
  if (!m) return 1;
  Dwarf_Die cu;
  if (of_libc(m->name) && symbolize_is_start(out)) return 1;  // main's stack ends there, and nobody asks for more
  int n = module_dwarf(m) && find_unit(m, at - m->bias, &cu) ? with_dwarf(&cu, at - m->bias, out, max) : 0;
  if (!n) out->build_id = m->build_id;
  return n ? n : 1;
}

// ---- what was asked before -------------------------------------------------------------------------

enum { CACHE = 1024, CACHE_FRAMES = 8 };
struct question {
  uintptr_t pc;
  bool is_return_address;
  bool is_symbol;  // asked by symbolize_symbol
};

static struct answer {
  struct question of;
  int n;  // 0: empty
  struct sym_frame frame[CACHE_FRAMES];
} cache[CACHE];  // under the lock. No block of the heap: the detector's zeroes it, which takes longer than an answer

static struct answer *answer_of(uintptr_t pc) { return &cache[(pc ^ pc >> 10) % CACHE]; }

// recall gives what was answered to q, at most max frames; 0: nothing that is remembered.
static int recall(const struct question *q, struct sym_frame *out, int max) {
  const struct answer *a = answer_of(q->pc);
  if (a->n > max || a->of.pc != q->pc || a->of.is_return_address != q->is_return_address || a->of.is_symbol != q->is_symbol)
    return 0;
  memcpy(out, a->frame, (size_t)a->n * sizeof *out);
  return a->n;
}

static void remember(const struct question *q, const struct sym_frame *frame, int n) {
  struct answer *a = answer_of(q->pc);
  if (n > CACHE_FRAMES || !frame->module) return;
  a->of = *q;
  a->n = n;
  memcpy(a->frame, frame, (size_t)n * sizeof *frame);
}

int symbolize_pc(uintptr_t pc, bool is_return_address, struct sym_frame *out, int max) {
  const struct question q = {.pc = pc, .is_return_address = is_return_address};
  if (!libdw_enter()) return without_libdw(pc, out);
  int n = recall(&q, out, max);
  if (!n && (n = with_libdw(pc, pc - is_return_address, out, max)) < max) remember(&q, out, n);
  libdw_leave();
  return n;
}

// It is crun's own frames that are asked for, by every report, and the table of symbols is long.
int symbolize_symbol(uintptr_t pc, bool is_return_address, struct sym_frame *out) {
  const struct question q = {.pc = pc, .is_return_address = is_return_address, .is_symbol = true};
  if (!libdw_enter()) return without_libdw(pc, out);
  if (!recall(&q, out, 1)) {
    with_symbol(pc, pc - is_return_address, out);
    remember(&q, out, 1);
  }
  libdw_leave();
  return 1;
}

// ---- where stacks begin ------------------------------------------------------------------------------

bool symbolize_is_start(const struct sym_frame *f) {
  static const char *const names[] = {"_start", "call_init", "start_thread", "clone", "clone3", "__clone3"};
  if (!f->func) return of_libc(f->module);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(f->func, names[i]) == 0) return true;
  return strncmp(f->func, "__libc_start", 12) == 0;
}
