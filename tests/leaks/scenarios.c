// SPDX-License-Identifier: Apache-2.0
// scenarios.c: who is leaked, and who is not: `scenarios NAME` runs one and compares what cr_find_leaks finds with what is right.
//
// What makes the objects is never inlined and its dead stack is wiped, so that no stale word of it is found. A few keep
// what they made where it must be found: there the answer is 0 for that one reason.
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <threads.h>
#include <unistd.h>

#include <crun/crun.h>
#include <crun/short.h>

#define NOINLINE __attribute__((noinline))
#define SECOND INT64_C(1000000000)

static NOINLINE void wipe(void) {
  volatile char dead[32 * 1024];
  for (size_t i = 0; i < sizeof dead; i++) dead[i] = 0;
}

// settle lets the others run until they wait, or most of them.
static NOINLINE void settle(void) {
  for (int i = 0; i < 10; i++) {
    cr_sleep(100000);
    cr_yield();
  }
  wipe();
}

// look looks until as many are leaked as should be, for who has not come to wait yet is not: a hundred times at most.
static NOINLINE int look(int leaked) {
  int n = -1;
  for (int i = 0; i < 100 && n != leaked; i++) {
    settle();
    n = cr_find_leaks();
  }
  return n;
}

// ---- who waits -----------------------------------------------------------------------------------------

static void receive(chan(int) c) {
  int v;
  chan_recv(c, &v);
}

static void send(chan(int) c) { chan_send(c, 1); }

static void receive_of_two(chan(int) a, chan(int) b) {
  int v;
  select {
    on_recv(a, &v) {}
    on_recv(b, &v) {}
  }
}

static void sleep_with(void *p) {
  void *volatile kept = p;
  cr_sleep(3600 * SECOND);
  (void)kept;
}

static chan(int) channel(void) { return chan_make(int, 0); }

// ---- leaked --------------------------------------------------------------------------------------------

static NOINLINE void receiver(void) { go(receive, channel()); }
static NOINLINE void sender(void) { go(send, channel()); }
static NOINLINE void selecting(void) { go(receive_of_two, channel(), channel()); }

static void select_nothing(void) {
  select {}
}
static NOINLINE void nothing(void) {
  go(select_nothing);
  go(receive, (chan(int))NULL);
  go(send, (chan(int))NULL);
}

static void hold(mutex *m) { mutex_lock(m); }
static void lock_too(mutex *m) {
  mutex_lock(m);
  mutex_unlock(m);
}
static NOINLINE void lock_of_the_dead(void) {
  mutex *m = calloc(1, sizeof *m);
  go(hold, m);
  cr_yield();
  go(lock_too, m);
}

static void wait_for(waitgroup *wg) { wg_wait(wg); }
static NOINLINE void group(void) {
  waitgroup *wg = calloc(1, sizeof *wg);
  wg_add(wg, 1);
  go(wait_for, wg);
}

struct guarded {
  mutex m;
  cond c;
};
static void wait_for_signal(struct guarded *g) {
  mutex_lock(&g->m);
  cond_wait(&g->c, &g->m);
  mutex_unlock(&g->m);
}
static NOINLINE void condition(void) { go(wait_for_signal, (struct guarded *)calloc(1, sizeof(struct guarded))); }

static void acquire(sema *s) { sema_acquire(s); }
static NOINLINE void semaphore(void) { go(acquire, (sema *)calloc(1, sizeof(sema))); }

static void read_lock(rwmutex *rw) { rw_rlock(rw); }
static void write_lock(rwmutex *rw) { rw_lock(rw); }
static NOINLINE void readers_and_writers(void) {
  rwmutex *rw = calloc(1, sizeof *rw);
  go(write_lock, rw);
  cr_yield();
  go(write_lock, rw);
  go(read_lock, rw);
}

static void produce(chan(int) c) {
  for (int i = 0; i < 3; i++) chan_send(c, i);
}
static NOINLINE void early_return(void) {
  chan(int) c = channel();
  int v;
  go(produce, c);
  chan_recv(c, &v);
}

