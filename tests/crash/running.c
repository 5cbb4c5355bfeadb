// SPDX-License-Identifier: Apache-2.0
// cr_dump_goroutines interrupts what runs elsewhere, one that computes and a thread of the program's own,
// for their stacks; both go on, and the program's own SIGURG is still its own.
// exit: 0
// env: CRUNMAXPROCS=2
#include <crun/crun.h>
#include <crun/short.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>

static volatile int spins, stop, urgent;

static void spin(void) { for (spins = 1; !stop;) {} }
static void computes(chan(int) done) { spin(); chan_send(done, 1); }
static void *thread(void *c) {
  int v;
  chan_recv((chan(int))c, &v);
  return NULL;
}
static void on_urgent(int sig) { urgent = sig; }

int main(void) {
  chan(int) c = chan_make(int), done = chan_make(int);
  pthread_t t;
  int v;
  signal(SIGURG, on_urgent);
  pthread_create(&t, NULL, thread, (void *)c);
  while (cr_num_goroutines() < 2) go_yield();
  go(computes, done);
  while (!spins) {}
  cr_dump_goroutines();
  stop = 1;
  chan_recv(done, &v);
  chan_send(c, 1);
  pthread_join(t, NULL);
  printf("%d urgent, ", urgent);
  raise(SIGURG);
  puts(urgent == SIGURG ? "then one" : "still none");
}
// > 0 urgent, then one
// ~ ^goroutine 1 \[running\]:
// ~ ^thread\(
// ~ ^	running.c:18
// ~ ^goroutine 3 \[running\]:
// ~ ^spin\(
// ~ ^	running.c:14
