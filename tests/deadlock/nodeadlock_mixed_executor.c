// SPDX-License-Identifier: Apache-2.0
// The lock is given up before the task is awaited.
#include <crun/crun.h>
#include <crun/short.h>

struct task {
  void (*fn)(void);
  chan(char) done;
};

static mutex model;
static int redraws;  // under model

static void redraw(void) {
  mutex_lock(&model);
  redraws++;
  mutex_unlock(&model);
}

static void executor(chan(struct task) tasks) {
  for_chan (struct task, t, tasks) {
    t.fn();
    chan_close(t.done);
  }
}

static void run_on(chan(struct task) tasks, void (*fn)(void)) {
  struct task t = {fn, chan_make(char)};
  chan_send(tasks, t);
  chan_recv(t.done, NULL);
}

int main(void) {
  chan(struct task) tasks = chan_make(struct task);
  go(executor, tasks);
  mutex_lock(&model);
  redraws = 10;
  mutex_unlock(&model);
  run_on(tasks, redraw);
  chan_close(tasks);
  return redraws != 11;
}
