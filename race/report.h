// SPDX-License-Identifier: Apache-2.0
// report.h: findings that the runtime makes: deadlocks, leaks, misuse, and lock orders that could deadlock.
//
// They are told like races: in text to log_path, as one record to json_path, once for each place in the
// source, under an id that is the same in every run, and not at all if the user suppressed them. Plain
// programs have them too: this part of race/ needs no detector.
#ifndef CRUN_RACE_REPORT_H
#define CRUN_RACE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(default)  // the archives meet by these names

enum report_kind { REPORT_DEADLOCK, REPORT_LEAK, REPORT_LOCK_ORDER, REPORT_MISUSE };

enum { REPORT_PCS = 64 };

// A stack, innermost first. All but the first are return addresses, and the first too if is_return.
struct report_stack {
  uintptr_t pc[REPORT_PCS];
  size_t n;
  bool is_return;
  size_t callers;  // pcs from this one on are callers of such a call as deep in its stack, maybe not of that one; 0: all are certain
};

// One paragraph of a report: a heading and a stack.
struct report_part {
  const char *role;       // in the record: "wait", "acquire", "close", "created", ...
  const char *heading;    // in the text, without the colon: "Goroutine 7 \"feed\" [sync.Mutex.Lock] waits for mutex 0x... at"
  uint64_t goid;          // whose stack it is; 0: nobody's
  const char *name;       // the goroutine's; nil: it has none
  const char *state;      // its wait reason; nil: it runs or ended
  uintptr_t object;       // address of the lock or channel that it is about; 0: none
  struct report_stack stack;
  bool identifies;        // the place on top of the stack goes into the id
};

struct report {
  enum report_kind kind;
  const char *rule;       // in the record and the id: "mutex-cycle", "double-close", ...
  const char *title;      // in the text: "DEADLOCK: 2 goroutines wait for each other's locks"
  const struct report_part *part;
  size_t nparts;
  uint64_t count;         // how many goroutines are stuck so; 0: it has no meaning
  uint64_t waited_s;      // the longest of them so many whole seconds; 0: less than one, or unknown
  bool record_only;       // its text is told otherwise, and the process ends of it: no more than the record is written
  bool possible;          // a prediction: it does not count as a finding and leaves the exit code alone
};

// report_tell tells r. False: the same was told before, or the user suppressed it.
//   It may be called by any thread, not from a signal handler, and takes no lock of the caller's.
bool report_tell(const struct report *r);

// report_exit_code gives the exit code for a process that would end with code: that of the worst finding told, if
// code is 0 (2 after a deadlock or misuse, else 66 after a race, else 67 after a leak); else code.
int report_exit_code(int code);

#pragma GCC visibility pop

#endif
