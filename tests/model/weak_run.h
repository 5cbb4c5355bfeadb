// SPDX-License-Identifier: Apache-2.0
// weak_run.h: what weak.c, the search, and weak_memory.c, the memory that it searches, have in common: one run.
#ifndef MODEL_WEAK_RUN_H
#define MODEL_WEAK_RUN_H

#include "coro.h"
#include "weak.h"

enum {
  T = WEAK_THREADS, STACK = 64 * 1024, DEPTH = 1024, LOCS = 96, MESSAGES = 4096, TABLE_BITS = 23,
  ARENA = 256 * 1024, TLS_MAX = 16 * 1024, LOCKS = 32, SITES = 256, LOW = 16, USED_BITS = 12,
};

// What a thread knows, or a message passes on.
struct view {
  uint16_t clk[T];      // up to which clock of each thread it is ordered after it
  uint16_t seen[LOCS];  // of each location, the oldest message that may be read
};

struct message {
  uint64_t value, event;  // event: a hash of who stored it when
  int next;               // of the same location; -1: the newest
  bool unknown;           // a plain store: the value is what memory has
  struct view view;
};

struct location {
  uintptr_t addr;
  size_t size;
  int first, last, n;  // messages
  bool locked;         // as a lock
};

struct thread {
  struct coro coro;
  uint64_t history;
  bool ended;
  const uint32_t *waits;  // for this lock
  struct view now, acquired, released;  // acquired: by relaxed loads, for a fence; released: at the last fence
  char tls[TLS_MAX];
};

struct byte {
  uint32_t run;
  uint16_t write[T], read[T], atomic_write[T], atomic_read[T];  // clock of each thread's last one
};

struct explorer {
  const struct weak_model *model;
  struct thread thread[T];
  struct coro coro;
  int running;  // -1: nobody
  uint32_t run;
  struct location loc[LOCS];
  int nlocs;
  struct message message[MESSAGES];
  int nmessages;
  struct view order;  // of all that is seq_cst
  struct {
    uint8_t chosen, options, thread;
    bool is_value;
  } path[DEPTH];
  int path_len, at;
  uint64_t *seen, nseen;
  struct byte *shadow;
  char *first_tls, *first_data, *new_data, *new_tls, *stacks;  // first: as begin left it; new: as the program began
  size_t arena_used;
  struct used {
    uintptr_t addr;
    uint8_t readers, writers;  // bit masks of threads
  } used[1 << USED_BITS];
  bool more_shared;
  // what is planted
  const char *word;
  bool no_release, no_acquire;
  int no_lock, nlocks, site, nsites;
  uintptr_t lock[LOCKS];
  struct site {
    uintptr_t pc;
    bool acquires;
  } sites[SITES];
};

extern struct explorer *x;  // outside of what is put back for each run
extern char weak_arena[ARENA];
extern char __data_start[], _end[];

static inline uint64_t mix(uint64_t h, uint64_t v) {
  h = (h ^ v) * 0x9e3779b97f4a7c15ull;
  return h ^ h >> 29;
}

// weak_choose returns one of n, all of them in turn from run to run.
int weak_choose(int n, bool is_value);

// weak_step lets others go on first. weak_shared notes that this thread uses what is at addr, and tells whether it is not alone.
void weak_step(void);
bool weak_shared(uintptr_t addr, bool writes);

// weak_is_free: nobody holds this lock.
bool weak_is_free(const uint32_t *word);

#endif
