// SPDX-License-Identifier: Apache-2.0
// thread.c: pthreads: creation happens before the thread's start, its end before its join.
//
// A thread that the program (or a library it loads) creates gets a race_g and a record. Threads that
// the runtime creates between race_hide_begin and race_hide_end get neither.
//
//     created --start--> running --end (key destructor, last round)--> ended --join--> freed
//                           \--detach--> running, detached --end--> freed
//
// The record holds the thread's last clock for its join. It is found by pthread_t, which names
// another thread as soon as the first is joined or, detached, has ended; both take the record out of
// the table before.
//
// Lock: table_lock, a leaf but for the allocator.
//   Ordering: pthread_create and pthread_join themselves order the record's plain fields.
#include "thread.h"

#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <threads.h>
#include <unistd.h>

#include "alloc.h"
#include "clock.h"
#include "context.h"
#include "ginfo.h"
#include "inside.h"
#include "real.h"
#include "self.h"
#include "shadow.h"
#include "signal_hold.h"
#include "single.h"
#include "spin.h"

#define PUBLIC __attribute__((visibility("default")))
#define CALLER ((uintptr_t)__builtin_return_address(0))

enum { BUCKETS = 1024, STACK_AT_LEAST = 256 << 10 };

struct thread {
  struct thread *next;    // under table_lock
  pthread_t id;           // under table_lock
  bool listed;            // under table_lock: in the table
  bool pinned;            // under table_lock: its creator still uses it
  bool ended;             // under table_lock: last is set
  bool detached;          // under table_lock: nobody will join it (any more)
  race_g *g;              // the thread's own, until it ends
  union {
    void *(*start)(void *);
    thrd_start_t c11_start;
  };
  bool is_c11;
  void *arg;
  void *_Atomic *pending;  // nil: there was no place, or it has begun
  struct vclock last;     // its clock at its end
  struct stamp stamp;     // with which that was published
};

static struct spin table_lock;
static struct thread *table[BUCKETS];
static size_t records;                 // under table_lock
static _Atomic uint64_t numbers = 1;   // names of threads; 1 is the main one
static pthread_key_t end_key;
static bool end_key_made;

static _Thread_local struct thread *thread_self;

// ---- threads that have not begun -------------------------------------------------------------------------

// What they are given, in the program's data: the search for leaks begins there, and reads none of our records.
enum { PENDING = 256 };
static void *_Atomic pending[PENDING] __attribute__((section("crun_pending")));

static void pending_put(struct thread *t) {
  for (size_t i = 0; t->arg && !t->pending && i < PENDING; i++) {
    void *none = NULL;
    if (atomic_compare_exchange_strong_explicit(&pending[i], &none, t->arg, memory_order_relaxed, memory_order_relaxed))
      t->pending = &pending[i];
  }
}

static void pending_take(struct thread *t) {
  if (t->pending) atomic_store_explicit(t->pending, NULL, memory_order_release);
  t->pending = NULL;
}

// ---- robust mutexes held -----------------------------------------------------------------------------

static _Thread_local struct {
  pthread_mutex_t **m;
  size_t n, room;
} held;

void thread_holds(pthread_mutex_t *m) {
  if (!g_self()) return;
  inside_begin();
  if (held.n == held.room) {
    size_t room = held.room ? 2 * held.room : 4;
    pthread_mutex_t **more = race_alloc(room * sizeof *more);
    for (size_t i = 0; i < held.n; i++) more[i] = held.m[i];
    if (held.m) race_free(held.m, held.room * sizeof *held.m);
    held.m = more;
    held.room = room;
  }
  held.m[held.n++] = m;
  inside_end();
}

void thread_drops(pthread_mutex_t *m) {
  for (size_t i = held.n; i-- > 0;) {
    if (held.m[i] != m) continue;
    held.m[i] = held.m[--held.n];
    return;
  }
}

static void drop_held(race_g *g) {
  for (size_t i = 0; i < held.n; i++) g_release(g, (uintptr_t)held.m[i]);
  if (held.m) race_free(held.m, held.room * sizeof *held.m);
  held.m = NULL;
  held.n = held.room = 0;
}

// ---- the table -----------------------------------------------------------------------------------------

static struct thread **bucket_of(pthread_t id) {
  return &table[((uintptr_t)id * 0x9e3779b97f4a7c15u) >> 54 & (BUCKETS - 1)];
}

// enter puts t in the table under its id: creator and thread both do, whoever is first.
static void enter_locked(struct thread *t, pthread_t id) {
  if (t->listed || (t->ended && t->detached)) return;
  t->id = id;
  t->listed = true;
  struct thread **b = bucket_of(id);
  t->next = *b;
  *b = t;
}

static void leave_locked(struct thread *t) {
  if (!t->listed) return;
  struct thread **link = bucket_of(t->id);
  while (*link != t) link = &(*link)->next;
  *link = t->next;
  t->listed = false;
}

