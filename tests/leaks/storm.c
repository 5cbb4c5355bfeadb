// SPDX-License-Identifier: Apache-2.0
// storm.c: nobody is leaked while everything happens at once: `storm SEARCHES` looks for leaks so many times.
//
// Goroutines hand channels on in memory that is allocated, moved and freed meanwhile, through other channels, timers,
// pipes' waiters and threads; each is woken in the end. A search that overlooks one pointer, or a goroutine that is about
// to be woken, finds a leak, and there is none.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <crun/crun.h>
#include <crun/short.h>

enum { PAIRS = 12 };

static _Atomic int over;
static _Atomic long rounds;

// A message holds the channel on which its sender waits; it is moved about before it is answered.
struct message {
  size_t n;
  chan(int) *answer;
};

static struct message *message_new(chan(int) c, size_t n) {
  struct message *m = malloc(sizeof *m);
  *m = (struct message){n, malloc((n + 1) * sizeof c)};
  memset(m->answer, 0, (n + 1) * sizeof c);
  m->answer[n] = c;
  return m;
}

static void answer(struct message *m) {
  for (int i = 0; i < 4; i++) {
    size_t n = m->n * 7 % 5000 + 1;
    chan(int) c = m->answer[m->n];
    m->answer = realloc(m->answer, ((n > m->n ? n : m->n) + 1) * sizeof c);
    m->answer[m->n] = 0;
    m->answer[n] = c;
    m->n = n;
  }
  chan(int) c = m->answer[m->n];
  free(m->answer);
  free(m);
  chan_send(c, 1);
}

static void server(chan(struct message *) in) {
  struct message *m;
  while (chan_recv(in, &m)) answer(m);
}

static void client(chan(struct message *) to, waitgroup *wg) {
  int v;
  for (size_t i = 0; !over; i++) {
    chan(int) c = chan_make(int, 0);
    chan_send(to, message_new(c, i % 97));
    chan_recv(c, &v);
    chan_free(c);
    rounds++;
  }
  wg_done(wg);
}

struct late {
  chan(int) c;
};

static void ring(void *p) {
  struct late *l = p;
  chan_send(l->c, 1);
  free(l);
}

// Only the timer knows the channel, which the one that waits cannot reach from elsewhere.
static void timed(waitgroup *wg) {
  int v;
  while (!over) {
    struct late *l = malloc(sizeof *l);
    chan(int) c = l->c = chan_make(int, 0);
    cr_timer *t = cr_after_func(200000, ring, l);
    l = NULL;
    chan_recv(c, &v);
    cr_timer_free(t);
    chan_free(c);
    rounds++;
  }
  wg_done(wg);
}

static void piped(waitgroup *wg) {
  int p[2];
  char b = 0;
  if (pipe(p) != 0) abort();
  while (!over) {
    if (write(p[1], &b, 1) != 1 || read(p[0], &b, 1) != 1) abort();
    cr_sleep(100000);
  }
  wg_done(wg);
}

static void *thread(void *to) {
  int v;
  while (!over) {
    chan(int) c = chan_make(int, 0);
    chan_send((chan(struct message *))to, message_new(c, 3));
    chan_recv(c, &v);
    chan_free(c);
  }
  return NULL;
}

static void lock_all(mutex *m, waitgroup *wg) {
  while (!over) {
    mutex_lock(m);
    cr_yield();
    mutex_unlock(m);
  }
  wg_done(wg);
}

int main(int argc, char **argv) {
  waitgroup wg = {0};
  chan(struct message *) to[PAIRS];
  mutex *m = calloc(1, sizeof *m);
  pthread_t threads[2];
  int searches = argc > 1 ? atoi(argv[1]) : 100, found = 0, failed = 0;
  wg_add(&wg, PAIRS + 6);
  for (int i = 0; i < PAIRS; i++) {
    to[i] = chan_make(struct message *, i % 3);
    go(server, to[i]);
    go(client, to[i], &wg);
  }
  for (int i = 0; i < 2; i++) {
    go(timed, &wg);
    go(piped, &wg);
    go(lock_all, m, &wg);
    pthread_create(&threads[i], NULL, thread, (void *)to[i]);
  }
  for (int i = 0; i < searches; i++) {
    int n = cr_find_leaks();
    if (n > 0) found += n;
    failed += n < 0;
    cr_yield();
  }
  over = 1;
  wg_wait(&wg);
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
  printf("%d found in %d searches, %d given up\n", found, searches, failed);
  return found || failed > searches / 10 || rounds < searches ? 1 : 0;
}