static NOINLINE void too_late(void) {
  chan(int) result = channel();
  int v;
  if (!chan_recv_timeout(result, &v, 1000)) go(send, result);
}

// B waits for A, which waits for what nobody has.
static void forward(chan(int) from, chan(int) to) {
  int v;
  chan_recv(from, &v);
  chan_send(to, v);
}
static NOINLINE void nested(void) {
  chan(int) a = channel(), b = channel();
  go(forward, a, b);
  go(receive, b);
}

// The waitgroup lies on the stack of a goroutine that waits for ever itself.
static void owner(chan(int) c) {
  waitgroup wg = {0};
  wg_add(&wg, 1);
  go(wait_for, &wg);
  receive(c);
  wg_wait(&wg);
}
static NOINLINE void on_a_dead_stack(void) { go(owner, channel()); }

struct node {
  struct node *next, *prev;
  chan(int) c;
};
static void receive_through(struct node *n) { receive(n->next->next->c); }
static struct node *ring(int n) {
  struct node *first = calloc(1, sizeof *first), *last = first;
  first->c = channel();
  for (int i = 1; i < n; i++) {
    struct node *x = calloc(1, sizeof *x);
    *x = (struct node){.prev = last, .c = channel()};
    last = last->next = x;
  }
  last->next = first;
  first->prev = last;
  return first;
}
static NOINLINE void linked(void) { go(receive_through, ring(5)); }

static NOINLINE void many(void) {
  for (int i = 0; i < 1000; i++) receiver();
}

static NOINLINE void many_cases(void) {
  for (int k = 0; k < 2; k++) receiver();
  chan(int) one = channel();
  go(receive_of_two, one, one);
}

// A select of many cases has its places in the queues on the heap.
static void receive_of_many(chan(int) *c, unsigned n) {
  cr_select_case *cases = calloc(n, sizeof *cases);
  int v;
  for (unsigned i = 0; i < n; i++) cases[i] = (cr_select_case){.c = (struct cr_chan *)c[i], .elem = &v};
  cr_select_cases(cases, n, CR_FOREVER);
  free(cases);
}
static chan(int) * channels(unsigned n) {
  chan(int) *c = calloc(n, sizeof *c);
  for (unsigned i = 0; i < n; i++) c[i] = channel();
  return c;
}
static NOINLINE void select_of_many(void) {
  go(receive_of_many, channels(100), 100u);
  go(receive_of_many, channels(300), 300u);
}

static NOINLINE void pooled(void) {
  chan(int) jobs = channel();
  for (int i = 0; i < 8; i++) go(receive, jobs);
}

static chan(int) volatile abandoned;
static NOINLINE void forgotten_global(void) {
  abandoned = channel();
  go(receive, abandoned);
  cr_yield();
  abandoned = NULL;
}

static void end_timer(void *p) {}
static NOINLINE void stopped_timer(void) {
  cr_timer *t = cr_after_func(3600 * SECOND, end_timer, channel());
  go(receive, channel());
  cr_timer_stop(t);
}

static void tick_on(cr_chan(int64_t) c) {
  int64_t t;
  for (;;) chan_recv(c, &t);
}
static NOINLINE void stopped_ticker(void) {
  cr_ticker *t = cr_ticker_new(1000000);
  go(tick_on, cr_ticker_chan(t));
  for (int i = 0; i < 5; i++) cr_sleep(1000000);
  cr_ticker_stop(t);
}

// ---- not leaked ----------------------------------------------------------------------------------------

static chan(int) volatile global;
static NOINLINE void daemon_of_a_global(void) {
  global = channel();
  go(receive, global);
}

static NOINLINE void sleeper(void) {
  chan(int) c = channel();
  go(receive, c);
  go(sleep_with, (void *)c);
}

static NOINLINE void timer_holds(void) {
  chan(int) c = channel();
  go(receive, c);
  cr_after_func(3600 * SECOND, end_timer, (void *)c);
}

static void timed(chan(int) c) {
  int v;
  chan_recv_timeout(c, &v, 3600 * SECOND);
}
static NOINLINE void time_limit(void) { go(timed, channel()); }