// find_locked returns the thread that id can be joined as; the newest, if an old name is used again.
static struct thread *find_locked(pthread_t id) {
  struct thread *t = *bucket_of(id);
  while (t && (!pthread_equal(t->id, id) || t->detached)) t = t->next;
  return t;
}

static void free_if_done_locked(struct thread *t) {
  if (!t->ended || !t->detached) return;
  leave_locked(t);
  if (t->pinned) return;
  vclock_clear(&t->last);
  race_free(t, sizeof *t);
  records--;
}

static struct thread *find(pthread_t id) {
  uint8_t was = inside_enter();
  spin_lock(&table_lock);
  struct thread *t = find_locked(id);
  spin_unlock(&table_lock);
  inside_leave(was);
  return t;
}

// ---- create ----------------------------------------------------------------------------------------------

uint64_t thread_number(void) { return atomic_fetch_add_explicit(&numbers, 1, memory_order_relaxed) + 1; }

static struct thread *new_thread(void *arg, const pthread_attr_t *attr, uintptr_t pc) {
  inside_begin();
  race_g *creator = race_cur;
  struct thread *t = race_alloc(sizeof *t);
  int state = PTHREAD_CREATE_JOINABLE;
  if (attr) pthread_attr_getdetachstate(attr, &state);
  uint64_t number = thread_number();
  struct ginfo *info = ginfo_new(creator ? creator->info : NULL, number, creator ? ctx_current(creator, pc) : 0, true);
  *t = (struct thread){.arg = arg, .pinned = true, .detached = state == PTHREAD_CREATE_DETACHED};
  pending_put(t);
  t->g = race_g_new(creator, info);
  clock_start(t->g);
  if (creator) clock_fork(creator, t->g);
  spin_lock(&table_lock);
  records++;
  spin_unlock(&table_lock);
  inside_end();
  return t;
}

// created ends the creator's part: id is valid if the thread was made.
static void created(struct thread *t, bool made, pthread_t id) {
  inside_begin();
  if (!made) {
    pending_take(t);
    race_g_drop(t->g);
    t->ended = t->detached = true;
  }
  spin_lock(&table_lock);
  if (made) enter_locked(t, id);
  t->pinned = false;
  free_if_done_locked(t);
  spin_unlock(&table_lock);
  inside_end();
}

// fresh_stack forgets what earlier threads did on this stack and in its thread-locals.
static void fresh_stack(race_g *g) {
  pthread_attr_t attr;
  void *lo;
  size_t n;
  if (pthread_getattr_np(pthread_self(), &attr) != 0) return;
  if (pthread_attr_getstack(&attr, &lo, &n) == 0) {
    atomic_store_explicit(&g->info->stack_lo, (uintptr_t)lo, memory_order_relaxed);
    atomic_store_explicit(&g->info->stack_hi, (uintptr_t)lo + n, memory_order_relaxed);
    shadow_clear((uintptr_t)lo, n);
    syncvar_forget((uintptr_t)lo, n);
  }
  pthread_attr_destroy(&attr);
}

static void *thread_main(void *arg) {
  struct thread *t = arg;
  race_hidden++;
  signal_hold();
  inside_begin();
  thread_self = t;
  spin_lock(&table_lock);
  enter_locked(t, pthread_self());
  spin_unlock(&table_lock);
  signal_thread_begins(t->g);
  inside_end();
  pthread_setspecific(end_key, (void *)1);
  race_g *g = t->g;
  fresh_stack(g);
  race_cur = g;
  race_hidden--;
  signal_unhold();
  void *what = t->arg;  // in a register or on the stack, before the place is given back
  pending_take(t);
  return t->is_c11 ? (void *)(intptr_t)t->c11_start(what) : t->start(what);
}

// roomy returns attr with a stack that has room for a report too, if the program left it to libc to
// make the stack; copy is where a changed one lives.
static const pthread_attr_t *roomy(const pthread_attr_t *attr, pthread_attr_t *copy) {
  void *lo;
  size_t n;
  if (!attr) {  // what libc then takes is the limit on the main thread's stack
    if (pthread_getattr_default_np(copy) != 0 || pthread_attr_getstacksize(copy, &n) != 0) return NULL;
    return n < STACK_AT_LEAST && pthread_attr_setstacksize(copy, STACK_AT_LEAST) == 0 ? copy : NULL;
  }
  if (pthread_attr_getstack(attr, &lo, &n) != 0 || n >= STACK_AT_LEAST) return attr;
  if (lo && (uintptr_t)lo + n != 0) return attr;  // glibc: no address set reads as 0 - n
  *copy = *attr;
  return pthread_attr_setstacksize(copy, STACK_AT_LEAST) == 0 ? copy : attr;
}

static bool is_checked(void) { return !race_hidden && !race_inside && end_key_made; }

static int create(pthread_t *id, const pthread_attr_t *attr, struct thread *t) {
  pthread_attr_t copy;
  int r = real()->pthread_create(id, roomy(attr, &copy), thread_main, t);
  created(t, r == 0, r == 0 ? *id : 0);
  return r;
}

