// SPDX-License-Identifier: Apache-2.0
// mapping.c: munmap and mremap on the second engine: what they take away is freed, what they give is fresh memory.
//
// LLVM's munmap forgets what was done to the memory and is no access of it; its mremap is libc's, so that a mapping
// that moves would have the past of whatever lay there before. Told while the old place is still there: behind the
// call it may be another thread's.
#include <errno.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "self.h"

#define PUBLIC __attribute__((visibility("default")))
#define CALLER ((uintptr_t)__builtin_return_address(0))

enum { PAGE = 4096, PAGES = 4096 };

int ___interceptor_munmap(void *p, size_t n);
const char unmaps[1];

static void freed(char *p, size_t n) {
  if (n) __tsan_write_range_pc(p, n, (void *)(uintptr_t)unmaps);
}

// unmapped writes all of a mapping that is touched: what has no page there nobody has accessed.
static void unmapped(void *mapping, size_t n) {
  unsigned char resident[PAGES];
  size_t pages = (n + PAGE - 1) / PAGE, most;
  if ((uintptr_t)mapping % PAGE) return;
  for (char *p = mapping; pages > 0; p += most * PAGE, pages -= most) {
    most = pages < PAGES ? pages : PAGES;
    if (syscall(SYS_mincore, p, most * PAGE, resident)) continue;
    size_t from = 0;
    for (size_t i = 0; i <= most; i++) {
      if (i < most && resident[i] & 1) continue;
      freed(p + from * PAGE, (i - from) * PAGE);
      from = i + 1;
    }
  }
  forget(mapping, n);
}

// LLVM's munmap jumps to this name. What our own objects unmap is no business of the program's (plain.names).
int munmap_of_program(void *p, size_t n) __asm__("__interceptor_munmap");
PUBLIC int munmap_of_program(void *p, size_t n) {
  if (self.symbolizing) return munmap(p, n);
  program_enter(CALLER);
  unmapped(p, n);
  int r = ___interceptor_munmap(p, n);
  program_leave();
  return r;
}

// moved chooses the new place first.
static void *moved(void *old, size_t old_n, size_t n) {
  void *to = (void *)syscall(SYS_mmap, NULL, n, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (to == MAP_FAILED) return to;
  unmapped(old, old_n);
  forget(to, n);
  void *p = (void *)syscall(SYS_mremap, old, old_n, n, MREMAP_MAYMOVE | MREMAP_FIXED, to);
  int error = errno;
  if (p == MAP_FAILED) syscall(SYS_munmap, to, n);
  errno = error;
  return p;
}

// grown changes the end of a mapping where it lies.
static void *grown(void *old, size_t old_n, size_t n) {
  if (n < old_n) unmapped((char *)old + n, old_n - n);
  void *p = (void *)syscall(SYS_mremap, old, old_n, n, 0, NULL);
  if (p != MAP_FAILED && n > old_n) forget((char *)old + old_n, n - old_n);
  return p;
}

static void *remapped(void *old, size_t old_n, size_t n, int flags, void *want) {
  if (old_n && !(flags & ~MREMAP_MAYMOVE)) {
    void *p = grown(old, old_n, n);
    return p == MAP_FAILED && errno == ENOMEM && flags ? moved(old, old_n, n) : p;
  }
  if (flags & MREMAP_FIXED) unmapped(old, old_n);
  void *p = (void *)syscall(SYS_mremap, old, old_n, n, flags, want);
  if (p != MAP_FAILED) forget(p, n);
  return p;
}

PUBLIC void *mremap(void *old, size_t old_n, size_t n, int flags, ...) {
  va_list ap;
  va_start(ap, flags);
  void *want = flags & MREMAP_FIXED ? va_arg(ap, void *) : NULL;
  va_end(ap);
  if (self.symbolizing) return (void *)syscall(SYS_mremap, old, old_n, n, flags, want);
  program_enter(CALLER);
  void *p = remapped(old, old_n, n, flags, want);
  program_leave();
  return p;
}
