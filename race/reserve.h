// SPDX-License-Identifier: Apache-2.0
// reserve.h: address space for the large and sparse tables, which costs nothing until touched.
//
// Mostly the kernel says yes to terabytes that can be written, and counts what is touched. It does not where it counts
// all that could be (vm.overcommit_memory=2, ulimit -d). There a table can only be read at first, all zero, which is
// counted nowhere, and is made writable by pieces of 2 MiB: whoever writes where nobody may have written before says
// so with reserve_commit. The first mapping, the shadow's, shows which it is.
#ifndef CRUN_RACE_RESERVE_H
#define CRUN_RACE_RESERVE_H

#include <stdbool.h>
#include <stddef.h>

// reserve_counted: reservations can only be read until reserve_commit. Set by the first that needs it; read-only then.
extern bool reserve_counted;

// reserve maps n bytes at want, or anywhere if want is nil; nil: refused, with errno. They are left out of core dumps.
void *reserve(void *want, size_t n);

// reserve_commit makes [p, p + n), which lies in a reservation, writable. It ends the process if the kernel refuses.
void reserve_commit_slow(const volatile void *p, size_t n);

static inline void reserve_commit(const volatile void *p, size_t n) {
  if (__builtin_expect(reserve_counted, 0)) reserve_commit_slow(p, n);
}

#endif