static void timed_holder(chan(int) mine, chan(int) other) {
  timed(mine);
  send(other);
}
static NOINLINE void time_limit_holds(void) {
  chan(int) c = channel();
  go(receive, c);
  go(timed_holder, channel(), c);
}

static void tick(cr_chan(int64_t) c) {
  int64_t t;
  chan_recv(c, &t);
}
static NOINLINE void ticker(void) { go(tick, cr_ticker_chan(cr_ticker_new(3600 * SECOND))); }

static void read_with(int fd, chan(int) c) {
  char b;
  if (read(fd, &b, 1) >= 0) send(c);
}
static NOINLINE void io_waiter(void) {
  int p[2];
  chan(int) c = channel();
  if (pipe(p) != 0) abort();
  go(receive, c);
  go(read_with, p[0], c);
}

static pthread_barrier_t met;
static _Thread_local void *volatile in_tls;
static void *thread_tls(void *arg) {
  in_tls = arg;
  pthread_barrier_wait(&met);
  pause();
  return NULL;
}
static void *thread_stack(void *arg) {
  void *volatile kept = arg;
  pthread_barrier_wait(&met);
  pause();
  return kept;
}
static pthread_key_t key;
static void *thread_specific(void *arg) {
  pthread_setspecific(key, arg);
  pthread_barrier_wait(&met);
  pause();
  return NULL;
}
static NOINLINE void with_thread(void *(*fn)(void *)) {
  chan(int) c = channel();
  pthread_t t;
  pthread_barrier_init(&met, NULL, 2);
  pthread_key_create(&key, NULL);
  if (pthread_create(&t, NULL, fn, (void *)c) != 0) abort();
  go(receive, c);
  pthread_barrier_wait(&met);
}
static NOINLINE void tls(void) { with_thread(thread_tls); }
static NOINLINE void specific(void) { with_thread(thread_specific); }
static NOINLINE void foreign_stack(void) { with_thread(thread_stack); }

// A thread that no signal reaches: it is taken as it sleeps.
static void *thread_deaf(void *arg) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, NULL);
  return thread_stack(arg);
}
static NOINLINE void deaf_thread(void) { with_thread(thread_deaf); }

// A hundred thousand wait for one channel, and each one's stack leads there. Were all of them asked at each such word, the
// four searches would not be over in the time that a test has.
static chan(int) volatile crowded;
static NOINLINE void many_of_one(void) {
  crowded = chan_make(int, 0);
  for (int i = 0; i < 100000; i++) go(receive, crowded);
  for (int i = 0; i < 4; i++) settle(), cr_find_leaks();
}

static chan(int) volatile one_of_many;
static NOINLINE void select_of_many_live(void) {
  chan(int) *c = channels(200);
  one_of_many = c[150];
  go(receive_of_many, c, 200u);
}

// Threads that have just been made, and mostly not begun: what they are given is not lost meanwhile.
static void *thread_send(void *arg) {
  send((chan(int))arg);
  return NULL;
}
static int thread_send_c11(void *arg) { return thread_send(arg) != NULL; }
static NOINLINE void new_sender(bool c11) {
  chan(int) c = channel();
  pthread_t t;
  thrd_t t11;
  go(receive, c);
  cr_yield();
  if (c11 ? thrd_create(&t11, thread_send_c11, (void *)c) != thrd_success : pthread_create(&t, NULL, thread_send, (void *)c) != 0) abort();
  if (c11) thrd_detach(t11);
  else pthread_detach(t);
}
static NOINLINE void new_threads(void) {
  for (int i = 0; i < 100; i++) {
    new_sender(i % 2);
    wipe();
    if (cr_find_leaks() != 0) abort();
  }
}

static char *volatile inside;
static NOINLINE void interior(void) {
  struct {
    char padding[1000];
    chan(int) c;
  } *o = calloc(1, sizeof *o);
  o->c = channel();
  go(receive, o->c);
  inside = o->padding + 500;
}

