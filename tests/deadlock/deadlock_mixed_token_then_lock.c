// SPDX-License-Identifier: Apache-2.0
// One takes a token and then the lock, the other the lock and then a token, of which there is one.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: upload(...)
// stderr: resize(...)
#include <crun/crun.h>
#include <crun/short.h>

static mutex catalogue;
static int images;  // under catalogue
static waitgroup ended;
static waitgroup both;  // each has its first

static void upload(chan(char) token) {
  chan_send(token, 1);
  wg_done(&both);
  wg_wait(&both);
  mutex_lock(&catalogue);
  images++;
  mutex_unlock(&catalogue);
  chan_recv(token, NULL);
  wg_done(&ended);
}

static void resize(chan(char) token) {
  mutex_lock(&catalogue);
  wg_done(&both);
  wg_wait(&both);
  chan_send(token, 1);
  images++;
  chan_recv(token, NULL);
  mutex_unlock(&catalogue);
  wg_done(&ended);
}

int main(void) {
  chan(char) token = chan_make(char, 1);
  wg_add(&both, 2);
  wg_add(&ended, 2);
  go(upload, token);
  go(resize, token);
  wg_wait(&ended);
  return images != 2;
}
