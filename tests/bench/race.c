// SPDX-License-Identifier: Apache-2.0
// race.c: the CPU kernels on which crun's -race is held against clang's sanitizer.
//   race KERNEL     prints the milliseconds of processor time that the kernel took
//   race -1 KERNEL  runs it with nobody else about
//   race meta       makes 10^9 accesses to 64 MB and prints the resident megabytes afterwards
//
// A kernel runs in a thread of its own while main and LIVE other threads are alive and each have written something,
// so that no shortcut for programs with one thread is taken. The program uses pthreads and C11 atomics alone, so
// it is the same under plain clang, under -fsanitize=thread and under crun. With -DGOROUTINES the others, and
// those that scale_* starts, are goroutines.
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef GOROUTINES
#include <crun/crun.h>
#include <crun/short.h>
#endif

#define NOINLINE __attribute__((noinline))

_Atomic long published;  // a release store to it ends an epoch
static volatile long sink;

static uint64_t seed = 88172645463325252u;

static inline uint64_t random_step(uint64_t *x) {
  *x ^= *x << 13;
  *x ^= *x >> 7;
  *x ^= *x << 17;
  return *x;
}

static void *must_alloc(size_t n) {
  void *p = malloc(n);
  if (!p) abort();
  memset(p, 1, n);
  return p;
}

static void release(long i) { atomic_store_explicit(&published, i, memory_order_release); }

// ---- array, matrix, bytes ---------------------------------------------------------------------

NOINLINE static void add(long *to, const long *from, long n) {
  for (long i = 0; i < n; i++) to[i] += from[i];
}

static void kernel_array(void) {
  enum { N = 1 << 18, ROUNDS = 60 };
  long *a = must_alloc(N * sizeof *a), *b = must_alloc(N * sizeof *b);
  for (int r = 0; r < ROUNDS; r++) {
    add(a, b, N);
    release(r);
  }
  sink = a[7];
}

NOINLINE static long sum_of(const int *a, long n) {
  long sum = 0;
  for (long i = 0; i < n; i++) sum += a[i];
  return sum;
}

static void kernel_sum(void) {
  enum { N = 1 << 19, ROUNDS = 60 };
  int *a = must_alloc(N * sizeof *a);
  for (int r = 0; r < ROUNDS; r++) {
    a[r] = r;
    sink = sum_of(a, N);
    release(r);
  }
}

NOINLINE static void prefix(long *a, long n) {
  for (long i = 1; i < n; i++) a[i] += a[i - 1];
}

static void kernel_prefix(void) {
  enum { N = 1 << 18, ROUNDS = 60 };
  long *a = must_alloc(N * sizeof *a);
  for (int r = 0; r < ROUNDS; r++) {
    prefix(a, N);
    release(r);
  }
  sink = a[7];
}

NOINLINE static void smooth(int n, const double *from, double *to) {
  for (int i = 1; i < n - 1; i++)
    for (int j = 1; j < n - 1; j++)
      to[i * n + j] = 0.25 * (from[(i - 1) * n + j] + from[(i + 1) * n + j] + from[i * n + j - 1] + from[i * n + j + 1]);
}

static void kernel_stencil(void) {
  enum { N = 512, ROUNDS = 20 };
  double *a = must_alloc(N * N * sizeof *a), *b = must_alloc(N * N * sizeof *b);
  for (int r = 0; r < ROUNDS; r++) {
    smooth(N, a, b);
    smooth(N, b, a);
    release(r);
  }
  sink = (long)a[N + 1];
}

NOINLINE static void multiply(int n, const double *a, const double *b, double *c) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      double sum = 0;
      for (int k = 0; k < n; k++) sum += a[i * n + k] * b[k * n + j];
      c[i * n + j] = sum;
    }
}

static void kernel_matrix(void) {
  enum { N = 160, ROUNDS = 4 };
  double *a = must_alloc(N * N * sizeof *a), *b = must_alloc(N * N * sizeof *b), *c = must_alloc(N * N * sizeof *c);
  for (int r = 0; r < ROUNDS; r++) {
    multiply(N, a, b, c);
    release(r);
  }
  sink = (long)c[9];
}

NOINLINE static unsigned checksum(unsigned char *p, long n) {
  unsigned a = 1, b = 0;
  for (long i = 0; i < n; i++) {
    a = (a + p[i]) % 65521;
    b = (b + a) % 65521;
    p[i] ^= (unsigned char)b;
  }
  return b << 16 | a;
}

static void kernel_bytes(void) {
  enum { N = 1 << 20, ROUNDS = 12 };
  unsigned char *p = must_alloc(N);
  for (int r = 0; r < ROUNDS; r++) {
    sink = checksum(p, N);
    release(r);
  }
}

