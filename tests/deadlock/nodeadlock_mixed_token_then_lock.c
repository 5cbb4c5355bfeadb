// SPDX-License-Identifier: Apache-2.0
// Both take the token first.
#include <crun/crun.h>
#include <crun/short.h>

static mutex catalogue;
static int images;  // under catalogue
static waitgroup ended;

static void upload(chan(char) token) {
  chan_send(token, 1);
  mutex_lock(&catalogue);
  images++;
  mutex_unlock(&catalogue);
  chan_recv(token, NULL);
  wg_done(&ended);
}

static void resize(chan(char) token) {
  chan_send(token, 1);
  mutex_lock(&catalogue);
  images++;
  mutex_unlock(&catalogue);
  chan_recv(token, NULL);
  wg_done(&ended);
}

int main(void) {
  chan(char) token = chan_make(char, 1);
  wg_add(&ended, 2);
  go(upload, token);
  go(resize, token);
  wg_wait(&ended);
  return images != 2;
}
