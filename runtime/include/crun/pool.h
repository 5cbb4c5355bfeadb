// SPDX-License-Identifier: Apache-2.0
// pool.h: a pool of things that are dear to make and may be used again.
#ifndef CRUN_POOL_H
#define CRUN_POOL_H

#include <stdint.h>

#pragma GCC visibility push(default)

// cr_pool keeps what was put into it for who asks next, near the processor where it was put. It holds at
// most 64 things a processor; what is beyond that is dropped. make and drop are set before first use;
// all else is zero.
//
// Illegal: to use a thing after it was put; to copy the pool.
//
//     static cr_pool buffers = {.make = make_buffer, .drop = free};
//     char *b = cr_pool_get(&buffers);
//     ...
//     cr_pool_put(&buffers, b);
typedef struct cr_pool {
  void *(*make)(void);       // what get returns when the pool is empty; nil: it returns nil
  void (*drop)(void *item);  // what becomes of what the pool does not keep; nil: nothing
  _Atomic(struct cr_pool_shard *) shards;
} cr_pool;

// cr_pool_get takes a thing out of the pool, or makes one.
//   Blocks:  no.
//   Returns: the thing, or nil if there is none and no make.
//   Memory:  the put of a thing synchronizes before the get that takes it.
//   Context: any.
void *cr_pool_get(cr_pool *p);

// cr_pool_put gives item to the pool; nil is allowed.
//   Blocks:  no.
//   Returns: nothing.
//   Memory:  synchronizes before the get that takes item, and no other.
//   Context: any.
void cr_pool_put(cr_pool *p, void *item);

// cr_pool_free drops what is in the pool and gives its memory back; the pool may be used again.
//   Blocks:  no.
//   Returns: nothing.
//   Memory:  the put of a thing synchronizes before its drop.
//   Context: any; nobody else may use the pool meanwhile.
void cr_pool_free(cr_pool *p);

#pragma GCC visibility pop

#endif