// ---- hash, list, tree, recursion --------------------------------------------------------------

enum { SLOTS = 1 << 16 };
struct slot {
  uint64_t key, count;
};

NOINLINE static void count_key(struct slot *table, uint64_t key) {
  uint64_t i = key * 0x9e3779b97f4a7c15u >> 48;
  while (table[i % SLOTS].key && table[i % SLOTS].key != key) i++;
  table[i % SLOTS].key = key;
  table[i % SLOTS].count++;
}

static void kernel_hash(void) {
  struct slot *table = calloc(SLOTS, sizeof *table);
  uint64_t x = seed;
  for (int i = 0; i < 3000000; i++) {
    count_key(table, random_step(&x) % 30000 + 1);
    if (i % 10000 == 0) release(i);
  }
  sink = (long)table[5].count;
}

struct node {
  struct node *next;
  long value;
};

NOINLINE static long list_sum(struct node *n) {
  long sum = 0;
  for (; n; n = n->next) sum += n->value++;
  return sum;
}

static void kernel_list(void) {
  enum { N = 100000, ROUNDS = 50 };
  struct node *nodes = must_alloc(N * sizeof *nodes), *head = NULL;
  for (int i = 0; i < N; i++) {
    struct node *n = &nodes[(long)i * 7919 % N];
    *n = (struct node){head, i};
    head = n;
  }
  for (int r = 0; r < ROUNDS; r++) {
    sink = list_sum(head);
    release(r);
  }
}

struct tree {
  struct tree *left, *right;
  uint64_t key;
};

NOINLINE static struct tree **tree_find(struct tree **at, uint64_t key) {
  while (*at && (*at)->key != key) at = key < (*at)->key ? &(*at)->left : &(*at)->right;
  return at;
}

static void kernel_tree(void) {
  struct tree *root = NULL;
  uint64_t x = seed;
  for (int i = 0; i < 400000; i++) {
    uint64_t key = random_step(&x) % 50000;
    struct tree **at = tree_find(&root, key);
    if (!*at) {
      *at = malloc(sizeof **at);
      **at = (struct tree){NULL, NULL, key};
    }
    if (i % 10000 == 0) release(i);
  }
}

static void kernel_lookup(void) {
  struct tree *root = NULL;
  uint64_t x = seed;
  long found = 0;
  for (int i = 0; i < 20000; i++) {
    uint64_t key = random_step(&x) % 50000;
    struct tree **at = tree_find(&root, key);
    if (*at) continue;
    *at = malloc(sizeof **at);
    **at = (struct tree){NULL, NULL, key};
  }
  for (int i = 0; i < 150000; i++) {
    found += *tree_find(&root, random_step(&x) % 50000) != NULL;
    if (i % 10000 == 0) release(i);
  }
  sink = found;
}

static struct tree *grow(int depth) {
  if (!depth) return NULL;
  struct tree *t = malloc(sizeof *t);
  *t = (struct tree){grow(depth - 1), grow(depth - 1), depth};
  return t;
}

NOINLINE static uint64_t tree_sum(const struct tree *t) {
  return t ? t->key + tree_sum(t->left) + tree_sum(t->right) : 0;
}

static void kernel_recursion(void) {
  struct tree *t = grow(17);
  for (int r = 0; r < 20; r++) {
    sink = (long)tree_sum(t);
    release(r);
  }
}

// ---- nbody, sort ------------------------------------------------------------------------------

struct body {
  double x[3], v[3], mass;
};

NOINLINE static void step(struct body *b, int n, double dt) {
  for (int i = 0; i < n; i++)
    for (int j = i + 1; j < n; j++) {
      double d[3], r2 = 0.01;
      for (int k = 0; k < 3; k++) {
        d[k] = b[i].x[k] - b[j].x[k];
        r2 += d[k] * d[k];
      }
      double f = dt / (r2 * r2);
      for (int k = 0; k < 3; k++) {
        b[i].v[k] -= d[k] * b[j].mass * f;
        b[j].v[k] += d[k] * b[i].mass * f;
      }
    }
  for (int i = 0; i < n; i++)
    for (int k = 0; k < 3; k++) b[i].x[k] += dt * b[i].v[k];
}

static void kernel_nbody(void) {
  struct body bodies[24];
  for (int i = 0; i < 24; i++) bodies[i] = (struct body){{i, 2 * i, 3}, {0, 0, i}, 1 + i};
  for (int r = 0; r < 4000; r++) {
    step(bodies, 24, 0.001);
    release(r);
  }
  sink = (long)bodies[3].x[0];
}

