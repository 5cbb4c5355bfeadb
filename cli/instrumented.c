// SPDX-License-Identifier: Apache-2.0
// instrumented.c: looks for the plugin's ELF note (race/abi.inc has its layout) in objects and
// archives.
#include "instrumented.h"

#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

// As in race/abi.inc, which this layer does not include: the note is a format, like the record's.
#define NOTE_SECTION ".note.crun.race"
#define NOTE_NAME "crun"
#define TELL_SECTION ".note.crun.tell"  // race/tell/tell.c
#define BITCODE_NOTE "crun.race.note"
#define BITCODE_TSAN "crun.race.tsan"
enum { NOTE_TYPE = 1, NOTE_ABI = 2, FORM_CALLS = 0, FORM_TSAN = 1 };

// FOREIGN: not ours, but calls the __tsan_* functions, as -fsanitize=thread of any compiler makes
// it, and so fit for both engines. INSTRUMENTED is for ours, TSAN for -race=tsan.
enum verdict { NO_CODE, UNCHECKED, FOREIGN, INSTRUMENTED, TSAN };

static enum verdict by_note(const char *name, uint32_t abi, uint32_t form) {
  if (abi == NOTE_ABI && form == FORM_CALLS) return INSTRUMENTED;
  if (abi == NOTE_ABI && form == FORM_TSAN) return TSAN;
  die(EXIT_UNABLE,
      "%s was built with -race by another version of crun (%u.%u, this is %d.%d); build it again",
      name, abi, form, NOTE_ABI, FORM_CALLS);
}

// read_note returns NO_CODE if there is no note of ours.
static enum verdict read_note(const char *name, Elf_Data *data) {
  GElf_Nhdr note;
  size_t name_at, desc_at, at = 0;
  while (data && (at = gelf_getnote(data, at, &note, &name_at, &desc_at)) > 0) {
    const char *who = (const char *)data->d_buf + name_at;
    if (note.n_type != NOTE_TYPE || note.n_namesz != sizeof NOTE_NAME ||
        memcmp(who, NOTE_NAME, sizeof NOTE_NAME))
      continue;
    uint32_t word[4];  // abi, plugin, llvm, form
    if (note.n_descsz < sizeof word) continue;
    memcpy(word, (const char *)data->d_buf + desc_at, sizeof word);
    return by_note(name, word[0], word[3]);
  }
  return NO_CODE;
}

static bool calls_tsan(Elf *elf, Elf_Scn *symbols, const GElf_Shdr *sh) {
  Elf_Data *data = elf_getdata(symbols, NULL);
  GElf_Sym sym;
  for (int i = 0; data && gelf_getsym(data, i, &sym); i++) {
    const char *name = elf_strptr(elf, sh->sh_link, sym.st_name);
    if (sym.st_shndx == SHN_UNDEF && name && strncmp(name, "__tsan_", 7) == 0 &&
        strcmp(name, "__tsan_init"))
      return true;
  }
  return false;
}

static enum verdict elf_verdict(Elf *elf, const char *name) {
  size_t names;
  if (elf_getshdrstrndx(elf, &names) != 0) return NO_CODE;
  enum verdict v = NO_CODE;
  bool tsan = false;
  for (Elf_Scn *scn = NULL; (scn = elf_nextscn(elf, scn));) {
    GElf_Shdr sh;
    if (!gelf_getshdr(scn, &sh)) continue;
    const char *section = elf_strptr(elf, names, sh.sh_name);
    if (section && strcmp(section, NOTE_SECTION) == 0) {
      enum verdict noted = read_note(name, elf_getdata(scn, NULL));
      if (noted != NO_CODE) return noted;
    }
    if (sh.sh_type == SHT_PROGBITS && (sh.sh_flags & SHF_EXECINSTR) && sh.sh_size) v = UNCHECKED;
    if (sh.sh_type == SHT_SYMTAB) tsan |= calls_tsan(elf, scn, &sh);
  }
  return tsan ? FOREIGN : v;
}

// LLVM bitcode has no sections: there the note's name stands in the file.
static enum verdict bitcode_verdict(Elf *elf) {
  size_t n = 0;
  const char *bytes = elf_rawfile(elf, &n);
  if (!bytes || n < 4 || memcmp(bytes, "BC\xC0\xDE", 4) != 0) return NO_CODE;
  if (memmem(bytes, n, BITCODE_TSAN, strlen(BITCODE_TSAN))) return TSAN;
  return memmem(bytes, n, BITCODE_NOTE, strlen(BITCODE_NOTE)) ? INSTRUMENTED : UNCHECKED;
}

