// SPDX-License-Identifier: Apache-2.0
// leak_memory.h: the process's memory as the search for leaks reads it while the world stands.
#ifndef CRUN_DIAG_LEAK_MEMORY_H
#define CRUN_DIAG_LEAK_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
  uintptr_t lo, hi;
};

// ---- memory of the search's own: reserved at the beginning, taken piece by piece, given back as a whole

bool scratch_begin(void);
void scratch_end(void);

// scratch returns n zeroed bytes; nil: it is used up, and scratch_failed says so from then on.
void *scratch(size_t n);
bool scratch_failed(void);
struct span scratch_memory(void);

// ---- spans

struct spans {
  struct span *at;
  size_t n, cap;
};

void spans_add(struct spans *s, uintptr_t lo, uintptr_t hi);
void spans_sort(struct spans *s);  // by begin, and overlapping ones become one

// sort sorts n records of `size` bytes, a multiple of 8, by their first word. It takes no memory.
void sort_words(void *records, size_t n, size_t size);

// ---- mappings

enum mapping_kind { MAPPING_PRIVATE, MAPPING_SHARED, MAPPING_DEVICE };

struct mapping {
  uintptr_t lo, hi;
  enum mapping_kind kind;
  bool is_main_stack;
  bool is_libc;  // its data; what is zero at the start lies in the next mapping
};

// mappings_read lists the mappings that may hold pointers, in order, in scratch; false: they cannot be known.
bool mappings_read(struct mapping **at, size_t *n);
void mappings_end(void);

// words_each calls fn for the words of [lo, hi), which is in such a mapping, that may hold something: pages that
// are not there are left out, and what would be dangerous to read is read by the kernel. It adds up to *bytes.
void words_each(uintptr_t lo, uintptr_t hi, enum mapping_kind kind, void (*fn)(uintptr_t lo, uintptr_t hi), size_t *bytes);

#endif
