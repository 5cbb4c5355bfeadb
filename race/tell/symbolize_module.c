// SPDX-License-Identifier: Apache-2.0
// symbolize_module.c: modules of this process, from /proc/self/maps, and the lock around libdw.
//
// The maps are read when an address lies in no module that is known (the program's own file is
// at first; dlopen). The program's own file is opened as /proc/self/exe if it was deleted or replaced while it ran. debuginfod is never asked: a report must
// not wait for a network.
//
// The lock knows its owner, so that a fault inside is told apart from waiting.
//   R1: give_up     A1: libdw_enter
#include "symbolize_module.h"

#include <dwarf.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "race/symbolize.h"
#include "tell.h"

// ---- one at a time -------------------------------------------------------------------------------

static _Atomic int owner;    // tid; 0: nobody
static _Atomic bool unusable;

void symbolize_raw(void) { atomic_store_explicit(&unusable, true, memory_order_relaxed); }

// In a child whose parent was inside with another thread, libdw's state is half changed for good.
static void forked(void) {
  if (atomic_load_explicit(&owner, memory_order_relaxed)) symbolize_raw();
}

static void watch_forks(void) { pthread_atfork(NULL, NULL, forked); }

static void give_up(void) { atomic_store_explicit(&owner, 0, memory_order_release); }  // R1

bool libdw_enter(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  int me = (int)syscall(SYS_gettid), nobody = 0;
  if (atomic_load_explicit(&owner, memory_order_relaxed) == me) return false;
  while (!atomic_compare_exchange_weak_explicit(&owner, &nobody, me, memory_order_acquire,  // A1
                                                memory_order_relaxed)) {
    if (atomic_load_explicit(&unusable, memory_order_relaxed)) return false;
    nobody = 0;
    sched_yield();
  }
  if (!atomic_load_explicit(&unusable, memory_order_relaxed)) {
    tell_libdw_begin();
    pthread_once(&once, watch_forks);
    return true;
  }
  give_up();
  return false;
}

void libdw_leave(void) {
  tell_libdw_end();
  give_up();
}

// ---- modules ---------------------------------------------------------------------------------------

static Dwfl *dwfl;              // under owner, as all below
static struct module *modules;

static const char deleted[] = " (deleted)";

// find_elf opens a module's file. The program's own can be had even if its name is gone.
static int find_elf(Dwfl_Module *mod, void **data, const char *name, Dwarf_Addr base, char **file, Elf **elf) {
  char exe[4096];
  ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
  if (n <= 0 || (size_t)n != strlen(name) || memcmp(exe, name, (size_t)n) != 0)
    return dwfl_linux_proc_find_elf(mod, data, name, base, file, elf);
  size_t tail = sizeof deleted - 1;
  if ((size_t)n > tail && memcmp(exe + n - tail, deleted, tail) == 0) n -= (ssize_t)tail;
  exe[n] = 0;
  *file = strdup(exe);
  return open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
}

// Debug information in a file of its own. libdw's search would load debuginfod's client into the program, with some
// forty libraries, whether there is a server or not; where it looks before that is known.
static int open_debug(const char *path, char **found) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd >= 0) *found = strdup(path);
  return fd;
}

static int find_by_build_id(Dwfl_Module *mod, char **found) {
  static const char root[] = "/usr/lib/debug/.build-id/";
  char path[256];
  const unsigned char *bits;
  GElf_Addr where;
  int n = dwfl_module_build_id(mod, &bits, &where);
  if (n < 2 || n > 64) return -1;
  int at = snprintf(path, sizeof path, "%s%02x/", root, bits[0]);
  for (int i = 1; i < n; i++) at += sprintf(path + at, "%02x", bits[i]);
  strcpy(path + at, ".debug");
  return open_debug(path, found);
}

// crc_of is the sum by which .gnu_debuglink knows its file.
static uint32_t crc_of(int fd) {
  static unsigned char block[16384];
  uint32_t table[256], crc = ~0u;
  for (uint32_t i = 0; i < 256; i++) {
    table[i] = i;
    for (int k = 0; k < 8; k++) table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xedb88320u : 0);
  }
  for (ssize_t n; (n = read(fd, block, sizeof block)) > 0;)
    for (ssize_t i = 0; i < n; i++) crc = crc >> 8 ^ table[(crc ^ block[i]) & 255];
  lseek(fd, 0, SEEK_SET);
  return ~crc;
}

