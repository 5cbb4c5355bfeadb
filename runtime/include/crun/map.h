// SPDX-License-Identifier: Apache-2.0
// map.h: a map from strings of bytes to pointers that goroutines use at the same time.
#ifndef CRUN_MAP_H
#define CRUN_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#pragma GCC visibility push(default)

// cr_map holds values under keys of any bytes, of which it keeps copies. What the values point to is the
// caller's; a value is not nil. Each operation is one step: others see it whole or not at all. All-zero is
// an empty map.
//
// A key is given as its address and length; CR_KEY(text) is that of a string, CR_KEY_OF(x) of a variable
// (without padding) by its bytes.
//
//     static cr_map sessions;
//     cr_map_store(&sessions, CR_KEY(name), session);
//     struct session *s = cr_map_load(&sessions, CR_KEY(name));   // nil: there is none
typedef struct cr_map {
  _Atomic(struct cr_map_shard *) shards;
} cr_map;

#define CR_KEY(text) (text), strlen(text)
#define CR_KEY_OF(x) &(x), sizeof(x)

// The edges of all of them. A write of a key is a store, a swap, a delete, or a load_or_store that stored;
// the others are reads.
//   Memory:  a write synchronizes before a read or swap that finds its value, or the lack of one after a
//            delete, before a load_or_store that is prevented by it, and before its turn in cr_map_each.

// cr_map_load looks key up.
//   Blocks:  no.
//   Returns: the value, or nil.
//   Memory:  see above.
//   Context: any.
void *cr_map_load(cr_map *m, const void *key, size_t n);

// cr_map_store puts value under key.
//   Blocks:  no.
//   Returns: nothing; out of memory is fatal.
//   Memory:  see above.
//   Context: any.
void cr_map_store(cr_map *m, const void *key, size_t n, void *value);

// cr_map_swap puts value under key and returns what was there.
//   Blocks:  no.
//   Returns: the old value, or nil; out of memory is fatal.
//   Memory:  see above.
//   Context: any.
void *cr_map_swap(cr_map *m, const void *key, size_t n, void *value);

// cr_map_load_or_store puts value under key unless there is one.
//   Blocks:  no.
//   Returns: the value that was there, or nil if value is there now; out of memory is fatal.
//   Memory:  see above.
//   Context: any.
void *cr_map_load_or_store(cr_map *m, const void *key, size_t n, void *value);

// cr_map_delete takes key out of the map.
//   Blocks:  no.
//   Returns: the value that was there, or nil.
//   Memory:  see above.
//   Context: any.
void *cr_map_delete(cr_map *m, const void *key, size_t n);

// cr_map_len is the number of keys.
//   Blocks:  no.
//   Returns: the number, of a moment ago.
//   Memory:  none.
//   Context: any.
size_t cr_map_len(cr_map *m);

// cr_map_each calls fn(arg, key, n, value) for every key, until fn returns false. A key that is there all
// the time comes once; one that is stored or deleted meanwhile may come or not. key is the map's, and
// lives until fn returns. fn may use the map.
//   Blocks:  no.
//   Returns: nothing; out of memory is fatal.
//   Memory:  see above.
//   Context: any.
void cr_map_each(cr_map *m, bool (*fn)(void *arg, const void *key, size_t n, void *value), void *arg);

// cr_map_free gives back what the map holds; it is empty then.
//   Blocks:  no.
//   Returns: nothing.
//   Memory:  none.
//   Context: any; nobody else may use the map meanwhile.
void cr_map_free(cr_map *m);

#pragma GCC visibility pop

#endif
