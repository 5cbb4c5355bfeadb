// SPDX-License-Identifier: Apache-2.0
// sqlite.c: SQLite fills, indexes and asks a database in memory, each worker its own; what the library has one of,
// allocator, caches and random numbers, all use together.
#include "sqlite3.h"

#include "frame.h"

static void run(sqlite3 *db, const char *sql) {
  char *error = NULL;
  if (sqlite3_exec(db, sql, NULL, NULL, &error)) fail(error);
}

static sqlite3_stmt *prepared(sqlite3 *db, const char *sql) {
  sqlite3_stmt *s = NULL;
  if (sqlite3_prepare_v2(db, sql, -1, &s, NULL)) fail(sqlite3_errmsg(db));
  return s;
}

static void fill(sqlite3 *db, int n) {
  sqlite3_stmt *s = prepared(db, "INSERT INTO t VALUES(?1, ?2, ?3)");
  unsigned x = 1;
  run(db, "BEGIN");
  for (int i = 0; i < n; i++) {
    char text[40];
    x = x * 1103515245 + 12345;
    snprintf(text, sizeof text, "row %u of many", x >> 8);
    sqlite3_bind_int(s, 1, i);
    sqlite3_bind_int(s, 2, (int)(x >> 12));
    sqlite3_bind_text(s, 3, text, -1, SQLITE_TRANSIENT);
    if (sqlite3_step(s) != SQLITE_DONE) fail(sqlite3_errmsg(db));
    sqlite3_reset(s);
  }
  run(db, "COMMIT");
  sqlite3_finalize(s);
}

static void look_up(sqlite3 *db, int n) {
  sqlite3_stmt *s = prepared(db, "SELECT count(*), max(c) FROM t WHERE b BETWEEN ?1 AND ?1 + 20000");
  for (int i = 0; i < n; i++) {
    sqlite3_bind_int(s, 1, i * 977 % 1000000);
    if (sqlite3_step(s) != SQLITE_ROW) fail(sqlite3_errmsg(db));
    sqlite3_reset(s);
  }
  sqlite3_finalize(s);
}

static void work(int worker) {
  sqlite3 *db;
  if (sqlite3_open(":memory:", &db)) fail("open");
  run(db, "CREATE TABLE t(a INTEGER PRIMARY KEY, b INT, c TEXT)");
  fill(db, 6000);
  run(db, "CREATE INDEX i ON t(b)");
  look_up(db, 600);
  run(db, "UPDATE t SET c = c || ' again' WHERE a % 3 = 0");
  run(db, "SELECT count(*) FROM t x JOIN t y ON x.a = y.a + 1 WHERE x.b > y.b");
  run(db, "SELECT substr(c, 1, 6), count(*), sum(b) FROM t GROUP BY 1 ORDER BY 3 DESC");
  run(db, "DELETE FROM t WHERE b % 2 = 0");
  run(db, "SELECT count(*) FROM t WHERE c LIKE '%7%again'");
  sqlite3_close(db);
}
