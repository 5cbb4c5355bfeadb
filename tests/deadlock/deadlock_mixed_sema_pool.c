// SPDX-License-Identifier: Apache-2.0
// A connection is taken from a pool of one, and a helper takes its own while the caller keeps that.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: query(...)
// stderr: transaction(...)
#include <crun/crun.h>
#include <crun/short.h>

static sema connections = CR_SEMA_INIT(1);
static int rows;

static void query(void) {
  sema_acquire(&connections);
  rows++;
  sema_release(&connections);
}

static void transaction(chan(char) done) {
  sema_acquire(&connections);
  query();
  query();
  sema_release(&connections);
  chan_close(done);
}

int main(void) {
  chan(char) done = chan_make(char);
  go(transaction, done);
  chan_recv(done, NULL);
  return rows != 2;
}