static int find_by_link(const char *file, const char *link, GElf_Word crc, char **found) {
  static const char *const places[] = {"%.*s/%s", "%.*s/.debug/%s", "/usr/lib/debug%.*s/%s"};
  char path[4096];
  const char *slash = strrchr(file, '/');
  for (size_t i = 0; slash && i < sizeof places / sizeof *places; i++) {
    int n = snprintf(path, sizeof path, places[i], (int)(slash - file), file, link);
    if (n < 0 || (size_t)n >= sizeof path || strcmp(path, file) == 0) continue;
    int fd = open_debug(path, found);
    if (fd >= 0 && crc_of(fd) == crc) return fd;
    if (fd < 0) continue;
    close(fd);
    free(*found);
    *found = NULL;
  }
  return -1;
}

static int find_debuginfo(Dwfl_Module *mod, void **data, const char *name, Dwarf_Addr base, const char *file,
                          const char *link, GElf_Word crc, char **found) {
  int fd = find_by_build_id(mod, found);
  return fd < 0 && file && link ? find_by_link(file, link, crc, found) : fd;
}

static bool begin(void) {
  static const Dwfl_Callbacks callbacks = {
      .find_elf = find_elf,
      .find_debuginfo = find_debuginfo,
  };
  if (!dwfl && !(dwfl = dwfl_begin(&callbacks))) return false;
  dwfl_report_begin_add(dwfl);
  return true;
}

static void report_modules(void) {
  if (!begin()) return;
  dwfl_linux_proc_report(dwfl, getpid());
  dwfl_report_end(dwfl, NULL, NULL);
}

struct in_file {
  uintptr_t addr;  // in: anywhere in a module; out: in its file's first mapping
};

static int find_in_file(struct dl_phdr_info *info, size_t size, void *arg) {
  struct in_file *f = arg;
  uintptr_t first = UINTPTR_MAX;
  bool holds = false;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *ph = &info->dlpi_phdr[i];
    if (ph->p_type != PT_LOAD) continue;
    uintptr_t lo = info->dlpi_addr + ph->p_vaddr;
    if (lo < first) first = lo;
    if (f->addr - lo < ph->p_memsz) holds = true;
  }
  if (holds) f->addr = first;
  return holds;
}

// mapped_at finds the module whose file is mapped at addr. libdw takes what lies between two modules to be in
// the one before.
static Dwfl_Module *mapped_at(uintptr_t addr) {
  Dwarf_Addr start, end;
  Dwfl_Module *mod = dwfl ? dwfl_addrmodule(dwfl, addr) : NULL;
  if (!mod || !dwfl_module_info(mod, NULL, &start, &end, NULL, NULL, NULL, NULL)) return NULL;
  return addr >= start && addr < end ? mod : NULL;
}

struct program {
  uintptr_t start, end, end_of_data;  // where its file is mapped, and its zeroed data after that
};

static int find_program(struct dl_phdr_info *info, size_t size, void *arg) {
  struct program *p = arg;
  const uintptr_t page = 4096;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *ph = &info->dlpi_phdr[i];
    uintptr_t lo = info->dlpi_addr + ph->p_vaddr, hi = lo + ph->p_filesz;
    if (ph->p_type != PT_LOAD) continue;
    if (!p->end) p->start = lo & -page;
    p->end = (hi + page - 1) & -page;
    p->end_of_data = lo + ph->p_memsz;
  }
  return 1;  // the first is the program
}

// report_program tells libdw of the program's own file alone, if it holds addr: most addresses that are asked for are
// there, and to have the kernel write the maps takes longer than all else.
static bool report_program(uintptr_t addr) {
  struct program p = {0};
  char exe[4096];
  ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
  if (n <= 0 || !dl_iterate_phdr(find_program, &p) || addr - p.start >= p.end_of_data - p.start || !begin()) return false;
  exe[n] = 0;
  dwfl_report_module(dwfl, exe, p.start, p.end);
  dwfl_report_end(dwfl, NULL, NULL);
  return true;
}

// mod_at finds the module of addr. The maps do not say whose the pages after a file's end are, where large
// zeroed variables lie: then the dynamic linker does.
static Dwfl_Module *mod_at(uintptr_t addr) {
  for (int again = 0; again < 2; again++) {
    struct in_file f = {addr};
    Dwfl_Module *mod = mapped_at(addr);
    if (!mod && dl_iterate_phdr(find_in_file, &f)) mod = mapped_at(f.addr);
    if (mod) return mod;
    if (!again && (dwfl || !report_program(addr))) report_modules();
  }
  return NULL;
}

