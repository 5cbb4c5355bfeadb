// SPDX-License-Identifier: Apache-2.0
// blocks.h is the seam by which the search for leaked goroutines asks where the heap's blocks lie.
//
// Programs built with -race have it from the detector, those with -leak from libcrun_leak.a, others not at all: so
// the runtime refers to these names weakly. What is asked while threads are stopped takes no lock.
#ifndef CRUN_RACE_BLOCKS_H
#define CRUN_RACE_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(default)  // the archives meet by these names

#ifndef RACE_BLOCKS_ARE_HERE
#pragma weak race_blocks_known
#pragma weak race_blocks_each
#pragma weak race_blocks_size
#pragma weak race_blocks_any
#pragma weak race_blocks_heap
#pragma weak race_blocks_brk
#pragma weak race_blocks_own
#pragma weak race_blocks_moving
#endif

// race_blocks_known tells whether the blocks are known: there was address space for the table.
bool race_blocks_known(void);

// race_blocks_each calls fn for every live block that begins in [lo, hi), in order.
void race_blocks_each(uintptr_t lo, uintptr_t hi, void (*fn)(uintptr_t start, size_t n, void *arg), void *arg);

// race_blocks_size is the size of the live block that begins at start.
size_t race_blocks_size(uintptr_t start);

// race_blocks_any tells whether a block ever began in the region of RACE_BLOCKS_REGION bytes that addr lies in.
enum { RACE_BLOCKS_REGION = 256 * 1024 };
bool race_blocks_any(uintptr_t addr);

// race_blocks_heap returns how many bytes from page on, at most up to end, are the C library's heap: an arena or a
// block with a mapping of its own that begins there. 0: none.
size_t race_blocks_heap(uintptr_t page, uintptr_t end);

// race_blocks_brk is where the heap begins that grows by brk; above it is nothing else.
uintptr_t race_blocks_brk(void);

// race_blocks_own calls fn for every mapping that is the detector's own.
void race_blocks_own(void (*fn)(uintptr_t lo, uintptr_t hi, void *arg), void *arg);

// race_blocks_moving tells whether this thread is inside realloc: a block's contents may be in neither of two blocks.
bool race_blocks_moving(void);

#pragma GCC visibility pop

#endif
