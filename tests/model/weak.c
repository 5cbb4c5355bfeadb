// SPDX-License-Identifier: Apache-2.0
// weak.c: depth first through the executions of a few threads, as C11 allows them.
//
// What one thread alone uses, or nobody writes, is no step. Which locations that are shows in the runs: when one turns out
// to be shared the search begins again, and what counts is the last one.
//
// A run begins with all static memory as `begin` left it and follows the choices in `path`: who goes on, and what a load
// reads. A state is every thread's history: what it did, and of which store of whom what it read. Equal ones are merged.
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "weak_run.h"

struct explorer *x;
static char *tls_lo;
static size_t tls_bytes_own;

_Noreturn void weak_fail(const char *what) {
  char line[256];
  int n = snprintf(line, sizeof line, "found: %s: not true: %s, after the steps of threads ", x->model->name, what);
  for (int i = 0; i < x->at && n < (int)sizeof line - 4; i++)
    if (!x->path[i].is_value) line[n++] = (char)('0' + x->path[i].thread);
  line[n++] = '\n';
  if (write(1, line, (size_t)n) < 0) _exit(2);
  _exit(1);
}

int weak_thread(void) { return x->running; }
bool weak_is(const char *word) { return strcmp(x->word, word) == 0; }

// ---- choices ---------------------------------------------------------------------------------------------

int weak_choose(int n, bool is_value) {
  int d = x->at++;
  if (d == DEPTH) weak_fail("the run ends");
  if (d == x->path_len) {
    x->path[d].chosen = 0;
    x->path[d].options = (uint8_t)n;
    x->path[d].is_value = is_value;
    x->path_len++;
  }
  return x->path[d].chosen;
}

static bool next_path(void) {
  for (; x->path_len > 0; x->path_len--)
    if (x->path[x->path_len - 1].chosen + 1 < x->path[x->path_len - 1].options) {
      x->path[x->path_len - 1].chosen++;
      return true;
    }
  return false;
}

void weak_step(void) {
  struct thread *t = &x->thread[x->running];
  coro_switch(&t->coro, &x->coro);
}

static bool is_shared(const struct used *u) {
  uint8_t all = u->readers | u->writers;
  return u->writers && all & (all - 1);
}

bool weak_shared(uintptr_t addr, bool writes) {
  struct used *u = &x->used[addr * 0x9e3779b97f4a7c15ull >> (64 - USED_BITS)];
  for (; u->addr && u->addr != addr; u++)
    if (u == &x->used[(1 << USED_BITS) - 1]) weak_fail("there are few locations");
  bool was = is_shared(u);
  u->addr = addr;
  *(writes ? &u->writers : &u->readers) |= (uint8_t)(1u << x->running);
  if (!was && is_shared(u)) x->more_shared = true;
  return is_shared(u);
}

// ---- the search --------------------------------------------------------------------------------------------

static void thread_main(void) {
  struct thread *t = &x->thread[x->running];
  x->model->run(x->running);
  t->ended = true;
  coro_switch(&t->coro, &x->coro);
}

static int own_tls(struct dl_phdr_info *info, size_t size, void *arg) {
  (void)size, (void)arg;
  for (int i = 0; i < info->dlpi_phnum; i++)
    if (info->dlpi_phdr[i].p_type == PT_TLS) {
      size_t align = info->dlpi_phdr[i].p_align, n = (info->dlpi_phdr[i].p_memsz + align - 1) & -align;
      tls_lo = (char *)__builtin_thread_pointer() - n;
      tls_bytes_own = n;
    }
  return 1;  // the program itself is the first
}

static void begin_run(void) {
  memcpy(__data_start, x->first_data, (size_t)(weak_arena - __data_start) + x->arena_used);
  char *rest = weak_arena + ARENA;
  memcpy(rest, x->first_data + (rest - __data_start), (size_t)(_end - rest));
  x->run++;
  x->nlocs = x->nmessages = 0;
  memset(&x->order, 0, sizeof x->order);
  for (int i = 0; i < x->model->threads; i++) {
    struct thread *t = &x->thread[i];
    memset(t, 0, offsetof(struct thread, tls));
    memcpy(t->tls, x->first_tls, tls_bytes_own);
    t->history = (uint64_t)i + 1;
    t->now.clk[i] = 1;
    coro_make(&t->coro, x->stacks + i * STACK, STACK, thread_main);
  }
}

static int enabled(uint8_t *who) {
  int n = 0;
  for (int i = 0; i < x->model->threads; i++)
    if (!x->thread[i].ended && (!x->thread[i].waits || weak_is_free(x->thread[i].waits))) who[n++] = (uint8_t)i;
  return n;
}

static bool all_ended(void) {
  for (int i = 0; i < x->model->threads; i++)
    if (!x->thread[i].ended) return false;
  return true;
}