// plain_name takes " (deleted)" off the name that the kernel gives.
static const char *plain_name(const char *name) {
  size_t n = strlen(name), tail = sizeof deleted - 1;
  return n > tail && strcmp(name + n - tail, deleted) == 0 ? strndup(name, n - tail) : name;
}

static const char *build_id_of(Dwfl_Module *mod) {
  const unsigned char *bits;
  GElf_Addr where;
  int n = dwfl_module_build_id(mod, &bits, &where);
  char *id = n > 0 ? malloc(2 * (size_t)n + 1) : NULL;
  for (int i = 0; id && i < n; i++) sprintf(id + 2 * i, "%02x", bits[i]);
  return id;
}

struct module *module_of(uintptr_t addr) {
  Dwfl_Module *mod = mod_at(addr);
  if (!mod) return NULL;
  for (struct module *m = modules; m; m = m->next)
    if (m->mod == mod) return m;
  struct module *m = calloc(1, sizeof *m);
  if (!m) return NULL;
  Dwarf_Addr start = 0;
  m->mod = mod;
  m->name = plain_name(dwfl_module_info(mod, NULL, &start, NULL, NULL, NULL, NULL, NULL));
  m->start = start;
  GElf_Addr bias;
  dwfl_module_getelf(mod, &bias);
  m->build_id = build_id_of(mod);  // known now that the file was opened
  m->next = modules;
  return modules = m;
}

Dwarf *module_dwarf(struct module *m) {
  if (!m->has_dwarf) m->dwarf = dwfl_module_getdwarf(m->mod, &m->bias);
  m->has_dwarf = true;
  return m->dwarf;
}

// ---- ranges ------------------------------------------------------------------------------------------

void ranges_add(struct ranges *r, Dwarf_Addr lo, Dwarf_Addr hi, Dwarf_Off die) {
  if (r->n == r->cap) {
    size_t cap = r->cap ? 2 * r->cap : 64;
    struct range *at = realloc(r->at, cap * sizeof *at);
    if (!at) return;
    r->at = at;
    r->cap = cap;
  }
  r->at[r->n++] = (struct range){lo, hi, die};
}

const struct range *ranges_find(const struct ranges *r, size_t from, Dwarf_Addr addr) {
  for (const struct range *p = r->at + from, *end = r->at + r->n; p < end; p++)
    if (addr - p->lo < p->hi - p->lo) return p;
  return NULL;
}

// ---- DIEs ----------------------------------------------------------------------------------------------

bool module_next_unit(struct module *m, Dwarf_Off *at, Dwarf_Die *unit) {
  Dwarf_Off next;
  size_t header;
  while (dwarf_nextcu(m->dwarf, *at, &next, &header, NULL, NULL, NULL) == 0) {
    Dwarf_Off die = *at + header;
    *at = next;
    if (dwarf_offdie(m->dwarf, die, unit)) return true;
  }
  return false;
}

const char *as_compiled(const char *file, Dwarf_Die *cu) {
  Dwarf_Attribute at;
  const char *dir = dwarf_formstring(dwarf_attr_integrate(cu, DW_AT_comp_dir, &at));
  size_t n = dir ? strlen(dir) : 0;
  if (n && file && strncmp(file, dir, n) == 0 && file[n] == '/') file += n + 1;
  while (file && strncmp(file, "./", 2) == 0) file += 2;
  return file;
}

const char *file_of(Dwarf_Die *die, unsigned name, Dwarf_Die *cu) {
  Dwarf_Attribute at;
  Dwarf_Word i;
  Dwarf_Files *files;
  size_t n;
  if (dwarf_formudata(dwarf_attr_integrate(die, name, &at), &i) != 0) return NULL;
  if (dwarf_getsrcfiles(cu, &files, &n) != 0 || i >= n) return NULL;
  return as_compiled(dwarf_filesrc(files, i, NULL, NULL), cu);
}

int attribute_number(Dwarf_Die *die, unsigned name) {
  Dwarf_Attribute at;
  Dwarf_Word w;
  return dwarf_formudata(dwarf_attr_integrate(die, name, &at), &w) == 0 ? (int)w : 0;
}
