// SPDX-License-Identifier: Apache-2.0
// The helper uses the caller's connection.
#include <crun/crun.h>
#include <crun/short.h>

static sema connections = CR_SEMA_INIT(1);
static int rows;

static void query(void) {
  rows++;
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
