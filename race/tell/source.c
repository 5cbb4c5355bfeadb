// SPDX-License-Identifier: Apache-2.0
// source.c: reads lines of source files, which may have changed or gone since they were compiled.
#include "source.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "kernel.h"
#include "options.h"

static bool younger(const struct stat *a, const struct stat *b) {
  if (a->st_mtim.tv_sec != b->st_mtim.tv_sec) return a->st_mtim.tv_sec > b->st_mtim.tv_sec;
  return a->st_mtim.tv_nsec > b->st_mtim.tv_nsec;
}

// open_source opens the file that f was compiled from; -1: it is not there, or another by now.
static int open_source(const struct sym_frame *f) {
  char path[4096];
  struct stat source, object;
  bool relative = f->file[0] != '/';
  if (relative && !f->dir) return -1;
  int n = snprintf(path, sizeof path, "%s%s%s", relative ? f->dir : "", relative ? "/" : "", f->file);
  if (n < 0 || (size_t)n >= sizeof path || stat(f->module, &object) != 0) return -1;
  int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return -1;
  if (fstat(fd, &source) == 0 && S_ISREG(source.st_mode) && !younger(&source, &object)) return fd;
  syscall(SYS_close, fd);
  return -1;
}

// read_line writes the line with this number; it returns its length, -1: there is none.
static ssize_t read_line(int fd, int number, char *out, size_t max) {
  static char block[16384];  // under the lock of tell.h
  ssize_t n, len = number == 1 ? 0 : -1;
  for (int line = 1; (n = syscall(SYS_read, fd, block, sizeof block)) > 0;) {
    for (ssize_t i = 0; i < n; i++) {
      if (line == number && block[i] == '\n') return len;
      if (line == number && (size_t)len < max) out[len++] = block[i];
      if (block[i] == '\n' && ++line == number) len = 0;
    }
  }
  return len;
}

bool source_line(const struct sym_frame *f, char out[SOURCE_BYTES + 1]) {
  if (!race_options.source || !f->file || !f->module || f->line <= 0) return false;
  int fd = open_source(f);
  if (fd < 0) return false;
  ssize_t n = read_line(fd, f->line, out, SOURCE_BYTES);
  syscall(SYS_close, fd);
  if (n < 0) return false;
  while (n > 0 && (out[n - 1] == '\r' || out[n - 1] == ' ')) n--;
  out[n] = 0;
  as_one_line(out);
  return strlen(out) > 0;
}

void text_source(struct text *t, const struct sym_frame *f) {
  char line[SOURCE_BYTES + 1];
  if (!source_line(f, line)) return;
  text_addf(t, "%10d | %s\n", f->line, line);
  if (f->col <= 0 || (size_t)f->col > strlen(line)) return;
  text_add(t, "           | ");
  for (const char *p = line; p < line + f->col - 1; p++)
    if ((*p & 0xc0) != 0x80) text_add(t, *p == '\t' ? "\t" : " ");  // a character of several bytes is one
  text_add(t, "^\n");
}
