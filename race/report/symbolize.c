// SPDX-License-Identifier: Apache-2.0
// symbolize.c: libdw behind symbolize.h.
//
// Modules come from /proc/self/maps, again when an address lies in none (dlopen). For each, the ranges
// of its compile units are sorted once: clang writes no .debug_aranges, so libdw's own look-up finds
// nothing. Inlined frames are the chain of DIEs around the address; each gives the place it was
// called from. debuginfod is never asked: a report must not wait for a network.
//
// One thread at a time, by a lock that knows its owner, so that a fault inside is told apart.
#include "symbolize.h"

#include <dlfcn.h>
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// ---- one at a time -------------------------------------------------------------------------------

static _Atomic int owner;  // tid; 0: nobody

// enter returns false if this thread is inside already: a signal came in the middle.
static bool enter(void) {
  int me = (int)syscall(SYS_gettid), nobody = 0;
  if (atomic_load_explicit(&owner, memory_order_relaxed) == me) return false;
  while (!atomic_compare_exchange_weak_explicit(&owner, &nobody, me, memory_order_acquire,  // A1
                                                memory_order_relaxed)) {
    nobody = 0;
    sched_yield();
  }
  return true;
}

static void leave(void) { atomic_store_explicit(&owner, 0, memory_order_release); }  // R1

// ---- modules and their compile units -------------------------------------------------------------

struct range {
  Dwarf_Addr lo, hi;  // as in the file
  Dwarf_Off cu;
};

struct module {
  Dwfl_Module *mod;
  struct range *ranges;  // sorted by lo
  size_t n;
  struct module *next;
};

static Dwfl *dwfl;              // under owner
static struct module *modules;  // under owner

static int no_debuginfo(Dwfl_Module *mod, void **data, const char *name, Dwarf_Addr base, const char *file,
                        const char *link, GElf_Word crc, char **found) {
  if (getenv("DEBUGINFOD_URLS")) return -1;
  return dwfl_standard_find_debuginfo(mod, data, name, base, file, link, crc, found);
}

static char *debuginfo_path;
static const Dwfl_Callbacks callbacks = {
    .find_elf = dwfl_linux_proc_find_elf,
    .find_debuginfo = no_debuginfo,
    .debuginfo_path = &debuginfo_path,
};

static void report_modules(void) {
  if (!dwfl && !(dwfl = dwfl_begin(&callbacks))) return;
  dwfl_report_begin(dwfl);
  dwfl_linux_proc_report(dwfl, getpid());
  dwfl_report_end(dwfl, NULL, NULL);
}

static Dwfl_Module *module_at(uintptr_t addr) {
  Dwfl_Module *mod = dwfl ? dwfl_addrmodule(dwfl, addr) : NULL;
  if (mod) return mod;
  report_modules();
  return dwfl ? dwfl_addrmodule(dwfl, addr) : NULL;
}

static int by_lo(const void *a, const void *b) {
  const struct range *x = a, *y = b;
  return x->lo < y->lo ? -1 : x->lo > y->lo;
}

static void add_range(struct module *m, size_t *cap, Dwarf_Addr lo, Dwarf_Addr hi, Dwarf_Off cu) {
  if (m->n == *cap) {
    size_t bigger = *cap ? 2 * *cap : 64;
    struct range *r = realloc(m->ranges, bigger * sizeof *r);
    if (!r) return;
    m->ranges = r;
    *cap = bigger;
  }
  m->ranges[m->n++] = (struct range){lo, hi, cu};
}

static struct module *module_ranges(Dwfl_Module *mod) {
  for (struct module *m = modules; m; m = m->next)
    if (m->mod == mod) return m;
  struct module *m = calloc(1, sizeof *m);
  if (!m) return NULL;
  m->mod = mod;
  m->next = modules;
  modules = m;
  size_t cap = 0;
  Dwarf_Addr bias;
  for (Dwarf_Die *cu = NULL; (cu = dwfl_module_nextcu(mod, cu, &bias));) {
    Dwarf_Addr base, lo, hi;
    for (ptrdiff_t at = 0; (at = dwarf_ranges(cu, at, &base, &lo, &hi)) > 0;)
      add_range(m, &cap, lo, hi, dwarf_dieoffset(cu));
  }
  if (m->n) qsort(m->ranges, m->n, sizeof *m->ranges, by_lo);
  return m;
}

// find_cu finds the compile unit of addr (as in the file).
static bool find_cu(struct module *m, Dwarf *dw, Dwarf_Addr addr, Dwarf_Die *cu) {
  size_t lo = 0, hi = m->n;
  while (lo < hi) {
    size_t mid = (lo + hi) / 2;
    if (m->ranges[mid].lo <= addr) lo = mid + 1;
    else hi = mid;
  }
  if (lo == 0 || addr >= m->ranges[lo - 1].hi) return false;
  return dwarf_offdie(dw, m->ranges[lo - 1].cu, cu) != NULL;
}

// ---- lines and inlined frames --------------------------------------------------------------------

static const char *attribute_string(Dwarf_Die *die, unsigned name) {
  Dwarf_Attribute at;
  return dwarf_formstring(dwarf_attr_integrate(die, name, &at));
}