static enum verdict object_verdict(Elf *elf, const char *name) {
  if (elf_kind(elf) != ELF_K_ELF) return bitcode_verdict(elf);
  GElf_Ehdr header;
  bool object = gelf_getehdr(elf, &header) && header.e_type == ET_REL;
  return object ? elf_verdict(elf, name) : NO_CODE;
}

// A tally of the objects of one file: an archive of a thousand members is worth one line, not a
// thousand.
struct tally {
  int count;
  const char *first;
};

static void add(struct tally *t, const char *name) {
  if (t->count++ == 0) t->first = name;
}

static void tell(const struct tally *t, const char *one, const char *several) {
  if (t->count == 1) say("note: %s %s", t->first, one);
  if (t->count > 1) say("note: %s and %d more %s", t->first, t->count - 1, several);
}

struct survey {
  bool tsan, some;
  struct tally unchecked, foreign;
};

// refuse ends crun: one program has one engine.
static _Noreturn void refuse(const char *name, bool tsan) {
  const char *built = tsan ? "-race" : "-race=tsan", *linked = tsan ? "-race=tsan" : "-race";
  die(EXIT_UNABLE, "%s was built with %s and cannot be linked with %s; build it again with %s", name, built, linked,
      linked);
}

static void look_at(struct survey *s, Elf *elf, const char *name) {
  enum verdict v = object_verdict(elf, name);
  if (v == (s->tsan ? INSTRUMENTED : TSAN)) refuse(name, s->tsan);
  if (v == UNCHECKED) add(&s->unchecked, name);
  if (v == FOREIGN) add(&s->foreign, name);
  s->some |= v == INSTRUMENTED || v == TSAN || v == FOREIGN;
}

static void look_at_members(struct survey *s, Elf *ar, int fd, const char *path) {
  Elf *member;
  for (Elf_Cmd cmd = ELF_C_READ; (member = elf_begin(fd, cmd, ar));
       cmd = elf_next(member), elf_end(member)) {
    Elf_Arhdr *h = elf_getarhdr(member);
    if (h && h->ar_name && h->ar_name[0] != '/')
      look_at(s, member, format("%s(%s)", path, h->ar_name));
  }
}

bool instrumented_object(const char *path, bool tsan) {
  elf_version(EV_CURRENT);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return true;  // clang will say that it is not there
  struct survey s = {.tsan = tsan};
  Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
  if (elf && elf_kind(elf) == ELF_K_AR) look_at_members(&s, elf, fd, path);
  else if (elf) look_at(&s, elf, path);
  elf_end(elf);
  close(fd);
  tell(&s.unchecked, "was not built with -race; its accesses are not checked",
       "were not built with -race; their accesses are not checked");
  tell(&s.foreign, "was instrumented by another compiler; what it checks is checked",
       "were instrumented by another compiler; what they check is checked");
  return s.some;
}

// program_has tells whether `has` holds of an ELF file.
static bool program_has(const char *path, bool (*has)(Elf *elf, const char *path)) {
  elf_version(EV_CURRENT);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
  bool some = elf && elf_kind(elf) == ELF_K_ELF && has(elf, path);
  elf_end(elf);
  close(fd);
  return some;
}

static bool is_instrumented(Elf *elf, const char *path) {
  return elf_verdict(elf, path) == INSTRUMENTED;
}

static bool is_tsan(Elf *elf, const char *path) { return elf_verdict(elf, path) == TSAN; }

bool instrumented_program(const char *path, bool tsan) {
  return program_has(path, tsan ? is_tsan : is_instrumented);
}

static bool has_tell_note(Elf *elf, const char *path) {
  (void)path;
  size_t names;
  GElf_Shdr sh;
  if (elf_getshdrstrndx(elf, &names) != 0) return false;
  for (Elf_Scn *scn = NULL; (scn = elf_nextscn(elf, scn));) {
    const char *section = gelf_getshdr(scn, &sh) ? elf_strptr(elf, names, sh.sh_name) : NULL;
    if (section && strcmp(section, TELL_SECTION) == 0) return true;
  }
  return false;
}

bool reporting_program(const char *path) { return program_has(path, has_tell_note); }
