// SPDX-License-Identifier: Apache-2.0
// symbolize_symtab.c: the symbol that an address lies in.
//
// libdw's own look-up takes each symbol in turn through libelf and its locks. Where the answer is plain, because one
// symbol with a size holds the address and no label begins there, the table is read as it lies in the file; else
// libdw is asked, whose rules for aliases, labels and tables without local symbols these are.
#include <string.h>

#include "symbolize_module.h"

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
    return;
  }
}

static bool may_name(const struct module *m, const Elf64_Sym *s) {
  unsigned type = ELF64_ST_TYPE(s->st_info);
  return s->st_shndx != SHN_UNDEF && s->st_shndx < SHN_LORESERVE && type != STT_SECTION && type != STT_FILE && type != STT_TLS &&
         s->st_name < m->symbol_names_size && m->symbol_names[s->st_name];
}

// only_symbol is the one that holds addr; nil: there are several, or none.
static const Elf64_Sym *only_symbol(const struct module *m, Elf64_Addr addr) {
  const Elf64_Sym *found = NULL;
  for (const Elf64_Sym *s = m->symbols, *end = s + m->nsymbols; s < end; s++) {
    if (addr - s->st_value >= s->st_size && addr != s->st_value) continue;
    if (!may_name(m, s)) continue;
    if (found || s->st_size == 0) return NULL;
    found = s;
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
