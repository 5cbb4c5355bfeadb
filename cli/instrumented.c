// SPDX-License-Identifier: Apache-2.0
// instrumented.c: looks for the plugin's ELF note (race/abi.inc has its layout) in objects and archives.
#include "instrumented.h"

#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

// As in race/abi.inc, which this layer does not include: the note is a format, like the record's.
#define NOTE_SECTION ".note.crun.race"
#define NOTE_NAME "crun"
#define BITCODE_NOTE "crun.race.note"
enum { NOTE_TYPE = 1, NOTE_ABI = 1 };

enum verdict { NOT_CODE, NOT_INSTRUMENTED, INSTRUMENTED };

static void check_abi(const char *name, uint32_t abi) {
  if (abi != NOTE_ABI)
    die(EXIT_UNABLE, "%s was built with -race by another version of crun (%u, this is %d); build it again", name, abi, NOTE_ABI);
}

static bool read_note(const char *name, Elf_Data *data) {
  GElf_Nhdr note;
  size_t name_at, desc_at, at = 0;
  while ((at = gelf_getnote(data, at, &note, &name_at, &desc_at)) > 0) {
    const char *who = (const char *)data->d_buf + name_at;
    if (note.n_type != NOTE_TYPE || note.n_namesz != sizeof NOTE_NAME || memcmp(who, NOTE_NAME, sizeof NOTE_NAME)) continue;
    uint32_t abi;
    if (note.n_descsz < sizeof abi) continue;
    memcpy(&abi, (const char *)data->d_buf + desc_at, sizeof abi);
    check_abi(name, abi);
    return true;
  }
  return false;
}

static enum verdict elf_verdict(Elf *elf, const char *name) {
  size_t names;
  if (elf_getshdrstrndx(elf, &names) != 0) return NOT_CODE;
  bool code = false;
  for (Elf_Scn *scn = NULL; (scn = elf_nextscn(elf, scn));) {
    GElf_Shdr sh;
    if (!gelf_getshdr(scn, &sh)) continue;
    const char *section = elf_strptr(elf, names, sh.sh_name);
    if (section && strcmp(section, NOTE_SECTION) == 0 && read_note(name, elf_getdata(scn, NULL))) return INSTRUMENTED;
    if (sh.sh_type == SHT_PROGBITS && (sh.sh_flags & SHF_EXECINSTR) && sh.sh_size) code = true;
  }
  return code ? NOT_INSTRUMENTED : NOT_CODE;
}

static enum verdict raw_verdict(const char *bytes, size_t n) {
  if (!bytes || n < 4 || memcmp(bytes, "BC\xC0\xDE", 4) != 0) return NOT_CODE;
  return memmem(bytes, n, BITCODE_NOTE, strlen(BITCODE_NOTE)) ? INSTRUMENTED : NOT_INSTRUMENTED;
}

static enum verdict verdict_of(Elf *elf, const char *name) {
  if (elf_kind(elf) == ELF_K_ELF) return elf_verdict(elf, name);
  size_t n = 0;
  const char *bytes = elf_rawfile(elf, &n);
  return raw_verdict(bytes, n);
}

static bool archive(Elf *ar, int fd, const char *path) {
  bool some = false;
  int without = 0;
  const char *first = NULL;
  Elf *member;
  for (Elf_Cmd cmd = ELF_C_READ; (member = elf_begin(fd, cmd, ar)); cmd = elf_next(member), elf_end(member)) {
    Elf_Arhdr *h = elf_getarhdr(member);
    if (!h || h->ar_name[0] == '/') continue;
    char *name = format("%s(%s)", path, h->ar_name);
    enum verdict v = verdict_of(member, name);
    some |= v == INSTRUMENTED;
    if (v == NOT_INSTRUMENTED && without++ == 0) first = name;
  }
  if (without == 1) say("note: %s was not built with -race; its accesses are not checked", first);
  if (without > 1) say("note: %s and %d more were not built with -race; their accesses are not checked", first, without - 1);
  return some;
}

bool instrumented_file(const char *path) {
  elf_version(EV_CURRENT);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;  // clang will say why
  Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
  bool some = false;
  if (elf && elf_kind(elf) == ELF_K_AR) {
    some = archive(elf, fd, path);
  } else if (elf) {
    enum verdict v = verdict_of(elf, path);
    some = v == INSTRUMENTED;
    if (v == NOT_INSTRUMENTED) say("note: %s was not built with -race; its accesses are not checked", path);
  }
  elf_end(elf);
  close(fd);
  return some;
}
