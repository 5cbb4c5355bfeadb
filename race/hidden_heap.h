// SPDX-License-Identifier: Apache-2.0
// hidden_heap.h: memory for what libraries allocate while this thread is hidden (race_hide_begin).
//
// A report calls libdw, which calls malloc. If it were given blocks of the program's heap, they would be
// blocks that the program freed, and what is known of those would be gone: the next race on them.
// The runtime keeps there what it allocates for the program, so the blocks are in the table like others.
// And a crash inside the C library's malloc could not be reported without waiting for its lock.
#ifndef CRUN_RACE_HIDDEN_HEAP_H
#define CRUN_RACE_HIDDEN_HEAP_H

#include <stdbool.h>
#include <stddef.h>

// hidden_heap_init reserves the region; before it nothing is given out.
void hidden_heap_init(void);

// hidden_alloc returns n bytes, not zeroed, aligned to align (a power of two); nil: there is no room.
void *hidden_alloc(size_t n, size_t align);

// hidden_owns tells whether p was given out by hidden_alloc; of such a p hidden_free takes it back and
// hidden_size is its size.
bool hidden_owns(const void *p);
void hidden_free(void *p);
size_t hidden_size(const void *p);

#endif
