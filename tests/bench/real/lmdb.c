// SPDX-License-Identifier: Apache-2.0
// lmdb.c: LMDB, a key-value store in a mapped file: each worker puts, gets and walks keys of a store of its own.
#include <unistd.h>

#include "lmdb.h"

#include "frame.h"

enum { KEYS = 4000 };

static void must(int code) {
  if (code) fail(mdb_strerror(code));
}

static MDB_val key_of(unsigned i, char text[24]) {
  int n = snprintf(text, 24, "key%08u", i * 2654435761u);
  return (MDB_val){(size_t)n, text};
}

static void put_all(MDB_env *env, MDB_dbi *dbi) {
  MDB_txn *txn;
  char text[24], value[40];
  must(mdb_txn_begin(env, NULL, 0, &txn));
  must(mdb_dbi_open(txn, NULL, 0, dbi));
  for (unsigned i = 0; i < KEYS; i++) {
    MDB_val key = key_of(i, text), data = {(size_t)snprintf(value, sizeof value, "the value of number %u", i), value};
    must(mdb_put(txn, *dbi, &key, &data, 0));
  }
  must(mdb_txn_commit(txn));
}

static void get_all(MDB_env *env, MDB_dbi dbi) {
  MDB_txn *txn;
  MDB_cursor *at;
  MDB_val key, data;
  char text[24];
  int n = 0;
  must(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn));
  for (unsigned i = 0; i < 3 * KEYS; i++) {
    key = key_of(i % KEYS, text);
    must(mdb_get(txn, dbi, &key, &data));
  }
  must(mdb_cursor_open(txn, dbi, &at));
  while (!mdb_cursor_get(at, &key, &data, MDB_NEXT)) n++;
  if (n != KEYS) fail("keys are missing");
  mdb_cursor_close(at);
  mdb_txn_abort(txn);
}

static void work(int worker) {
  char folder[] = "/tmp/crun-lmdb-XXXXXX", file[64];
  MDB_env *env;
  MDB_dbi dbi;
  if (!mkdtemp(folder)) fail("mkdtemp");
  must(mdb_env_create(&env));
  must(mdb_env_set_mapsize(env, 16 << 20));
  must(mdb_env_open(env, folder, MDB_NOSYNC | MDB_NOLOCK | MDB_WRITEMAP, 0600));
  put_all(env, &dbi);
  for (int i = 0; i < 6; i++) get_all(env, dbi);
  mdb_env_close(env);
  snprintf(file, sizeof file, "%s/data.mdb", folder);
  if (unlink(file) || rmdir(folder)) fail("rmdir");
}
