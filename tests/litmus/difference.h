// SPDX-License-Identifier: Apache-2.0
// difference.h: where -race=tsan says otherwise than crun's own detector (tsan_differences.txt).
//
// A line of the table: the program, what is said of it, and why:
//
//     race_struct_by_value: misses: a struct passed by value is an access without an instruction
//
// "misses at times" and the like may show in a run or not.
#ifndef TESTS_DIFFERENCE_H
#define TESTS_DIFFERENCE_H

#include <stdbool.h>

// What an engine says wrongly, the worst last.
enum says {
  SAYS_RIGHT,
  SAYS_OTHERWISE,  // there is a race, but of other lines, kinds or stacks
  SAYS_ALARM,      // a race where there is none
  SAYS_MISSES,     // none where there is one
  SAYS_FAILS,      // the program ends in another way
  SAYS_HANGS,
};

struct difference {
  enum says says;
  bool at_times;
};

// says_text is the word of the table for it.
const char *says_text(enum says says);

// difference_find returns what the table has on a program, by its file's name; nil: nothing. A table that cannot be
// read ends the process with exit code 2, as does a line that is none.
const struct difference *difference_find(const char *table, const char *program);

#endif
