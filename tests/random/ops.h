// SPDX-License-Identifier: Apache-2.0
// ops.h: the operations that played programs are made of; ops.c is compiled as users' code is.
#ifndef TESTS_RANDOM_OPS_H
#define TESTS_RANDOM_OPS_H

#include <crun/crun.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// ---- accesses --------------------------------------------------------------------------------------

// What one call does to the bytes at p; each is of the size that it says, at any address.
enum access_op {
  OP_READ,
  OP_WRITE,
  OP_ADD,       // reads and writes
  OP_VOLATILE,  // reads
  OP_FILL,      // memset of size bytes
  OP_COPY,      // memcpy of size bytes from `from`
  OP_MOVE,      // memmove
  OP_COMPARE,   // memcmp of equal bytes with themselves: reads
  OP_SUM,       // reads n elements of size bytes, `stride` elements from one to the next
  OP_SET,       // writes them
  ACCESS_OPS
};

struct access_op_at {
  enum access_op op;
  char *p;
  const char *from;
  int size, n, stride;
};

// op_access does it `depth` calls deep, by one of several ways.
void op_access(const struct access_op_at *a, int depth);

// ---- atomics ---------------------------------------------------------------------------------------

enum atomic_op { ATOMIC_LOAD, ATOMIC_STORE, ATOMIC_EXCHANGE, ATOMIC_ADD, ATOMIC_AND, ATOMIC_NAND, ATOMIC_XOR, ATOMIC_CAS, ATOMIC_CAS_WEAK, ATOMIC_OPS };

// op_atomic returns whether it stored. A compare-exchange expects what is there, or something else.
bool op_atomic(enum atomic_op op, void *p, int size, int order, int fail_order, bool succeed);
void op_fence(int order);

// ---- select ----------------------------------------------------------------------------------------

typedef cr_chan(long) long_chan;

struct select_case {
  long_chan c;  // may be nil
  bool is_send;
  void *into;   // nil: a variable of its own
};

enum { SELECT_CASES = 4, SELECT_DEFAULT = -1 };

// op_select returns the index of the case that went ahead, or SELECT_DEFAULT.
int op_select(const struct select_case *cases, int n, bool has_default);

// ---- channels --------------------------------------------------------------------------------------

enum chan_op { CHAN_PLAIN, CHAN_TRY, CHAN_TIMEOUT, CHAN_BY_SELECT, CHAN_OPS };

bool op_send(enum chan_op how, long_chan c);
bool op_recv(enum chan_op how, long_chan c, void *into);

// ---- a beginning, and what is run by others ------------------------------------------------------------

enum start_op { START_GO, START_WITH, START_TIMER, START_THREAD, START_JOINED, START_WG, START_ASYNC, START_GROUP, START_OPS };

// op_start begins an actor; what it returns, or what handle points to, is joined by op_join.
void *op_start(enum start_op how, int actor, void *handle);
void op_join(enum start_op how, void *handle);

// op_context_func has an actor begin when the context is cancelled.
void op_context_func(cr_context *ctx, int actor);

// op_once runs a once of any kind, whose function writes 8 bytes at p.
enum once_op { ONCE, ONCE_VALUE, ONCE_PTHREAD };
struct once_any {
  enum once_op how;
  cr_once once;
  cr_once_value value;
  pthread_once_t pthread;
};
void op_once(struct once_any *o, char *p);

// op_put_byte and op_get_byte write to a descriptor and read from it, 8 bytes.
void op_put_byte(int fd);
void op_get_byte(int fd);

// ---- what ops.c asks of play.c ---------------------------------------------------------------------------

// play is an actor's life.
void play(int actor);

#endif