PUBLIC int pthread_create(pthread_t *id, const pthread_attr_t *attr, void *(*start)(void *), void *arg) {
  race_threaded = true;
  single_threaded();
  if (!is_checked()) return real()->pthread_create(id, attr, start, arg);
  struct thread *t = new_thread(arg, attr, CALLER);
  t->start = start;
  return create(id, attr, t);
}

// ---- end -------------------------------------------------------------------------------------------------

// thread_end runs in the last round of key destructors, after those of the program.
static void thread_end(void) {
  struct thread *t = thread_self;
  race_g *g = t->g;
  inside_begin();
  drop_held(g);
  struct stamp stamp = clock_publish(g);
  struct vclock last = {0};
  vclock_copy(&last, &g->vc);
  race_cur = NULL;
  thread_self = NULL;
  race_g_drop(g);
  spin_lock(&table_lock);
  t->g = NULL;
  t->last = last;
  t->stamp = stamp;
  t->ended = true;
  free_if_done_locked(t);
  spin_unlock(&table_lock);
  signal_thread_ends();
  race_alloc_thread_end();  // nothing of ours frees on this thread any more
  inside_end();
}

static void end_key_destroyed(void *round) {
  uintptr_t n = (uintptr_t)round;
  if (n < PTHREAD_DESTRUCTOR_ITERATIONS) pthread_setspecific(end_key, (void *)(n + 1));
  else if (thread_self) thread_end();
}

// ---- join and detach ---------------------------------------------------------------------------------------

static int joined(struct thread *t, int r) {
  if (r != 0 || !t) return r;
  uint8_t was = race_inside;
  race_g *g = g_self();
  inside_begin();
  // t has ended: the real join returned. Nobody else may join it, so it is ours alone.
  if (g) clock_learn(g, &t->last, t->stamp);
  spin_lock(&table_lock);
  t->detached = true;
  free_if_done_locked(t);
  spin_unlock(&table_lock);
  inside_leave(was);
  return r;
}

PUBLIC int pthread_join(pthread_t id, void **result) {
  struct thread *t = find(id);
  return joined(t, real()->pthread_join(id, result));
}
PUBLIC int pthread_tryjoin_np(pthread_t id, void **result) {
  struct thread *t = find(id);
  return joined(t, real()->pthread_tryjoin_np(id, result));
}
PUBLIC int pthread_timedjoin_np(pthread_t id, void **result, const struct timespec *until) {
  struct thread *t = find(id);
  return joined(t, real()->pthread_timedjoin_np(id, result, until));
}
PUBLIC int pthread_clockjoin_np(pthread_t id, void **result, clockid_t clock, const struct timespec *until) {
  struct thread *t = find(id);
  return joined(t, real()->pthread_clockjoin_np(id, result, clock, until));
}

PUBLIC int pthread_detach(pthread_t id) {
  struct thread *t = find(id);
  int r = real()->pthread_detach(id);
  if (r != 0 || !t) return r;
  uint8_t was = inside_enter();
  spin_lock(&table_lock);
  t->detached = true;
  free_if_done_locked(t);
  spin_unlock(&table_lock);
  inside_leave(was);
  return r;
}

// ---- C11 threads -------------------------------------------------------------------------------------------

PUBLIC int thrd_create(thrd_t *id, thrd_start_t start, void *arg) {
  race_threaded = true;
  single_threaded();
  if (!is_checked()) return real()->thrd_create(id, start, arg);
  struct thread *t = new_thread(arg, NULL, CALLER);
  t->c11_start = start;
  t->is_c11 = true;
  int r = create(id, NULL, t);
  if (r == 0) return thrd_success;
  return r == ENOMEM || r == EAGAIN ? thrd_nomem : thrd_error;
}

PUBLIC int thrd_join(thrd_t id, int *result) {
  void *value;
  if (pthread_join(id, &value) != 0) return thrd_error;
  if (result) *result = (int)(intptr_t)value;
  return thrd_success;
}

PUBLIC int thrd_detach(thrd_t id) { return pthread_detach(id) == 0 ? thrd_success : thrd_error; }

// ---- the rest ------------------------------------------------------------------------------------------------

static _Thread_local pid_t tid, tid_before;

pid_t thread_tid(void) {
  if (__builtin_expect(!tid, 0)) tid = (pid_t)syscall(SYS_gettid);
  return tid;
}

bool thread_is(pid_t id) { return id == thread_tid() || (tid_before && id == tid_before); }

void thread_init(void) {
  if (!end_key_made) end_key_made = pthread_key_create(&end_key, end_key_destroyed) == 0;
}

void thread_lock(void) { spin_lock(&table_lock); }
void thread_unlock(void) { spin_unlock(&table_lock); }
void thread_forked(void) {
  tid_before = tid;
  tid = 0;
}

size_t thread_records(void) {
  spin_lock(&table_lock);
  size_t n = records;
  spin_unlock(&table_lock);
  return n;
}