NOINLINE static void merge_sort(long *a, long *tmp, long n) {
  if (n <= 8) {
    for (long i = 1; i < n; i++) {
      long x = a[i], j = i;
      for (; j > 0 && a[j - 1] > x; j--) a[j] = a[j - 1];
      a[j] = x;
    }
    return;
  }
  long half = n / 2, i = 0, j = half, k = 0;
  merge_sort(a, tmp, half);
  merge_sort(a + half, tmp, n - half);
  while (i < half && j < n) tmp[k++] = a[i] <= a[j] ? a[i++] : a[j++];
  while (i < half) tmp[k++] = a[i++];
  for (i = 0; i < k; i++) a[i] = tmp[i];
}

static void kernel_sort(void) {
  enum { N = 1 << 17 };
  long *a = must_alloc(N * sizeof *a), *tmp = must_alloc(N * sizeof *tmp);
  uint64_t x = seed;
  for (int r = 0; r < 6; r++) {
    for (int i = 0; i < N; i++) a[i] = (long)(random_step(&x) >> 1);
    merge_sort(a, tmp, N);
    release(r);
  }
  sink = a[0];
}

// ---- random access ----------------------------------------------------------------------------

NOINLINE static void random_access(long *a, long n, long accesses, long every) {
  uint64_t x = seed;
  long sum = 0;
  for (long i = 0; i < accesses; i += every) {
    for (long k = 0; k < every; k++) {
      uint64_t at = random_step(&x) % n;
      if (k % 4 == 3) a[at] = i;
      else sum += a[at];
    }
    release(i);
  }
  sink = sum;
}

static void random_every(long every) {
  enum { N = 1 << 19 };
  random_access(must_alloc(N * sizeof(long)), N, 4000000, every);
}

static void kernel_random_8(void) { random_every(8); }
static void kernel_random_100(void) { random_every(100); }
static void kernel_random_1000(void) { random_every(1000); }

// ---- a lone field ------------------------------------------------------------------------------

struct padded {
  int used;
  char rest[60];
};

NOINLINE static long count_used(struct padded *p, long n) {
  long used = 0;
  for (long i = 0; i < n; i++) {
    struct padded *at = &p[i * 7919 % n];
    if (at->used & 1) used++;
    at->used++;
  }
  return used;
}

// One int of each struct is accessed, the other half of its word never.
static void kernel_field(void) {
  enum { N = 1 << 16, ROUNDS = 40 };
  struct padded *p = must_alloc(N * sizeof *p);
  for (int r = 0; r < ROUNDS; r++) {
    sink = count_used(p, N);
    release(r);
  }
}

// ---- readers ----------------------------------------------------------------------------------

enum { READERS = 128, READ_WORDS = 1 << 14, READS = 40000 };

static void *reader(void *arg) {
  const long *a = arg;
  uint64_t x = seed + (uintptr_t)&x;
  long sum = 0;
  for (int i = 0; i < READS; i++) sum += a[random_step(&x) % READ_WORDS];
  return (void *)sum;
}

// 128 threads that nothing orders read the same words.
static void kernel_readers(void) {
  pthread_t t[READERS];
  long *a = must_alloc(READ_WORDS * sizeof *a);
  for (int i = 0; i < READERS; i++) pthread_create(&t[i], NULL, reader, a);
  for (int i = 0; i < READERS; i++) {
    void *sum;
    pthread_join(t[i], &sum);
    sink = (long)sum;
  }
}

// ---- metadata ---------------------------------------------------------------------------------

static long resident_kb(void) {
  FILE *f = fopen("/proc/self/status", "r");
  char line[256];
  long kb = -1;
  while (f && fgets(line, sizeof line, f))
    if (sscanf(line, "VmRSS: %ld", &kb) == 1) break;
  if (f) fclose(f);
  return kb;
}

// Half of the accesses go through the array in order, half at random with a release every 100.
static void measure_metadata(void) {
  enum { N = 64 << 17 };
  long *a = must_alloc(N * sizeof *a);
  for (int r = 0; r < 30; r++) {
    add(a, a, N);
    release(r);
  }
  random_access(a, N, 500000000, 100);
  printf("%.1f\n", resident_kb() / 1024.0);
}

// ---- two at once --------------------------------------------------------------------------------

enum { SCALE_WORDS = 1 << 14, SCALE_ROUNDS = 400 };
static long *scale_shared;

// Reads what the other one reads too, and writes what is its own.
static long scale_work(long *own, const long *shared) {
  uint64_t x = seed;
  for (int r = 0; r < SCALE_ROUNDS; r++) {
    for (int i = 0; i < SCALE_WORDS; i++) own[i] += shared[random_step(&x) % SCALE_WORDS];
    release(r);
  }
  return own[3];
}

static long scale_one(int private) {
  long *own = must_alloc(SCALE_WORDS * sizeof *own), *mine = must_alloc(SCALE_WORDS * sizeof *mine);
  return scale_work(own, private ? mine : scale_shared);
}

