// SPDX-License-Identifier: Apache-2.0
// lockwait.h: locks held while their goroutine waits for another, who may need them first.
//
//     G1: lock L, wait on X        G2: lock L ... unlock L, complete X
//
// If G1 comes first, G2 never gets to X. What is seen in a run is a wait on an object with locks held, and the
// operations by which others complete such waits, each with the locks that its goroutine holds, or took since
// it last made itself known to anybody. A wait can hang if
//
//   1. for an object of which one operation is enough (a channel, a cond, a semaphore): every operation that was
//      seen had the lock. Of a waitgroup each operation is needed, so one is enough to hang;
//   2. the lock is not only read by both, the operation's side did not just try it, and is another goroutine;
//   3. the wait's lock was not taken when the operation's could be known, nor the other way round.
//
// For 3 a counter does, as of Lamport: what it orders too much is not told. An operation without the lock may
// come at any time, so these are told when the process ends.
//
// The operation may need another lock than the wait has, one that is held by who asks for the wait's:
//
//     G1: lock L, wait on X        G2: lock M ... unlock M, complete X        G3: lock M, lock L
//
// With the wait taken for a request of M by who holds L that is a cycle of requests, which lockgraph.h finds, by its rules.
#ifndef CRUN_DIAG_LOCKWAIT_H
#define CRUN_DIAG_LOCKWAIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "diag/order/lockgraph.h"

enum { DEED_LOCKS = 4, WAIT_OBJECTS = 4 };

// A lock that was taken: what its goroutine knew then, and from when on others may know of it.
struct taken {
  struct lock_use use;
  uint64_t known, told;
};

// What a goroutine did with locks: a wait, or an operation.
struct deed {
  uint64_t goid;
  struct moment when;   // line 0: not known, and no part of what leads through other locks
  struct past *before;
  char name[32];
  uint32_t at;
  bool over;  // by waits_drop
  uint32_t n;
  struct taken taken[DEED_LOCKS];
};

// waits_enter notes that d, whose reference to before it takes over, waits on one of the objects at key. It returns a
// number for waits_over, or 0.
uint32_t waits_enter(const struct deed *d, const void *const *key, uint32_t nkeys);

// waits_over: from the count told on others may know that wait number is over.
void waits_over(uint32_t number, uint64_t told);

// waits_operation notes operation d on key. True: it is worth to know its stacks; then waits_first is called,
// which takes over d's reference to before.
bool waits_operation(const struct deed *d, const void *key, bool each_counts);
void waits_first(const struct deed *d, const void *key, bool each_counts);

// waits_open: an operation without a lock was made. remember: nobody else will know that, if key is not in the table.
// waits_forget: the memory of key is given back.
void waits_open(const void *key, bool remember);
void waits_forget(const void *key);

// waits_all returns p, whose reference it takes over, and all waits and operations.
struct past *waits_all(struct past *p);

// waits_drop: what goid did is over before all that is done from now on.
void waits_drop(uint64_t goid);

// A wait that can hang: op needs what the wait has held, or through others: the steps after the first of a cycle.
struct hang {
  const struct deed *wait, *op;
  const struct taken *held, *needed;
  struct cycle through;  // n 0: needed is held
  struct request first;  // the cycle's first step: what the wait holds, and wants through op
};

// waits_hanging calls fn for each wait that can hang, and what can make it so. g (nil: none) has the requests.
typedef void (*waits_found)(const struct hang *h, void *arg);
void waits_hanging(struct lock_graph *g, waits_found fn, void *arg);

#endif