static NOINLINE void mapped(void) {
  chan(int) *m = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  m[1000] = channel();
  go(receive, m[1000]);
}

static NOINLINE void shared(void) {
  chan(int) *m = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  m[1000] = channel();
  go(receive, m[1000]);
}

static NOINLINE void sealed(void) {
  chan(int) *m = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  m[10] = channel();
  go(receive, m[10]);
  mprotect(m, 4096, PROT_READ);
}

// A page of the block cannot be read; the channel lies behind it.
static char *volatile guarded;
static NOINLINE void guarded_block(void) {
  guarded = aligned_alloc(4096, 4 * 4096);
  memset(guarded, 0, 4 * 4096);
  chan(int) *at = (void *)(guarded + 3 * 4096);
  at[7] = channel();
  mprotect(guarded + 4096, 4096, PROT_NONE);
  go(receive, at[7]);
}

static volatile uintptr_t hidden;
static NOINLINE void rooted(void) {
  chan(int) c = channel();
  hidden = (uintptr_t)c ^ UINTPTR_MAX;
  cr_root((void *)c, 1);
  go(receive, c);
}
static NOINLINE void unrooted(void) {
  rooted();
  cr_unroot((void *)(hidden ^ UINTPTR_MAX));
}

static struct node *volatile list;
static NOINLINE void linked_from_a_global(void) {
  list = ring(5);
  go(receive_through, list);
}

// A is live, so what it will send to keeps B alive.
static NOINLINE void nested_live(void) {
  chan(int) b = channel();
  global = channel();
  go(forward, global, b);
  go(receive, b);
}

static void *volatile big;
static NOINLINE void big_block(void) {
  chan(int) *m = calloc(1, 8 << 20);
  m[900000] = channel();
  go(receive, m[900000]);
  big = (char *)m + (7 << 20);
}

static void *volatile resized;
static NOINLINE void reallocated(void) {
  chan(int) *m = malloc(100);
  m[1] = channel();
  go(receive, m[1]);
  resized = realloc(m, 1 << 20);
}

// The channel is on a running goroutine's stack, main's, and nowhere else.
static int on_main_stack(void) {
  chan(int) c = channel();
  go(receive, c);
  int n = look(0);
  send(c);
  return n;
}

static _Atomic int computing;
static void compute_with(chan(int) c) {
  computing = 1;
  while (computing) {}
  send(c);
}
static NOINLINE void running(void) {
  chan(int) c = channel();
  go(receive, c);
  go(compute_with, c);
  while (!computing) cr_sleep(1000000);
}

static NOINLINE void on_a_live_stack(void) {
  global = channel();
  go(owner, global);
}

static NOINLINE void arena_of_a_thread(void);

// ---- the table -----------------------------------------------------------------------------------------

static const struct scenario {
  const char *name;
  void (*run)(void);
  int leaked;
} scenarios[] = {
#define LEAKED(name, n) {#name, name, n},
#define LIVE(name) {#name, name, 0},
#include "scenarios.inc"
};

static void *other_arena(void *run) {
  ((void (*)(void))run)();
  wipe();
  return NULL;
}

// Blocks of a thread's come from an arena of its own.
static NOINLINE void arena_of_a_thread(void) {
  pthread_t t;
  if (pthread_create(&t, NULL, other_arena, (void *)receiver) != 0) abort();
  pthread_join(t, NULL);
}

static int right(const char *name, int found, int leaked) {
  printf("%s: %d leaked, right is %d\n", name, found, leaked);
  computing = 0;
  fflush(stdout);
  _exit(found == leaked ? 0 : 1);
}

int main(int argc, char **argv) {
  const char *name = argc > 1 ? argv[1] : "";
  if (strcmp(name, "on_main_stack") == 0) return right(name, on_main_stack(), 0);
  for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++) {
    if (strcmp(name, scenarios[i].name) != 0) continue;
    scenarios[i].run();
    return right(name, look(scenarios[i].leaked), scenarios[i].leaked);
  }
  fprintf(stderr, "no scenario %s\n", name);
  return 2;
}
