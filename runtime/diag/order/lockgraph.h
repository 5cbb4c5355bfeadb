// SPDX-License-Identifier: Apache-2.0
// lockgraph.h: who asked for which lock while holding which others, and the cycles that these requests close.
//
// A request is "goroutine G, holding A and B, asked for C". Some of them are a cycle that can deadlock if
//
//     request 1 holds X1 and wants X2, request 2 holds X2 and wants X3, ... the last wants X1
//
//  1. they are of different goroutines;
//  2. no two of them hold the same lock (a gate), unless both only read it;
//  3. none must have happened before another (past.h);
//  4. a wanted lock that is read, and held by a reader, has a writer: a request to write it by one more
//     goroutine, to which 2 and 3 apply too. A pending writer keeps new readers out; where it does not, nothing waits.
// By 4 a reader that asks to read once more can deadlock with a writer alone: recursion.
//
// Locks are instances. Their numbers have generations: a lock whose memory became another lock is dead, and so
// are the requests that name it. The graph has no lock of its own, and knows no goroutines but by number.
//
// Rejected: an edge for each pair of locks (gates need all that was held); classes of locks by the place of
// their first use (an array of accounts locked in order of address would be one class that precedes itself).
#ifndef CRUN_DIAG_LOCKGRAPH_H
#define CRUN_DIAG_LOCKGRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "diag/order/past.h"

// LOCK_READ_FREE is a read lock that does not wait behind a writer that waits.
enum lock_mode { LOCK_MUTEX, LOCK_WRITE, LOCK_READ, LOCK_READ_FREE };
static inline bool is_shared(enum lock_mode m) { return m >= LOCK_READ; }

enum { GRAPH_HELD = 12, GRAPH_CYCLE = 8, GRAPH_SAME = 4 };

// A lock in the hands of a goroutine, or wanted by it.
struct lock_use {
  uint32_t lock;
  enum lock_mode mode;
  uint32_t at;  // where: the caller's
};

struct request {
  uint64_t shape;  // a hash of all locks and modes
  uint64_t goid;
  struct moment when;
  struct past *before;
  struct lock_use want, held[GRAPH_HELD];
  uint32_t nheld;
  char name[32];
  // the graph's
  bool ordered;          // it was kept out of a cycle by rule 3 alone
  uint32_t looks;        // how often it was looked at again
  uint32_t next_shape, next_want, next_held[GRAPH_HELD];
};

// A cycle: step i wants what step i+1 holds as held[hold[i+1]], the last what the first does. writer[i] (nil:
// none is needed) is the request that keeps the reader of step i out.
struct cycle {
  const struct request *step[GRAPH_CYCLE], *writer[GRAPH_CYCLE];
  uint32_t hold[GRAPH_CYCLE];
  uint32_t n;
};

struct lock_graph;
struct lock_graph *graph_new(void);  // nil: no memory
void graph_free(struct lock_graph *g);

// graph_lock gives the lock at addr a new number; what was there before is dead. 0: there are too many.
uint32_t graph_lock(struct lock_graph *g, uintptr_t addr);

// graph_set_foreign says that lock is one of libc's; graph_is_foreign tells whether it is.
void graph_set_foreign(struct lock_graph *g, uint32_t lock);
bool graph_is_foreign(const struct lock_graph *g, uint32_t lock);

// graph_addr is where lock is; 0: it is dead.
uintptr_t graph_addr(const struct lock_graph *g, uint32_t lock);

// graph_ignore makes lock dead for good, until its memory is another lock.
void graph_ignore(struct lock_graph *g, uint32_t lock);
bool graph_is_ignored(const struct lock_graph *g, uint32_t lock);

// graph_line gives a goroutine a line, from the moment *m on; false: too many have one. graph_line_end: it
// is over. The line lives on while requests are on it.
bool graph_line(struct lock_graph *g, struct moment *m);
void graph_line_end(struct lock_graph *g, struct moment last);

// graph_all is a past with all requests in it. graph_drop makes those of goid dead.
struct past *graph_all(const struct lock_graph *g);
void graph_drop(struct lock_graph *g, uint64_t goid);

// graph_find returns the request of the same shape and goroutine, or nil.
struct request *graph_find(struct lock_graph *g, uint64_t shape, uint64_t goid);

// graph_add enters r, whose reference to before it takes over, and returns it; found is called for each cycle
// it closes, the graph unchanged. Of requests of one shape the last few are kept.
typedef void (*graph_found)(const struct cycle *c, void *arg);
struct request *graph_add(struct lock_graph *g, const struct request *r, graph_found found, void *arg);

// graph_through looks for cycles that r would close, which is not in the graph. also (no holder of locks) fits none of r's
// but has to fit the others by rules 1 to 3.
void graph_through(struct lock_graph *g, const struct request *r, const struct request *also, graph_found found, void *arg);

// graph_again: r was made again at when, with before (whose reference is taken over). What was ordered may not
// be any more.
void graph_again(struct lock_graph *g, struct request *r, struct moment when, struct past *before, graph_found found,
                 void *arg);

#endif
