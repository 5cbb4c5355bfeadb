// SPDX-License-Identifier: Apache-2.0
// leak_mark.h: which goroutines nobody can wake any more.
#ifndef CRUN_DIAG_LEAK_MARK_H
#define CRUN_DIAG_LEAK_MARK_H

#include "diag/deadlock/misuse.h"
#include "sched/g.h"

// A goroutine that was found stuck, as it was while the world stood.
struct leaked {
  struct g *gp;
  uint64_t goid;
  enum wait_reason why;
  uint32_t tag;
  int64_t waited_ns;
  const void *waiting;    // its first sudog
  uintptr_t object;       // the first channel or lock that it waits for; 0: none
  uint32_t nobjects;
  bool is_chan;
  bool of_context;        // a channel: a context's, which was not canceled
  size_t cap, elem_size;  // a channel's
  const char *type;       // a channel's; nil: not known
  struct place made;      // a channel's
  uintptr_t depth;        // bytes of its stack in use
  bool reachable;         // a global leads to what it waits for, yet nobody is left who could go there
};

// A context that nobody can cancel any more, with those it derives from.
enum { LOST_CHAIN = 6 };
struct lost_context {
  struct lost_link {
    uintptr_t ctx;
    struct place made;
  } link[LOST_CHAIN];  // the first is its own
  size_t nlinks;
};

struct leak_search {
  struct g *leaving;      // a goroutine that is ending the process, whose stack is nothing any more; nil: none
  struct g *caller;       // a goroutine that waits for the search: from caller_sp up is what it will come back to
  uintptr_t caller_sp;
  bool strict;            // at the end: goroutines that wait as daemons do are leaked too
  uint32_t tag;           // only goroutines of this check are wanted; 0: all
  struct g *self;         // and not this one
  bool settled;           // and if none of them can run, all of them that wait for others
  bool blind;             // nothing is known of the heap: only what the line above says
  struct leaked *found;   // in scratch memory
  size_t nfound;
  struct lost_context *lost;  // likewise
  size_t nlost;
  size_t goroutines, blocks, bytes;  // what there was to look at
  int64_t stopped_ns, cpu_ns;
};

// leak_search_run stops the world, looks, and lets it go on. What it found is there until leak_search_end.
// False: it could not be done, and nothing was found.
bool leak_search_run(struct leak_search *s);
void leak_search_end(void);

// leak_roots are what cr_root named.
void leak_roots_each(void (*fn)(uintptr_t lo, uintptr_t hi));

#endif