// as_compiled takes the compile unit's directory off a name that libdw put it before.
static const char *as_compiled(const char *file, Dwarf_Die *cu) {
  const char *dir = attribute_string(cu, DW_AT_comp_dir);
  size_t n = dir ? strlen(dir) : 0;
  if (n && file && strncmp(file, dir, n) == 0 && file[n] == '/') file += n + 1;
  while (file && strncmp(file, "./", 2) == 0) file += 2;
  return file;
}

static int attribute_number(Dwarf_Die *die, unsigned name) {
  Dwarf_Attribute at;
  Dwarf_Word w;
  return dwarf_formudata(dwarf_attr(die, name, &at), &w) == 0 ? (int)w : 0;
}

// call_place is where an inlined function was called.
static void call_place(Dwarf_Die *die, Dwarf_Die *cu, struct sym_frame *f) {
  Dwarf_Files *files;
  size_t nfiles;
  int file = attribute_number(die, DW_AT_call_file);
  f->file = NULL;
  if (dwarf_getsrcfiles(cu, &files, &nfiles) == 0 && file >= 0 && (size_t)file < nfiles)
    f->file = as_compiled(dwarf_filesrc(files, (size_t)file, NULL, NULL), cu);
  f->line = attribute_number(die, DW_AT_call_line);
  f->col = attribute_number(die, DW_AT_call_column);
}

// with_dwarf fills out from debug information; 0: there is none for addr (as in the file).
static int with_dwarf(Dwarf_Die *cu, Dwarf_Addr addr, struct sym_frame *out, int max) {
  struct sym_frame f = out[0];
  Dwarf_Line *line = dwarf_getsrc_die(cu, addr);
  if (line) {
    f.file = as_compiled(dwarf_linesrc(line, NULL, NULL), cu);
    dwarf_lineno(line, &f.line);
    dwarf_linecol(line, &f.col);
  }
  Dwarf_Die split, *unit = cu;
  uint8_t type;
  if (dwarf_cu_info(cu->cu, NULL, &type, NULL, &split, NULL, NULL, NULL) == 0 && type == DW_UT_skeleton && split.addr)
    unit = &split;
  Dwarf_Die *around = NULL, *scopes = NULL;
  int n = 0;
  if (dwarf_getscopes(unit, addr, &around) > 0) n = dwarf_getscopes_die(&around[0], &scopes);
  int k = 0;
  for (int i = 0; i < n && k < max; i++) {
    int tag = dwarf_tag(&scopes[i]);
    if (tag != DW_TAG_subprogram && tag != DW_TAG_inlined_subroutine) continue;
    const char *name = dwarf_diename(&scopes[i]);
    if (name) f.func = name;
    f.inlined = tag == DW_TAG_inlined_subroutine;
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
  if (dladdr((void *)pc, &info)) {
    out->module = info.dli_fname;
    out->offset = pc - (uintptr_t)info.dli_fbase;
    if (info.dli_sname) {
      out->func = info.dli_sname;
      out->offset = pc - (uintptr_t)info.dli_saddr;
    }
  }
  return 1;
}

static int symbolize_locked(uintptr_t pc, uintptr_t at, struct sym_frame *out, int max) {
  Dwfl_Module *mod = module_at(at);
  if (!mod) {
    *out = (struct sym_frame){.offset = pc};
    return 1;
  }
  Dwarf_Addr start = 0, bias = 0;
  GElf_Off offset = pc;
  GElf_Sym sym;
  *out = (struct sym_frame){.module = dwfl_module_info(mod, NULL, &start, NULL, NULL, NULL, NULL, NULL)};
  out->func = dwfl_module_addrinfo(mod, at, &offset, &sym, NULL, NULL, NULL);
  out->offset = out->func ? offset + (pc - at) : pc - start;
  Dwarf *dw = dwfl_module_getdwarf(mod, &bias);
  struct module *m = dw ? module_ranges(mod) : NULL;
  Dwarf_Die cu;
  if (!m || !find_cu(m, dw, at - bias, &cu)) return 1;
  int n = with_dwarf(&cu, at - bias, out, max);
  return n ? n : 1;
}

int symbolize_pc(uintptr_t pc, bool is_return_address, struct sym_frame *out, int max) {
  if (!enter()) return without_libdw(pc, out);
  int n = symbolize_locked(pc, pc - is_return_address, out, max);
  leave();
  return n;
}

bool symbolize_data(uintptr_t addr, struct sym_data *out) {
  if (!enter()) return false;
  Dwfl_Module *mod = module_at(addr);
  GElf_Off offset;
  GElf_Sym sym;
  const char *name = mod ? dwfl_module_addrinfo(mod, addr, &offset, &sym, NULL, NULL, NULL) : NULL;
  bool found = name && GELF_ST_TYPE(sym.st_info) == STT_OBJECT && offset < (sym.st_size ? sym.st_size : 1);
  if (found)
    *out = (struct sym_data){name, addr - offset, sym.st_size,
                             dwfl_module_info(mod, NULL, NULL, NULL, NULL, NULL, NULL, NULL)};
  leave();
  return found;
}
