// SPDX-License-Identifier: Apache-2.0
// soak.c: a bit of everything at a low rate, for as long as it is told, and what must hold is checked at each turn.
//   soak SECONDS [TURNS_A_SECOND]
// Each turn runs the parts at once: a pipeline, a crowd on one lock, selects with timeouts, canceled contexts, an echo over
// loopback, a child process, a deep stack, a plain nap that blocks its thread. Then no goroutine is left, no descriptor, and
// the memory is that of the turns before. It ends with 1 and says what did not hold; else with 0 and a line of figures.
#include <crun/crun.h>
#include <crun/short.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MUST(cond) \
  do { if (!(cond)) { fprintf(stderr, "soak: turn %ld: not true: %s\n", turn, #cond); exit(1); } } while (0)

static long turn;

// ---- the parts -------------------------------------------------------------------------------------

static void numbers(int n, chan(long) out) {
  for (int i = 0; i < n; i++) chan_send(out, i);
  chan_close(out);
}

static void squares(chan(long) in, chan(long) out) {
  for_chan (long, v, in) chan_send(out, v * v);
  chan_close(out);
}

static void pipeline(void *arg) {
  chan(long) a = chan_make(long), b = chan_make(long, 7);
  long sum = 0;
  go(numbers, 300, a);
  go(squares, a, b);
  for_chan (long, v, b) sum += v;
  MUST(sum == 8955050);
  chan_free(a);
  chan_free(b);
}

static mutex mu;
static long shared;

static void adds(void *arg) {
  for (int i = 0; i < 50; i++) {
    mutex_lock(&mu);
    long was = shared;
    if (i % 10 == 0) go_yield();
    shared = was + 1;
    mutex_unlock(&mu);
  }
}

static void crowd(void *arg) {
  waitgroup wg = {0};
  mutex_lock(&mu);
  shared = 0;
  mutex_unlock(&mu);
  for (int i = 0; i < 40; i++) wg_go(&wg, adds, NULL);
  wg_wait(&wg);
  MUST(shared == 2000);
}

static void selects(void *arg) {
  chan(int) c = chan_make(int), full = chan_make(int, 1);
  int v, timeouts = 0;
  chan_send(full, 1);
  for (int i = 0; i < 5; i++) {
    select {
      on_recv (c, &v)               { MUST(false); }
      on_send (full, 2)             { MUST(false); }
      on_timeout (CR_MILLISECOND)   { timeouts++; }
    }
  }
  MUST(timeouts == 5);
  chan_free(c);
  chan_free(full);
}

static void waits_for(cr_context *ctx, waitgroup *wg) {
  char none;
  MUST(!chan_recv(cr_context_done(ctx), &none) && cr_context_err(ctx) != 0);
  wg_done(wg);
}

static void contexts(void *arg) {
  waitgroup wg = {0};
  cr_context *parent = cr_context_with_cancel(cr_context_background()), *child[10];
  wg_add(&wg, 10);
  for (int i = 0; i < 10; i++) {
    child[i] = i % 2 ? cr_context_with_timeout(parent, CR_HOUR) : cr_context_with_cancel(parent);
    go(waits_for, child[i], &wg);
  }
  cr_context_cancel(parent);
  wg_wait(&wg);
  for (int i = 0; i < 10; i++) cr_context_free(child[i]);
  cr_context_free(parent);
}

static void echoes(cr_conn l) {
  cr_conn c;
  char buf[64];
  MUST(cr_net_accept(l, &c) == 0);
  for (ssize_t n; (n = cr_net_read(c, buf, sizeof buf)) > 0;) MUST(cr_net_write(c, buf, (size_t)n) == n);
  cr_net_close(c);
}

static void echo(void *arg) {
  cr_conn l, c;
  cr_addr at;
  char text[CR_ADDR_TEXT], buf[64];
  MUST(cr_net_listen(&l, "tcp", "127.0.0.1:0") == 0 && cr_net_local(l, &at) == 0);
  go(echoes, l);
  MUST(cr_net_dial(&c, "tcp", cr_addr_text(&at, text), 10 * CR_SECOND) == 0);
  for (int i = 0; i < 10; i++) {
    int n = snprintf(buf, sizeof buf, "message %d", i), got = 0;
    MUST(cr_net_write(c, buf, (size_t)n) == n);
    for (ssize_t r; got < n; got += (int)r) MUST((r = cr_net_read(c, text, (size_t)(n - got))) > 0);
  }
  cr_net_close_write(c);
  MUST(cr_net_read(c, buf, sizeof buf) == 0);
  cr_net_close(c);
  cr_net_close(l);
}

static void child(void *arg) {
  char *argv[] = {"true", NULL};
  cr_child c;
  int status;
  MUST(cr_child_start(&c, "true", argv, NULL) == 0 && cr_child_wait(c, &status) == 0 && status == 0);
}

static int deep(int n) {
  volatile char frame[1024];
  frame[0] = (char)n;
  return n == 0 ? 0 : deep(n - 1) + (frame[0] == (char)n);
}

static void recurses(void *arg) { MUST(deep(100) == 100); }

static void naps(void *arg) {
  struct timespec t = {0, 2000000};
  syscall(SYS_nanosleep, &t, NULL);
}

// ---- turns -----------------------------------------------------------------------------------------

static void run_parts(void) {
  static void (*const parts[])(void *) = {pipeline, crowd, selects, contexts, echo, child, recurses, naps};
  waitgroup wg = {0};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) wg_go(&wg, parts[i], NULL);
  wg_wait(&wg);
}

static int descriptors(void) {
  int n = 0;
  DIR *d = opendir("/proc/self/fd");
  while (d && readdir(d)) n++;
  if (d) closedir(d);
  return n;
}

static long resident_kb(void) {
  long pages = 0;
  FILE *f = fopen("/proc/self/statm", "r");
  if (f && fscanf(f, "%*d %ld", &pages) != 1) pages = 0;
  if (f) fclose(f);
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

// settled: those of the last turn have ended; a goroutine is counted for a moment longer than its last word.
static bool settled(uint64_t goroutines) {
  for (int i = 0; i < 1000 && cr_num_goroutines() > goroutines; i++) go_sleep(CR_MILLISECOND);
  return cr_num_goroutines() <= goroutines;
}

int main(int argc, char **argv) {
  long seconds = argc > 1 ? atol(argv[1]) : 60, rate = argc > 2 ? atol(argv[2]) : 5;
  enum { WARM = 50 };
  uint64_t goroutines = 0;
  int fds = 0;
  long rss = 0, most = 0;
  int64_t end = cr_nanotime() + seconds * CR_SECOND;
  for (turn = 0; turn < WARM || cr_nanotime() < end; turn++) {
    run_parts();
    if (turn == 1) goroutines = cr_num_goroutines(), fds = descriptors();
    if (turn > 1) MUST(settled(goroutines));
    if (turn > 1) MUST(descriptors() <= fds);
    if (turn == WARM) rss = resident_kb();
    if (turn > WARM && resident_kb() > most) most = resident_kb();
    if (turn >= WARM) go_sleep(CR_SECOND / rate);
  }
  MUST(most <= 2 * rss + 8192);
  printf("soak: %ld turns, %ld KB resident after %d turns, %ld at most\n", turn, rss, WARM, most);
}
