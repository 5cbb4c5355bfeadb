// SPDX-License-Identifier: Apache-2.0
// alloc.h: race/'s own memory, straight from mmap: the interposed malloc would check itself.
//
// Sizes are rounded to classes (16, 32, 48, 64, 96, ... 32 KiB); larger blocks are mappings of
// their own. The caller says the size again when it frees. Thread-safe; not for signal handlers that
// interrupt it (race_inside says so).
#ifndef CRUN_RACE_ALLOC_H
#define CRUN_RACE_ALLOC_H

#include <stddef.h>
#include <stdint.h>

// race_alloc returns n zeroed bytes, 16-aligned. It never fails:
// without memory the process ends with a message.
void *race_alloc(size_t n);
void race_free(void *p, size_t n);

// race_alloc_dirty is race_alloc without the zeroes.
void *race_alloc_dirty(size_t n);

// race_alloc_thread_end gives back the free blocks that this thread keeps at hand.
void race_alloc_thread_end(void);

// race_reserve maps n bytes of address space that cost nothing until touched (zeroed then); to be written after
// reserve_commit (reserve.h).
void *race_reserve(size_t n);

// race_alloc_bytes is what is handed out now, in class sizes, with what threads keep at hand.
size_t race_alloc_bytes(void);

// race_alloc_lock_all and race_alloc_unlock_all bracket fork.
void race_alloc_lock_all(void);
void race_alloc_unlock_all(void);

// race_fatal ends the process: the detector cannot go on. Constant text, no allocation.
_Noreturn void race_fatal(const char *what);

#endif
