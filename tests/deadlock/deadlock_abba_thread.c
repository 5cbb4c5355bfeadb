// SPDX-License-Identifier: Apache-2.0
// A library's own thread and a goroutine take two locks in opposite order.
// exit: 2
// finding: deadlock mutex-cycle: callback, render
// stderr: WARNING: DEADLOCK: 2 goroutines wait for each other's locks
#include <crun/crun.h>
#include <crun/short.h>
#include <pthread.h>

#include "quiet.h"

static mutex scene, device;
static int frames;
static waitgroup both;  // each has its first lock

static void *callback(void *arg) {
  mutex_lock(&device);
  wg_done(&both);
  wg_wait(&both);
  mutex_lock(&scene);
  frames++;
  mutex_unlock(&scene);
  mutex_unlock(&device);
  return arg;
}

static void render(chan(int) done) {
  mutex_lock(&scene);
  wg_done(&both);
  wg_wait(&both);
  mutex_lock(&device);
  frames++;
  mutex_unlock(&device);
  mutex_unlock(&scene);
  chan_send(done, 1);
}

int main(void) {
  chan(int) done = chan_make(int, 1);
  pthread_t t;
  wg_add(&both, 2);
  if (pthread_create(&t, NULL, callback, NULL)) return 1;
  go(render, done);
  wg_wait(&both);
  quiet();
  return 0;
}
