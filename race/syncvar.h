// SPDX-License-Identifier: Apache-2.0
// syncvar.h: the sync objects, keyed by address: what a release leaves behind for later acquires.
//
// Any address can serve (a mutex, a channel slot, one byte of an atomic). The table is a directory
// with one entry for each 512 bytes of address space, reserved and touched only where sync happens:
//
//     directory[addr / 512] -> block of 64 cells, one a word -> syncvar -> syncvar (same word, other byte)
//
// so a lookup is two loads, and to forget a range is to look at its own entries. Blocks live forever
// (they are at most as large as the memory they describe); syncvars go when their memory goes.
//
// Lock: one of 1024 spin locks by address. Rank: a page lock of the shadow may be taken inside; no
// second syncvar lock, except by syncvar_lock_all in order. Nothing of the user's runs under it.
//   R1: syncvar_unlock     A1: syncvar_lock
#ifndef CRUN_RACE_SYNCVAR_H
#define CRUN_RACE_SYNCVAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vclock.h"

// A stamp names one publication of a clock: whoever knows clock clk of slot, of the owner that began
// at or before clk, got it from that publication or a later one of the same owner, and so covers it
// whole. clk 0: none.
struct stamp {
  uint32_t slot, clk;
};

struct syncvar {
  struct syncvar *next;  // same word, other address
  uintptr_t addr;
  struct vclock vc;      // what an acquire joins
  struct stamp stamp;    // vc is exactly what this stamp published, if clk != 0
  uint64_t head;         // atomics: who heads the release sequence (atomic.c)
  uint64_t aux;          // its user's: the barrier's count, the rwlock's writer
  uint32_t width;        // bytes of the widest atomic at addr that released; 0: another kind of object
};

// syncvar_init reserves the directory. Before it, nothing can be found or forgotten.
void syncvar_init(void);

// syncvar_lock locks addr and returns its syncvar, made if there is none.
struct syncvar *syncvar_lock(uintptr_t addr);

// syncvar_lock_found locks addr and returns its syncvar; with none it returns nil and holds nothing.
struct syncvar *syncvar_lock_found(uintptr_t addr);

// syncvar_peek returns addr's syncvar without a lock, nil: there is none, or it is not the first of its word. For who
// holds a lock that all who release at addr hold too: the lock orders what it reads.
struct syncvar *syncvar_peek(uintptr_t addr);

void syncvar_unlock(uintptr_t addr);

// syncvar_same_word returns the syncvar of addr, made if there is none, under the lock of another
// address of its word.
struct syncvar *syncvar_same_word(uintptr_t addr);

// syncvar_first returns the first of the syncvars of addr's word, nil: there is none. Under the lock of an address of the
// word; who has no lock may compare the result with nil, or with one that it knows.
struct syncvar *syncvar_first(uintptr_t addr);

// syncvar_lock_word locks addr's word if it has a syncvar, and tells whether.
bool syncvar_lock_word(uintptr_t addr);

// syncvar_maybe tells, without a lock, whether the word of addr has a syncvar: false is certain for
// every release that happened before.
bool syncvar_maybe(uintptr_t addr);

// syncvar_forget drops the syncvars in [addr, addr+n).
void syncvar_forget(uintptr_t addr, size_t n);

// syncvar_live is the number of syncvars, for tests.
size_t syncvar_live(void);

// syncvar_lock_all and syncvar_unlock_all bracket fork.
void syncvar_lock_all(void);
void syncvar_unlock_all(void);

#endif