static _Atomic long scale_sink;

#ifdef GOROUTINES
static void scale_go(int private, waitgroup *wg) {
  scale_sink = scale_one(private);
  wg_done(wg);
}

static void scale(int n, int private) {
  waitgroup wg = {0};
  wg_add(&wg, n);
  for (int i = 0; i < n; i++) go(scale_go, private, &wg);
  wg_wait(&wg);
}
#else
static void *scale_thread(void *private) {
  scale_sink = scale_one(private != NULL);
  return NULL;
}

static void scale(int n, int private) {
  pthread_t t[2];
  for (int i = 0; i < n; i++) pthread_create(&t[i], NULL, scale_thread, private ? t : NULL);
  for (int i = 0; i < n; i++) pthread_join(t[i], NULL);
}
#endif

static void scale_common(int n) {
  scale_shared = must_alloc(SCALE_WORDS * sizeof *scale_shared);
  scale(n, 0);
}

static void kernel_own_1(void) { scale(1, 1); }
static void kernel_own_2(void) { scale(2, 1); }
static void kernel_shared_1(void) { scale_common(1); }
static void kernel_shared_2(void) { scale_common(2); }

// ---- the frame --------------------------------------------------------------------------------

static const struct kernel {
  const char *name;
  void (*run)(void);
} kernels[] = {
    {"array", kernel_array},           {"sum", kernel_sum},
    {"prefix", kernel_prefix},         {"stencil", kernel_stencil},
    {"matrix", kernel_matrix},         {"hash", kernel_hash},
    {"list", kernel_list},             {"tree", kernel_tree},
    {"lookup", kernel_lookup},         {"nbody", kernel_nbody},
    {"sort", kernel_sort},             {"bytes", kernel_bytes},
    {"random_8", kernel_random_8},     {"random_100", kernel_random_100},
    {"random_1000", kernel_random_1000}, {"readers", kernel_readers},
    {"field", kernel_field},           {"recursion", kernel_recursion},
    {"own_1", kernel_own_1},           {"own_2", kernel_own_2},
    {"shared_1", kernel_shared_1},     {"shared_2", kernel_shared_2},
};

// The processor's time, which other programs on the machine disturb least; for scale_* that of the clock.
static double now_ms(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static void *run_kernel(void *arg) {
  const struct kernel *k = arg;
  bool scales = !strcmp(k->name + strlen(k->name) - 2, "_1") || !strcmp(k->name + strlen(k->name) - 2, "_2");
  clockid_t clock = scales ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID;
  double start = now_ms(clock);
  k->run();
  if (k->run != measure_metadata) printf("%.2f\n", now_ms(clock) - start);
  return NULL;
}

#ifdef GOROUTINES
enum { LIVE = 1000 };
static long written[LIVE];

static void bystander(int i, chan(int) started, chan(int) end) {
  int v;
  written[i] = i;
  chan_send(started, i);
  chan_recv(end, &v);
}

static void run_beside(const struct kernel *k) {
  int v;
  chan(int) started = chan_make(int, 0), end = chan_make(int, 0);
  for (int i = 0; i < LIVE; i++) go(bystander, i, started, end);
  for (int i = 0; i < LIVE; i++) chan_recv(started, &v);
  run_kernel((void *)k);
  chan_close(end);
}
#else
enum { LIVE = 100 };
static long written[LIVE];
static pthread_mutex_t bystander_lock = PTHREAD_MUTEX_INITIALIZER;

static void *bystander(void *arg) {
  *(long *)arg = 1;
  pthread_mutex_lock(&bystander_lock);
  pthread_mutex_unlock(&bystander_lock);
  return NULL;
}

static void run_beside(const struct kernel *k) {
  pthread_t others[LIVE], worker;
  pthread_mutex_lock(&bystander_lock);
  for (int i = 0; i < LIVE; i++) pthread_create(&others[i], NULL, bystander, &written[i]);
  pthread_create(&worker, NULL, run_kernel, (void *)k);
  pthread_join(worker, NULL);
  pthread_mutex_unlock(&bystander_lock);
  for (int i = 0; i < LIVE; i++) pthread_join(others[i], NULL);
}
#endif

int main(int argc, char **argv) {
  static const struct kernel meta = {"meta", measure_metadata};
  const struct kernel *k = NULL;
  const char *name = argc > 1 ? argv[argc - 1] : "";
  for (size_t i = 0; i < sizeof kernels / sizeof *kernels; i++)
    if (!strcmp(kernels[i].name, name)) k = &kernels[i];
  if (!strcmp(name, "meta")) k = &meta;
  if (!k) return 2;
  if (argc > 2) run_kernel((void *)k);
  else run_beside(k);
}
