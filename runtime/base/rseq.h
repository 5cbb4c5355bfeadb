// SPDX-License-Identifier: Apache-2.0
// rseq.h: a compare and a plain store that are one, for a word that others change by compare-and-swap and rseq_barrier.
//
//     stores:   word is old?  word = value (R1)        a restartable sequence of Linux
//     changes:  compare-and-swap;  rseq_barrier;       word as I made it? (A1)  it is seen from now on
//
// A thread that is interrupted between its look and its store (preempted, signalled, or by rseq_barrier) does not store:
// the kernel sends it elsewhere. So a store may undo a change, but only until rseq_barrier returns: by then each look
// that came before the change has been followed by its store, which everybody sees, or never will be. That saves
// the storing side the locked instruction, a third to a half of an unlock. tests/model/plain_model.c has the users.
#ifndef CRUN_BASE_RSEQ_H
#define CRUN_BASE_RSEQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/amd64/rseq.h"
#include "base/atomic.h"

struct rseq_use {
  ptrdiff_t area;  // of the C library's struct rseq, from the thread pointer; read-only after rseq_init
  _Atomic bool is_usable;
};
extern struct rseq_use rseq_use;

// rseq_init makes rseq_is_usable true if the C library has registered its threads and the kernel has the barrier.
void rseq_init(void);
static inline bool rseq_is_usable(void) { return load_acq(&rseq_use.is_usable); }

// rseq_store_if stores value if the word is old. False: it is not, or the thread was interrupted, or is not registered.
// Only where rseq_is_usable was true.
static inline bool rseq_store_if(_Atomic uint64_t *word, uint64_t old, uint64_t value) {
  return arch_rseq_store_if(rseq_use.area, word, old, value);
}

// rseq_barrier is os_barrier, and ends every rseq_store_if that is between its look and its store without the store.
void rseq_barrier(void);

#endif
