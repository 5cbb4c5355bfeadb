// SPDX-License-Identifier: Apache-2.0
// A library's own thread and a goroutine take two locks in one order.
#include <crun/crun.h>
#include <crun/short.h>
#include <pthread.h>

static mutex scene, device;
static int frames;

static void *callback(void *arg) {
  mutex_lock(&scene);
  mutex_lock(&device);
  frames++;
  mutex_unlock(&device);
  mutex_unlock(&scene);
  return arg;
}

static void render(chan(int) done) {
  mutex_lock(&scene);
  mutex_lock(&device);
  frames++;
  mutex_unlock(&device);
  mutex_unlock(&scene);
  chan_send(done, 1);
}

int main(void) {
  chan(int) done = chan_make(int, 1);
  pthread_t t;
  if (pthread_create(&t, NULL, callback, NULL)) return 1;
  go(render, done);
  chan_recv(done, NULL);
  pthread_join(t, NULL);
  return frames != 2;
}