static bool is_new(int last, int spent) {
  uint64_t h = mix(7, x->model->preemptions ? (uint64_t)(last + 2) * 16 + (uint64_t)spent : 0);
  for (int i = 0; i < x->model->threads; i++) h = mix(h, x->thread[i].history * 2 + x->thread[i].ended);
  h |= !h;
  for (uint64_t i = h;; i++) {
    uint64_t *slot = &x->seen[i & ((1u << TABLE_BITS) - 1)];
    if (*slot == h) return false;
    if (*slot) continue;
    *slot = h;
    if (++x->nseen > (1u << TABLE_BITS) / 4 * 3) weak_fail("the table of states is large enough");
    return true;
  }
}

static void run_thread(int i) {
  struct thread *t = &x->thread[i];
  x->running = i;
  t->history = mix(t->history, 5);  // that it took a step
  memcpy(tls_lo, t->tls, tls_bytes_own);
  coro_switch(&x->coro, &t->coro);
  memcpy(t->tls, tls_lo, tls_bytes_own);
  x->running = -1;
}

// order puts who went on last first, and alone if no more preemptions are left.
static int order(uint8_t *who, int n, int *last, int spent) {
  int at = 0;
  while (at < n && who[at] != *last) at++;
  if (at == n) *last = -1;
  if (*last < 0) return n;
  who[at] = who[0];
  who[0] = (uint8_t)*last;
  return x->model->preemptions && spent >= x->model->preemptions ? 1 : n;
}

static void run_once(void) {
  int last = -1, spent = 0;
  begin_run();
  for (x->at = 0;;) {
    uint8_t who[T];
    int n = enabled(who);
    if (!n) {
      if (!all_ended()) weak_fail("somebody can go on");
      x->model->finish();
      return;
    }
    n = order(who, n, &last, spent);
    if (x->at == x->path_len && !is_new(last, spent)) return;
    int i = weak_choose(n, false);
    if (last >= 0 && i > 0) spent++;
    x->path[x->at - 1].thread = who[i];
    run_thread(last = who[i]);
  }
}

static void again(void) {
  memset(x->seen, 0, sizeof *x->seen << TABLE_BITS);
  x->nseen = 0;
  x->path_len = 0;
  x->more_shared = false;
}

static uint64_t explore(const struct weak_model *m) {
  x->model = m;
  x->running = -1;
  memcpy(__data_start, x->new_data, (size_t)(_end - __data_start));
  memcpy(tls_lo, x->new_tls, tls_bytes_own);
  x->arena_used = 0;
  m->begin();
  memcpy(x->first_data, __data_start, (size_t)(_end - __data_start));
  memcpy(x->first_tls, tls_lo, tls_bytes_own);
  size_t used = x->arena_used;
  memset(x->used, 0, sizeof x->used);
  again();
  for (;;) {
    x->arena_used = used;
    run_once();
    if (x->more_shared) again();
    else if (!next_path()) break;
  }
  return x->nseen;
}

static void *pages(size_t n) {
  void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) _exit(2);
  return p;
}

static void set_up(void) {
  x = pages(sizeof *x);
  x->seen = pages(sizeof *x->seen << TABLE_BITS);
  x->shadow = pages(sizeof *x->shadow * (size_t)(_end - __data_start));
  x->first_data = pages((size_t)(_end - __data_start));
  x->new_data = pages((size_t)(_end - __data_start));
  x->first_tls = pages(TLS_MAX);
  x->new_tls = pages(TLS_MAX);
  x->stacks = pages(T * STACK);
  x->running = -1;
  x->no_lock = x->site = -1;
  dl_iterate_phdr(own_tls, NULL);
  if (tls_bytes_own > TLS_MAX) _exit(2);
  memcpy(x->new_data, __data_start, (size_t)(_end - __data_start));
  memcpy(x->new_tls, tls_lo, tls_bytes_own);
}

static void explore_all(const struct weak_model *models, int n, const char *only) {
  for (int i = 0; i < n; i++) {
    if (only && strcmp(only, models[i].name)) continue;
    uint64_t states = explore(&models[i]);
    printf("%s: %llu states, %d locks\n", models[i].name, (unsigned long long)states, x->nlocks);
    fflush(stdout);
  }
}

// relax_each tells for each site what comes of it if it is relaxed. Some are needed by nobody: what is inlined where a lock
// orders as well, or what another site of the same line does for it.
static void relax_each(const struct weak_model *models, int n, const char *only) {
  for (int i = 0; i < x->nsites; i++) {
    printf("%s at %#lx: ", x->sites[i].acquires ? "acquires" : "releases", (unsigned long)(x->sites[i].pc - 1));
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
      x->site = i;
      explore_all(models, n, only);
      _exit(0);
    }
    waitpid(child, NULL, 0);
  }
}

int weak_main(int argc, char **argv, const struct weak_model *models, int n) {
  const char *only = argc > 2 ? argv[2] : NULL;
  set_up();
  x->word = argc > 1 ? argv[1] : "none";
  x->no_release = weak_is("no_release");
  x->no_acquire = weak_is("no_acquire");
  if (strncmp(x->word, "no_lock=", 8) == 0) x->no_lock = atoi(x->word + 8);
  explore_all(models, n, only);
  if (weak_is("sites")) relax_each(models, n, only);
  return 0;
}
