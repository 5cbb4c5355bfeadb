// SPDX-License-Identifier: Apache-2.0
// symbolize_symtab.c: the symbol that an address lies in.
//
// libdw's own look-up takes each symbol in turn through libelf and its locks. Where the answer is plain, because one
// symbol with a size holds the address and no label begins there, the table is read as it lies in the file; else
// libdw is asked, whose rules for aliases, labels and tables without local symbols these are. The first look-up makes lists
// of the symbols, one for each page of the module that some begin in, and one, the last, of those that are larger than a page.
#include <stdlib.h>
#include <string.h>

#include "symbolize_module.h"

enum { PAGE_BITS = 12, MOST_PAGES = 1 << 20 };
#define NONE UINT32_MAX

static bool is_defined(const Elf64_Sym *s) {
  unsigned type = ELF64_ST_TYPE(s->st_info);
  return s->st_shndx != SHN_UNDEF && s->st_shndx < SHN_LORESERVE && type != STT_SECTION && type != STT_FILE && type != STT_TLS;
}

static uint32_t *list_of(const struct module *m, const Elf64_Sym *s) {
  bool large = s->st_size > 1 << PAGE_BITS;
  return &m->pages[large ? m->npages : (s->st_value - m->symbols_lo) >> PAGE_BITS];
}

static void list_symbols(struct module *m) {
  GElf_Addr lo = UINT64_MAX, hi = 0;
  for (const Elf64_Sym *s = m->symbols, *end = s + m->nsymbols; s < end; s++) {
    if (!is_defined(s)) continue;
    if (s->st_value < lo) lo = s->st_value;
    if (s->st_value > hi) hi = s->st_value;
  }
  if (lo > hi || (hi - lo) >> PAGE_BITS >= MOST_PAGES || m->nsymbols >= NONE) return;
  size_t n = ((hi - lo) >> PAGE_BITS) + 1;
  uint32_t *next = malloc(m->nsymbols * sizeof *next), *pages = malloc((n + 1) * sizeof *pages);
  if (!next || !pages) {
    free(next);
    free(pages);
    return;
  }
  memset(pages, 0xff, (n + 1) * sizeof *pages);
  m->symbols_lo = lo, m->npages = n, m->pages = pages, m->symbol_next = next;
  for (uint32_t i = 0; i < m->nsymbols; i++) {
    if (!is_defined(&m->symbols[i])) continue;
    uint32_t *list = list_of(m, &m->symbols[i]);
    next[i] = *list;
    *list = i;
  }
}

// load_symbols finds the table in the file itself. A stripped file's lies elsewhere: libdw knows where.
static void load_symbols(struct module *m) {
  m->has_symbols = true;
  Elf *elf = dwfl_module_getelf(m->mod, &m->symbols_bias);
  GElf_Shdr sh;
  for (Elf_Scn *scn = NULL; elf && (scn = elf_nextscn(elf, scn));) {
    if (!gelf_getshdr(scn, &sh) || sh.sh_type != SHT_SYMTAB) continue;
    Elf_Data *symbols = elf_getdata(scn, NULL), *names = elf_getdata(elf_getscn(elf, sh.sh_link), NULL);
    if (!symbols || !names || gelf_getclass(elf) != ELFCLASS64) return;
    m->symbols = symbols->d_buf;
    m->nsymbols = symbols->d_size / sizeof *m->symbols;
    m->symbol_names = names->d_buf;
    m->symbol_names_size = names->d_size;
    list_symbols(m);
    return;
  }
}

static bool may_name(const struct module *m, const Elf64_Sym *s) {
  return is_defined(s) && s->st_name < m->symbol_names_size && m->symbol_names[s->st_name];
}

// add_holder takes s for *found if it holds addr. False: the answer is not plain.
static bool add_holder(const struct module *m, const Elf64_Sym *s, Elf64_Addr addr, const Elf64_Sym **found) {
  if (addr - s->st_value >= s->st_size && addr != s->st_value) return true;
  if (!may_name(m, s)) return true;
  if (*found || s->st_size == 0) return false;
  *found = s;
  return true;
}

// only_symbol is the one that holds addr; nil: there are several, or none.
static const Elf64_Sym *only_symbol(const struct module *m, Elf64_Addr addr) {
  const Elf64_Sym *found = NULL;
  if (!m->pages) {
    for (const Elf64_Sym *s = m->symbols, *end = s + m->nsymbols; s < end; s++)
      if (!add_holder(m, s, addr, &found)) return NULL;
    return found;
  }
  // One that is no larger than a page begins in addr's, or in the one before.
  size_t page = addr < m->symbols_lo ? m->npages : (addr - m->symbols_lo) >> PAGE_BITS;
  size_t lists[] = {m->npages, page, page - 1};
  for (int k = 0; k < 3; k++) {
    if (k > 0 && lists[k] >= m->npages) continue;
    for (uint32_t i = m->pages[lists[k]]; i != NONE; i = m->symbol_next[i])
      if (!add_holder(m, &m->symbols[i], addr, &found)) return NULL;
  }
  return found;
}

const char *module_symbol(struct module *m, uintptr_t at, GElf_Off *offset, GElf_Sym *sym) {
  if (!m->has_symbols) load_symbols(m);
  const Elf64_Sym *s = only_symbol(m, at - m->symbols_bias);
  if (!s) return dwfl_module_addrinfo(m->mod, at, offset, sym, NULL, NULL, NULL);
  *offset = at - m->symbols_bias - s->st_value;
  *sym = *s;
  return m->symbol_names + s->st_name;
}
