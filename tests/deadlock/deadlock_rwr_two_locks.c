// SPDX-License-Identifier: Apache-2.0
// Two readers read-lock two tables in opposite order, and a writer waits at each: nobody holds a lock for writing.
// exit: 2
// finding: deadlock rwmutex-cycle: join, writes
// stderr: WARNING: DEADLOCK
// stderr: fatal error: all goroutines are asleep - deadlock!
#include <crun/crun.h>
#include <crun/short.h>

static rwmutex users, orders;
static int rows[2];
static waitgroup inside, ended;  // both readers have their first lock; all have ended

static void writes(rwmutex *table, int *row) {
  rw_lock(table);
  ++*row;
  rw_unlock(table);
  wg_done(&ended);
}

static void writer_waits(rwmutex *table) {
  while (rw_tryrlock(table)) {
    rw_runlock(table);
    go_yield();
  }
}

static void join(rwmutex *outer, rwmutex *inner) {
  rw_rlock(outer);
  wg_done(&inside);
  writer_waits(outer);
  writer_waits(inner);
  rw_rlock(inner);
  rw_runlock(inner);
  rw_runlock(outer);
  wg_done(&ended);
}

int main(void) {
  wg_add(&inside, 2);
  wg_add(&ended, 4);
  go(join, &users, &orders);
  go(join, &orders, &users);
  wg_wait(&inside);
  go(writes, &users, &rows[0]);
  go(writes, &orders, &rows[1]);
  wg_wait(&ended);
  return rows[0] + rows[1] != 2;
}
