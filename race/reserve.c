// SPDX-License-Identifier: Apache-2.0
// reserve.c: reservations, and which of their pieces can be written.
#include "reserve.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PIECE_BITS = 21, ADDR_BITS = 47 };
#define PIECE ((uintptr_t)1 << PIECE_BITS)

bool reserve_counted;

// A bit for each piece of the address space: it can be written. Touched only while reserve_counted.
static _Atomic uint64_t writable[(1ull << (ADDR_BITS - PIECE_BITS)) / 64];

static void *map(void *want, size_t n, int prot) {
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (want ? MAP_FIXED_NOREPLACE : 0);
  long p = syscall(SYS_mmap, want, n, prot, flags, -1, 0);
  if (want && p != -1 && p != (long)want) {  // a kernel that does not know the flag
    syscall(SYS_munmap, p, n);
    errno = EEXIST;
    return NULL;
  }
  return p == -1 ? NULL : (void *)p;
}

// map_read maps what can only be read, with whole pieces around it, so that no piece is another mapping's too.
static void *map_read(void *want, size_t n) {
  if (want) return map(want, n, PROT_READ);
  size_t whole = ((n + PIECE - 1) & ~(PIECE - 1)) + PIECE;
  uintptr_t p = (uintptr_t)map(NULL, whole, PROT_READ);
  return p ? (void *)((p + PIECE - 1) & ~(PIECE - 1)) : NULL;
}

void *reserve(void *want, size_t n) {
  void *p = reserve_counted ? NULL : map(want, n, PROT_READ | PROT_WRITE);
  if (!p && (p = map_read(want, n))) reserve_counted = true;
  if (p) madvise(p, n, MADV_DONTDUMP);
  return p;
}

static _Noreturn void refused(void) {
  static const char text[] =
      "fatal error: out of memory: all that may be written is committed (vm.overcommit_memory=2 or ulimit -d)\n";
  syscall(SYS_write, 2, text, sizeof text - 1);
  for (;;) syscall(SYS_exit_group, 2);
}

void reserve_commit_slow(const volatile void *p, size_t n) {
  uintptr_t first = (uintptr_t)p >> PIECE_BITS, last = ((uintptr_t)p + n - 1) >> PIECE_BITS;
  for (uintptr_t i = first; i <= last; i++) {
    if (atomic_load_explicit(&writable[i / 64], memory_order_acquire) >> i % 64 & 1) continue;
    if (syscall(SYS_mprotect, i << PIECE_BITS, PIECE, PROT_READ | PROT_WRITE)) refused();
    atomic_fetch_or_explicit(&writable[i / 64], 1ull << i % 64, memory_order_release);
  }
}
