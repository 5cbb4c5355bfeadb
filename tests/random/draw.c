// SPDX-License-Identifier: Apache-2.0
// draw.c: what a played program has, and the operations that do not wait: each is drawn, done, and written down.
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "play.h"
#include "race.h"

#include "harness.h"
#include "judge.h"

enum { PAGE = 4096, SIZE_MAX_OF_OBJECT = 160 };

static _Alignas(PAGE) char data[OBJECTS][2 * PAGE];

static const int ORDERS[] = {__ATOMIC_RELAXED, __ATOMIC_CONSUME, __ATOMIC_ACQUIRE, __ATOMIC_RELEASE, __ATOMIC_ACQ_REL, __ATOMIC_SEQ_CST};
static const int LOADS[] = {__ATOMIC_RELAXED, __ATOMIC_CONSUME, __ATOMIC_ACQUIRE, __ATOMIC_SEQ_CST};
static const int STORES[] = {__ATOMIC_RELEASE, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED};
static const int FENCES[] = {__ATOMIC_ACQUIRE, __ATOMIC_RELEASE, __ATOMIC_ACQ_REL, __ATOMIC_SEQ_CST};

static bool acquires(int order) { return order != __ATOMIC_RELAXED && order != __ATOMIC_RELEASE; }
static bool releases(int order) { return order == __ATOMIC_RELEASE || order == __ATOMIC_ACQ_REL || order == __ATOMIC_SEQ_CST; }

// ---- the cast ------------------------------------------------------------------------------------------

static int add_actor(enum start_op how) {
  int n = prog.nactors++;
  prog.actor[n] = (struct actor){.how = how, .is_thread = how == START_THREAD || how == START_JOINED,
                                 .object = NOBODY, .fence = NOBODY, .seen = NOBODY, .end = judge_clock(),
                                 .brief = chance(prog.crowd)};
  return n;
}

void begins(int actor, int a, int b) {
  if (a != NOBODY) judge_learn(actor, a);
  if (b != NOBODY) judge_learn(actor, b);
  prog.actor[actor].can_run = true;
}

static void add_object(void) {
  int n = prog.nobjects++;
  struct object *o = &prog.object[n];
  o->size = 8 + rnd(chance(70) ? 40 : SIZE_MAX_OF_OBJECT - 8);
  o->on_heap = chance(25);
  int shift = chance(30) ? 2048 - (int)rnd(o->size) : 64 * (int)rnd(8);  // the next shadow page begins within it
  if (chance(40)) shift += (int)rnd(9);
  o->p = o->on_heap ? malloc(o->size) : data[n] + shift;
  object(n, o->p, o->size);
}

static void *lock_of(enum lock_kind kind, int n) {
  switch (kind) {
    case MUTEX: return &shared.mutex[n];
    case RWMUTEX: return &shared.rw[n];
    case PMUTEX: return &shared.pmutex[n];
    case PRWLOCK: return &shared.prw[n];
    default: return (void *)&shared.spin[n];
  }
}

static void add_lock(void) {
  int n = prog.nlocks++;
  enum lock_kind kind = rnd(LOCK_KINDS);
  prog.lock[n] = (struct lock){.kind = kind, .lock = lock_of(kind, n), .holder = NOBODY, .busy = NOBODY, .clock = judge_clock(), .left = judge_clock()};
  if (kind == SPIN) pthread_spin_init(&shared.spin[n], 0);
}

// spans names n bytes of something that is one byte for the judge.
static int spans(const void *p, size_t n) {
  int object = prog.next_object++;
  named(object, p, n, true);
  return object;
}

static void add_chan(void) {
  struct channel *c = &prog.chan[prog.nchans++];
  int cap = chance(40) ? 0 : 1 + rnd(RING);
  *c = (struct channel){.c = cap ? cr_chan_make(long, cap) : cr_chan_make(long), .cap = cap, .busy = NOBODY, .closed = NOBODY};
  for (int i = 0; i < RING; i++) c->slot[i] = judge_clock();
  c->object = prog.next_object++;
  handle(c->object, (void *)(uintptr_t)c->c);
}

// place_of is where the detector takes a descriptor's bytes to be (race/fd.c). What has no type is an eventfd, which has its own.
static uint64_t place_of(int fd) {
  struct stat st;
  if (fstat(fd, &st)) abort();
  if ((st.st_mode & S_IFMT) == 0) return (uint64_t)fd << 32;
  return S_ISSOCK(st.st_mode) ? 0 : 1 + (st.st_ino * 0x9e3779b97f4a7c15ull + st.st_dev) % 4091;
}

static void add_counter(void) {
  int n = prog.ncounters++;
  struct counter *c = &prog.counter[n];
  *c = (struct counter){.kind = chance(85) ? rnd(PIPE) : PIPE + rnd(COUNTER_KINDS - PIPE), .clock = judge_clock(), .busy = NOBODY, .fd = {-1, -1}};
  switch (c->kind) {
    case SEMA: c->counter = &shared.sema[n]; break;
    case PSEM: c->counter = &shared.psem[n], sem_init(&shared.psem[n], 0, 0); break;
    case WAITGROUP: c->counter = &shared.wg[n], c->object = spans(&shared.wg[n], sizeof shared.wg[n]); break;
    case PIPE: if (pipe(c->fd)) abort(); break;
    case SOCKETS: if (socketpair(AF_UNIX, SOCK_STREAM, 0, c->fd)) abort(); break;
    default: c->fd[0] = c->fd[1] = eventfd(0, EFD_SEMAPHORE); break;
  }
  for (int i = 0; c->fd[0] >= 0 && i < n; i++)
    if (prog.counter[i].fd[0] >= 0 && place_of(prog.counter[i].fd[0]) == place_of(c->fd[0])) c->clock = prog.counter[i].clock;
}

static void add_cell(void) {
  struct object *o = &prog.object[rnd(prog.nobjects)];
  int size = 1 << rnd(5), most = o->size - size, skew = (int)(-(uintptr_t)o->p % size);
  if (o->on_heap || most < skew) return;  // the heap's may be freed
  int at = skew + (int)rnd((most - skew) / size + 1) * size;
  for (int i = 0; i < prog.ncells; i++)
    if (prog.cell[i].object == o && prog.cell[i].at == at) return;
  prog.cell[prog.ncells++] = (struct cell){o, at, size, judge_clock(), 0};
}

static void add_context(void) {
  int n = prog.ncontexts++;
  cr_context *parent = n ? prog.context[n - 1].ctx : cr_context_background();
  prog.context[n] = (struct context){.ctx = cr_context_with_cancel(parent), .clock = judge_clock(), .busy = NOBODY};
}

static void forget_shared(void) {
  memset(&shared, 0, sizeof shared);
  for (int i = 0; i < LOCKS; i++) {
    shared.pmutex[i] = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    shared.prw[i] = (pthread_rwlock_t)PTHREAD_RWLOCK_INITIALIZER;
  }
  race_fresh(&shared, sizeof shared);
  race_sync_forget(&shared, sizeof shared);
  race_fresh(data, sizeof data);
  race_sync_forget(data, sizeof data);
}

static void flavour(void) {
  prog.max_actors = chance(25) ? 10 + (int)rnd(ACTORS - 12) : 2 + (int)rnd(5);
  prog.crowd = prog.max_actors > 6 ? 60 + (int)rnd(40) : (int)rnd(60);
  prog.turns = 4 + (int)rnd(prog.max_actors > 6 ? 70 : 30);
  prog.syncs = 10 + (int)rnd(80);
  prog.atomics = chance(50) ? 0 : 20 + (int)rnd(75);
  prog.deep = (int)rnd(5);
  if (chance(15)) {  // one word with the accesses of very many
    prog.max_actors = ACTORS;
    prog.crowd = 90;
    prog.turns = 60 + (int)rnd(60);
    prog.reads = 60 + (int)rnd(40);
    prog.syncs = 5 + (int)rnd(30);
  }
  prog.kinds = chance(30) ? ~0u : rnd(1u << 16) | rnd(1u << 16) << 16;
}

void draw_cast(void) {
  flavour();
  forget_shared();
  prog.next_object = OBJECTS;
  add_actor(START_GO);
  prog.actor[0].can_run = true;
  for (int n = 1 + rnd(3); n-- > 0;) add_object();
  for (int n = rnd(4); n-- > 0;) add_lock();
  for (int n = rnd(4); n-- > 0;) add_chan();
  for (int n = rnd(4); n-- > 0;) add_counter();
  for (int n = 1 + rnd(3); n-- > 0;) add_cell();
  for (int n = chance(25) ? 1 + rnd(CONTEXTS) : 0; n-- > 0;) add_context();
  for (int i = 0; i < 2; i++)
    shared.once[i] = (struct once_any){.how = rnd(3), .pthread = PTHREAD_ONCE_INIT}, prog.once[i] = (struct once_state){&shared.once[i], false, judge_clock(), 0, 0};
  prog.nonces = rnd(3);
  for (int i = 0; i < 2; i++) prog.cond_clock[i] = judge_clock();
  pthread_mutex_init(&shared.pcond_mutex, NULL);
  pthread_cond_init(&shared.pcond, NULL);
  pthread_barrier_init(&shared.barrier, NULL, 2);
  prog.cond_busy = prog.pcond_busy = prog.barrier_busy = NOBODY;
}

static bool can_join(const struct actor *a) {
  return a->how == START_JOINED || a->how == START_WG || a->how == START_ASYNC || a->how == START_GROUP;
}

// What is given back here nobody uses any more, but the detector may not know that.
void draw_clear(void) {
  for (int i = 0; i < prog.nactors; i++)
    if (can_join(&prog.actor[i]) && !prog.actor[i].joined) op_join(prog.actor[i].how, prog.actor[i].handle);
  race_hide_begin();
  for (int i = 0; i < prog.nchans; i++) cr_chan_free(prog.chan[i].c);
  for (int i = prog.ncontexts; i-- > 0;) cr_context_free(prog.context[i].ctx);
  for (int i = 0; i < prog.ncounters; i++) {
    if (prog.counter[i].fd[0] >= 0) close(prog.counter[i].fd[0]);
    if (prog.counter[i].fd[1] >= 0 && prog.counter[i].fd[1] != prog.counter[i].fd[0]) close(prog.counter[i].fd[1]);
  }
  for (int i = 0; i < prog.nactors; i++)
    if (prog.actor[i].how == START_ASYNC) cr_future_free(prog.actor[i].handle);
  for (int i = 0; i < 2; i++)
    if (prog.timer[i]) cr_timer_free(prog.timer[i]);
  for (int i = 0; i < prog.nobjects; i++)
    if (prog.object[i].on_heap && !prog.object[i].freed) free(prog.object[i].p);
  race_hide_end();
}

// ---- accesses ------------------------------------------------------------------------------------------

static struct object *some_object(void) {
  struct object *o;
  do o = &prog.object[rnd(prog.nobjects)];
  while (o->freed);
  return o;
}

static int number(const struct object *o) { return (int)(o - prog.object); }

static int at_in(const struct object *o, int size) {
  int most = o->size - size, at = rnd(chance(50) && most > 8 ? 9 : most + 1);
  if (chance(70)) at -= (int)(((uintptr_t)o->p + at) % (size < 16 ? size : 8));
  return at < 0 ? 0 : at;
}

static int size_for(const struct object *o, enum access_op op) {
  static const int SIZES[] = {1, 2, 4, 8, 8, 4, 16, 24, 32, 64};
  if (op == OP_FILL || op == OP_COPY || op == OP_MOVE || op == OP_COMPARE) return 1 + rnd(o->size);
  for (;;) {
    int size = SIZES[rnd(op >= OP_SUM || op == OP_VOLATILE ? 6 : 10)];
    if (size <= o->size && !(op == OP_ADD && size > 16 && size != 32)) return size;
  }
}

static void note_access(int me, const struct object *o, int at, int n, unsigned flags) { judge_access(me, number(o), at, n, flags); }

static void elements(int me, struct object *o, struct access_op_at *a) {
  int room = o->size / a->size, step = 1 + (int)rnd(3);
  if (room < 2) step = 1;
  a->n = 1 + rnd((room + step - 1) / step > 8 ? 8 : (room + step - 1) / step);
  int span = (a->n - 1) * step * a->size + a->size, first = rnd(o->size - span + 1);
  a->stride = chance(30) ? -step : step;
  int at = a->stride < 0 ? first + (a->n - 1) * step * a->size : first;
  a->p = o->p + at;
  for (int i = 0; i < a->n; i++) note_access(me, o, at + i * a->stride * a->size, a->size, a->op == OP_SET ? JUDGE_WRITE : 0);
  say(me, "%s o%d+%d, %d elements of %d, stride %d", a->op == OP_SET ? "set" : "sum", number(o), at, a->n, a->size, a->stride);
}

static void draw_read(int me) {
  struct object *o = &prog.object[0];
  struct access_op_at a = {.op = chance(97) ? OP_READ : OP_WRITE, .size = 1 << rnd(4)};
  int at = (int)rnd(chance(60) ? 1 : 16 / a.size) * a.size;
  if (at + a.size > o->size) at = 0;
  a.p = o->p + at;
  note_access(me, o, at, a.size, a.op == OP_WRITE ? JUDGE_WRITE : 0);
  say(me, "%s o0+%d, %d bytes", a.op == OP_WRITE ? "write" : "read", at, a.size);
  op_access(&a, rnd(prog.deep * 3 + 1));
}

void draw_access(int me) {
  if (chance(prog.reads) && !prog.object[0].freed) {
    draw_read(me);
    return;
  }
  static const char *const NAME[] = {"read", "write", "add", "volatile read", "memset", "memcpy", "memmove", "memcmp"};
  static const enum access_op OFTEN[] = {OP_READ, OP_READ, OP_WRITE, OP_WRITE, OP_ADD};
  struct object *o = some_object(), *from = some_object();
  struct access_op_at a = {.op = chance(60) ? OFTEN[rnd(5)] : rnd(ACCESS_OPS), .n = 1};
  a.size = size_for(o, a.op);
  if (a.op >= OP_SUM) {
    elements(me, o, &a);
  } else {
    int at = at_in(o, a.size), from_at = 0;
    a.p = o->p + at;
    if (a.op == OP_COPY || a.op == OP_MOVE) {
      if (from->size < a.size || (a.op == OP_COPY && from == o)) a.op = OP_FILL;
      else from_at = rnd(from->size - a.size + 1), a.from = from->p + from_at, note_access(me, from, from_at, a.size, 0);
    }
    if (a.op != OP_WRITE && a.op != OP_FILL && a.op != OP_COPY && a.op != OP_MOVE) note_access(me, o, at, a.size, 0);
    if (a.op != OP_READ && a.op != OP_VOLATILE && a.op != OP_COMPARE) note_access(me, o, at, a.size, JUDGE_WRITE);
    say(me, "%s o%d+%d, %d bytes (from o%d+%d)", NAME[a.op], number(o), at, a.size, number(from), from_at);
  }
  op_access(&a, rnd(prog.deep * 3 + 1));
}

// ---- atomics -------------------------------------------------------------------------------------------

static void saw_one(int me, const struct cell *c, int order) {
  struct actor *a = &prog.actor[me];
  if (acquires(order)) {
    judge_learn(me, c->clock);
    return;
  }
  if (a->seen == NOBODY) a->seen = judge_clock();
  judge_join(a->seen, c->clock);
}

// saw: an atomic of another width that overlaps is seen too.
static void saw(int me, const struct cell *c, int order) {
  for (int i = 0; i < prog.ncells; i++) {
    const struct cell *o = &prog.cell[i];
    if (o->object == c->object && o->at < c->at + c->size && c->at < o->at + o->size) saw_one(me, o, order);
  }
}

static void by_fence(int me, struct cell *c) {
  if (prog.actor[me].fence == NOBODY) return;
  judge_join(c->clock, prog.actor[me].fence);
  c->heads |= 1ull << me;
}

static void stored(int me, struct cell *c, int order) {
  if (releases(order)) {
    judge_store(me, c->clock);
    c->heads = 1ull << me;
    return;
  }
  if (!(c->heads >> me & 1)) judge_empty(c->clock), c->heads = 0;
  by_fence(me, c);
}

static void modified(int me, struct cell *c, int order) {
  if (!releases(order)) {
    by_fence(me, c);
    return;
  }
  judge_merge(me, c->clock);
  c->heads |= 1ull << me;
}

static bool draw_atomic(int me) {
  static const char *const NAME[] = {"load", "store", "exchange", "fetch_add", "fetch_and", "fetch_nand", "xor_fetch", "cas", "weak cas"};
  if (prog.ncells == 0) return false;
  struct cell *c = &prog.cell[rnd(prog.ncells)];
  enum atomic_op op = chance(50) ? rnd(2) : rnd(ATOMIC_OPS);
  int order = ORDERS[rnd(6)], fail = LOADS[rnd(4)];
  if (op == ATOMIC_LOAD) order = LOADS[rnd(4)];
  // Of a sequence with several heads the detector keeps all for a relaxed store (race/atomic.c).
  if (op == ATOMIC_STORE) order = STORES[rnd(c->heads & (c->heads - 1) ? 2 : 3)];
  bool succeed = chance(50), is_load = op == ATOMIC_LOAD || (op >= ATOMIC_CAS && !succeed);
  say(me, "%s o%d+%d, %d bytes, order %d, %d if it fails, succeeds %d", NAME[op], number(c->object), c->at, c->size, order, fail, succeed);
  if (op != ATOMIC_STORE) saw(me, c, is_load && op != ATOMIC_LOAD ? fail : order);
  note_access(me, c->object, c->at, c->size, JUDGE_ATOMIC | (is_load ? 0 : JUDGE_WRITE));
  if (op == ATOMIC_STORE) stored(me, c, order);
  else if (!is_load) modified(me, c, order);
  op_atomic(op, c->object->p + c->at, c->size, order, fail, succeed);
  return true;
}

static bool is_main(int me) { return me == 0; }  // its fences last from one program to the next

static bool draw_fence(int me) {
  if (is_main(me)) return false;
  struct actor *a = &prog.actor[me];
  int order = FENCES[rnd(4)];
  say(me, "fence, order %d", order);
  if (acquires(order) && a->seen != NOBODY) {
    judge_learn(me, a->seen);
    judge_empty(a->seen);
  }
  if (releases(order)) {
    if (a->fence == NOBODY) a->fence = judge_clock();
    judge_store(me, a->fence);
  }
  op_fence(order);
  return true;
}

// ---- locks ---------------------------------------------------------------------------------------------

static bool can_share(const struct lock *l) { return l->kind == RWMUTEX || l->kind == PRWLOCK; }

void lock_it(struct lock *l, bool writes) {
  switch (l->kind) {
    case MUTEX: cr_mutex_lock(l->lock); break;
    case RWMUTEX: writes ? cr_rwmutex_lock(l->lock) : cr_rwmutex_rlock(l->lock); break;
    case PMUTEX: pthread_mutex_lock(l->lock); break;
    case PRWLOCK: writes ? pthread_rwlock_wrlock(l->lock) : pthread_rwlock_rdlock(l->lock); break;
    default: pthread_spin_lock(l->lock);
  }
}

static bool try_it(struct lock *l, bool writes) {
  switch (l->kind) {
    case MUTEX: return cr_mutex_trylock(l->lock);
    case RWMUTEX: return writes ? cr_rwmutex_trylock(l->lock) : cr_rwmutex_tryrlock(l->lock);
    case PMUTEX: return pthread_mutex_trylock(l->lock) == 0;
    case PRWLOCK: return (writes ? pthread_rwlock_trywrlock(l->lock) : pthread_rwlock_tryrdlock(l->lock)) == 0;
    default: return pthread_spin_trylock(l->lock) == 0;
  }
}

void unlock_it(struct lock *l, bool writes) {
  switch (l->kind) {
    case MUTEX: cr_mutex_unlock(l->lock); break;
    case RWMUTEX: writes ? cr_rwmutex_unlock(l->lock) : cr_rwmutex_runlock(l->lock); break;
    case PMUTEX: pthread_mutex_unlock(l->lock); break;
    case PRWLOCK: pthread_rwlock_unlock(l->lock); break;
    default: pthread_spin_unlock(l->lock);
  }
}

void take(int me, struct lock *l, bool writes) {
  judge_learn(me, l->clock);
  if (writes) judge_learn(me, l->left), l->holder = me;
  else l->readers |= 1ull << me;
  prog.actor[me].held++;
}

void leave(int me, struct lock *l) {
  prog.actor[me].held--;
  if (l->holder == me) judge_store(me, l->clock), l->holder = NOBODY;
  else judge_merge(me, l->left), l->readers &= ~(1ull << me);
}

static bool is_held_by(const struct lock *l, int me) { return l->holder == me || l->readers >> me & 1; }

static bool draw_unlock(int me, struct lock *l) {
  bool writes = l->holder == me;
  say(me, "unlock l%d", (int)(l - prog.lock));
  leave(me, l);
  unlock_it(l, writes);
  return true;
}

static bool draw_lock(int me) {
  if (prog.nlocks == 0) return false;
  struct lock *l = &prog.lock[rnd(prog.nlocks)];
  if (l->busy != NOBODY) return false;
  if (is_held_by(l, me)) return draw_unlock(me, l);
  bool writes = !can_share(l) || chance(50), free = l->holder == NOBODY && !(writes && l->readers);
  say(me, "%s l%d of kind %d%s", free ? "lock" : "try in vain", (int)(l - prog.lock), l->kind, writes ? "" : ", to read");
  if (!free) {
    if (try_it(l, writes)) abort();
    return true;
  }
  if (chance(50)) lock_it(l, writes);
  else if (!try_it(l, writes)) abort();
  take(me, l, writes);
  return true;
}

bool draw_let_go(int me) {
  for (int i = 0; i < prog.nlocks; i++)
    if (is_held_by(&prog.lock[i], me) && prog.lock[i].busy == NOBODY) return draw_unlock(me, &prog.lock[i]);
  return false;
}

// ---- channels ------------------------------------------------------------------------------------------

void touches_chan(int me, const struct channel *c, bool writes) { judge_access(me, c->object, 0, 1, writes ? JUDGE_WRITE : 0); }

// target says where a receive stores: nil: into a variable of its own.
void *target(int *object, int *at) {
  struct object *o = some_object();
  *object = NOBODY;
  if (o->size < 16 || o->on_heap || chance(60)) return NULL;
  *object = number(o);
  *at = (int)(-(uintptr_t)o->p % 8) + 8 * (int)rnd((o->size - 8) / 8);
  return o->p + *at;
}

static void store_at(int me, int object, int at) {
  if (object != NOBODY) judge_access(me, object, at, 8, JUDGE_WRITE);
}

static void swap(int me, int clock) {
  judge_learn(me, clock);
  judge_store(me, clock);
}

void sent(int me, struct channel *c) {
  swap(me, c->slot[c->sendx]);
  c->sendx = (c->sendx + 1) % c->cap;
  c->count++;
}

void received(int me, struct channel *c, int object, int at) {
  if (c->count) {
    swap(me, c->slot[c->recvx]);
    c->recvx = (c->recvx + 1) % c->cap;
    c->count--;
  } else {
    judge_learn(me, c->closed);
  }
  store_at(me, object, at);
}

// met: an unbuffered channel hands over: each learns of the other, the store is between.
void met(int sender, int receiver, int object, int at) {
  int clock = judge_clock();
  judge_store(sender, clock);
  judge_learn(receiver, clock);
  store_at(receiver, object, at);
  judge_store(receiver, clock);
  judge_learn(sender, clock);
}

void closes(int me, struct channel *c) {
  touches_chan(me, c, true);
  c->closed = judge_clock();
  judge_store(me, c->closed);
}

static struct channel *some_chan(void) {
  struct channel *c = prog.nchans ? &prog.chan[rnd(prog.nchans)] : NULL;
  return c && c->busy == NOBODY ? c : NULL;
}

static bool draw_close(int me) {
  struct channel *c = some_chan();
  if (!c || c->closed != NOBODY || chance(60)) return false;
  say(me, "close c%d", (int)(c - prog.chan));
  closes(me, c);
  cr_chan_close(c->c);
  return true;
}

static bool draw_send(int me) {
  struct channel *c = some_chan();
  if (!c || c->closed != NOBODY) return false;
  bool can = c->count < c->cap;
  say(me, "send to c%d%s", (int)(c - prog.chan), can ? "" : ", in vain");
  touches_chan(me, c, false);
  if (can) sent(me, c);
  if (op_send(can ? rnd(CHAN_OPS) : CHAN_TRY, c->c) != can) abort();
  return true;
}

static bool draw_recv(int me) {
  struct channel *c = some_chan();
  int object, at = 0;
  void *into = target(&object, &at);
  if (!c) return false;
  bool can = c->count || c->closed != NOBODY;
  say(me, "receive from c%d%s, into o%d+%d", (int)(c - prog.chan), can ? "" : ", in vain", object, at);
  if (can) received(me, c, object, at);
  op_recv(can ? rnd(CHAN_OPS) : CHAN_TRY, c->c, into);
  return true;
}

// Several cases may be ready: which one went ahead is seen afterwards.
static bool draw_select(int me) {
  struct select_case cases[SELECT_CASES] = {0};
  struct channel *of[SELECT_CASES] = {0};
  int object[SELECT_CASES], at[SELECT_CASES] = {0}, n = 0, ready = 0;
  for (int i = 0; i < SELECT_CASES; i++) {
    struct channel *c = some_chan();
    if (!c) continue;
    bool is_send = c->closed == NOBODY && chance(50);
    ready += is_send ? c->count < c->cap : c->count || c->closed != NOBODY;
    of[n] = c;
    cases[n] = (struct select_case){c->c, is_send, target(&object[n], &at[n])};
    n++;
  }
  if (n == 0) return false;
  for (int i = 0; i < n; i++)
    if (cases[i].is_send) touches_chan(me, of[i], false);
  int chosen = op_select(cases, n, ready == 0 || chance(30));
  say(me, "select of %d cases, %d ready: c%d", n, ready, chosen < 0 ? -1 : (int)(of[chosen] - prog.chan));
  if ((chosen < 0) != (ready == 0)) abort();
  if (chosen < 0) return true;
  if (cases[chosen].is_send) sent(me, of[chosen]);
  else received(me, of[chosen], object[chosen], at[chosen]);
  return true;
}

// ---- counters ------------------------------------------------------------------------------------------

static void give(int me, struct counter *c) {
  judge_merge(me, c->clock);
  switch (c->kind) {
    case SEMA: cr_sema_release(c->counter); break;
    case PSEM: sem_post(c->counter); break;
    case WAITGROUP: cr_waitgroup_done(c->counter); break;
    default: op_put_byte(c->fd[1]);
  }
}

static void get(int me, struct counter *c) {
  judge_learn(me, c->clock);
  switch (c->kind) {
    case SEMA: if (chance(50)) cr_sema_acquire(c->counter); else if (!cr_sema_try_acquire(c->counter)) abort(); break;
    case PSEM: if (chance(50)) sem_wait(c->counter); else if (sem_trywait(c->counter)) abort(); break;
    case WAITGROUP: cr_waitgroup_wait(c->counter); break;
    default: op_get_byte(c->fd[0]);
  }
}

static bool draw_waitgroup(int me, struct counter *c) {
  if (c->count && chance(60)) {
    say(me, "done w%d", (int)(c - prog.counter));
    c->count--;
    give(me, c);
  } else if (!c->count && chance(50)) {
    say(me, "wait w%d", (int)(c - prog.counter));
    get(me, c);
  } else {
    int n = 1 + rnd(2);
    say(me, "add %d w%d", n, (int)(c - prog.counter));
    if (!c->count) judge_access(me, c->object, 0, 1, 0);
    c->count += n;
    cr_waitgroup_add(c->counter, n);
  }
  return true;
}

static bool draw_counter(int me) {
  if (prog.ncounters == 0) return false;
  struct counter *c = &prog.counter[rnd(prog.ncounters)];
  if (c->busy != NOBODY) return false;
  if (c->kind == WAITGROUP) return draw_waitgroup(me, c);
  if (c->count && chance(60)) {
    say(me, "get k%d of kind %d", (int)(c - prog.counter), c->kind);
    c->count--;
    get(me, c);
  } else if (c->count == 0 && c->kind <= PSEM && chance(20)) {
    say(me, "try in vain to get k%d of kind %d", (int)(c - prog.counter), c->kind);
    if (c->kind == SEMA ? cr_sema_try_acquire(c->counter) : sem_trywait(c->counter) == 0) abort();
  } else if (c->count < 5) {
    say(me, "give k%d of kind %d", (int)(c - prog.counter), c->kind);
    c->count++;
    give(me, c);
  }
  return true;
}

// ---- beginnings ----------------------------------------------------------------------------------------

static void *handle_for(enum start_op how, int n, int *object) {
  if (how != START_WG && how != START_GROUP) return NULL;
  if (prog.ngroups == GROUPS) return NULL;
  int k = prog.ngroups++;
  cr_waitgroup *wg = how == START_WG ? &shared.actor_wg[k] : &shared.group[k].wg;
  *object = spans(wg, sizeof *wg);
  return how == START_WG ? (void *)wg : (void *)&shared.group[k];
}

static enum start_op some_start(void) {
  static const enum start_op OFTEN[] = {START_GO, START_GO, START_GO, START_WITH, START_WG, START_WG, START_ASYNC, START_GROUP};
  if (chance(may_arm ? 5 : 0)) return START_TIMER;
  if (chance(prog.max_actors > 6 ? 1 : 6)) return chance(50) ? START_THREAD : START_JOINED;
  return OFTEN[rnd(8)];
}

static bool draw_start(int me) {
  if (prog.nactors >= prog.max_actors) return false;
  enum start_op how = some_start();
  if ((how == START_WG || how == START_GROUP) && prog.ngroups == GROUPS) how = START_GO;
  int clock = judge_clock(), n = add_actor(how);
  struct actor *a = &prog.actor[n];
  a->handle = handle_for(how, n, &a->object);
  say(me, "starts a%d by %d", n, how);
  if (a->object != NOBODY) judge_access(me, a->object, 0, 1, 0);
  judge_store(me, clock);
  begins(n, clock, NOBODY);
  a->handle = op_start(how, n, a->handle);
  return true;
}

// What is ended for the judge may be about to end still, so a waitgroup's wait may have to wait.
static bool draw_join(int me) {
  for (int tries = 0; tries < 4; tries++) {
    int n = (int)rnd(prog.nactors);
    struct actor *a = &prog.actor[n];
    if (n == me || !a->ended || !can_join(a) || (a->joined && (a->how == START_JOINED || a->how == START_GROUP))) continue;
    a->joined = true;
    say(me, "joins a%d by %d", n, a->how);
    if (a->object != NOBODY) judge_access(me, a->object, 0, 1, JUDGE_WRITE | JUDGE_MAYBE);
    judge_learn(me, a->end);
    op_join(a->how, a->handle);
    return true;
  }
  return false;
}

// ---- contexts, timers, once ----------------------------------------------------------------------------

static void cancelled(struct context *x, int clock) {
  if (x->cancelled) return;
  x->cancelled = true;
  judge_join(x->clock, clock);
  for (int i = 0; i < x->nfuncs; i++) {
    prog.actor[x->func[i]].how = START_GO;
    begins(x->func[i], x->armed[i], x->clock);
  }
}

void cancels(int me, struct context *x) {
  int clock = judge_clock();
  if (!x->cancelled) judge_store(me, clock);
  for (struct context *y = x; y < &prog.context[prog.ncontexts]; y++) cancelled(y, clock);
  cr_context_cancel(x->ctx);
}

static bool draw_context(int me) {
  struct context *x = prog.ncontexts ? &prog.context[rnd(prog.ncontexts)] : NULL;
  if (!x || x->busy != NOBODY) return false;
  for (int i = 0; i < prog.ncontexts; i++)
    if (prog.context[i].busy != NOBODY) return false;
  int n = (int)(x - prog.context);
  if (!x->cancelled && chance(25)) {
    say(me, "cancels x%d", n);
    cancels(me, x);
  } else if (chance(40)) {
    say(me, "asks x%d: %d", n, x->cancelled);
    if (x->cancelled) judge_learn(me, x->clock);
    if ((cr_context_err(x->ctx) != 0) != x->cancelled) abort();
  } else if (x->cancelled && chance(50)) {
    say(me, "receives from x%d", n);
    char v;
    judge_learn(me, x->clock);
    cr_chan_recv(cr_context_done(x->ctx), &v);
  } else if (prog.nactors < prog.max_actors && x->nfuncs < FUNCS) {
    int a = add_actor(x->cancelled ? START_GO : START_OPS), clock = judge_clock();
    say(me, "has a%d start with x%d", a, n);
    judge_store(me, clock);
    if (x->cancelled) begins(a, clock, x->clock);
    else x->func[x->nfuncs] = a, x->armed[x->nfuncs++] = clock;
    op_context_func(x->ctx, a);
  }
  return true;
}

static bool draw_timer(int me) {
  int k = rnd(2);
  if (!may_arm) return false;
  if (!prog.timer[k]) {
    say(me, "new timer t%d", k);
    prog.timer_clock[k] = judge_clock();
    judge_store(me, prog.timer_clock[k]);
    prog.timer[k] = cr_timer_new(chance(70) ? 0 : 30000);  // who receives at once then is parked
    return true;
  }
  if (prog.timer_read[k]) return false;
  say(me, "receives from t%d", k);
  prog.timer_read[k] = true;
  judge_learn(me, prog.timer_clock[k]);
  int64_t when;
  cr_chan_recv(cr_timer_chan(prog.timer[k]), &when);
  return true;
}

static bool draw_once(int me) {
  if (prog.nonces == 0) return false;
  struct once_state *o = &prog.once[rnd(prog.nonces)];
  if (!o->done) {
    struct object *to = &prog.object[0];
    if (to->freed || to->size < 8) return false;
    o->done = true;
    o->object = number(to);
    o->at = at_in(to, 8);
    judge_access(me, o->object, o->at, 8, JUDGE_WRITE);
    judge_store(me, o->clock);
  } else {
    judge_learn(me, o->clock);
  }
  say(me, "once %d of kind %d", (int)(o - prog.once), o->once->how);
  op_once(o->once, prog.object[o->object].p + o->at);
  return true;
}

// ---- the heap ------------------------------------------------------------------------------------------

static bool draw_heap(int me) {
  struct object *o = some_object();
  int live = 0;
  for (int i = 0; i < prog.nobjects; i++) live += !prog.object[i].freed;
  if (!o->on_heap || live < 2 || prog.nwaits) {
    if (prog.nobjects == OBJECTS) return false;
    say(me, "new object o%d", prog.nobjects);
    add_object();
    return true;
  }
  o->freed = true;
  note_access(me, o, 0, o->size, JUDGE_WRITE);
  if (prog.nobjects == OBJECTS || chance(50)) {
    say(me, "frees o%d", number(o));
    free(o->p);
    return true;
  }
  int n = prog.nobjects++, size = 8 + (int)rnd(SIZE_MAX_OF_OBJECT - 8);
  struct object *to = &prog.object[n];
  *to = (struct object){.p = realloc(o->p, size), .size = size, .on_heap = true};
  say(me, "makes o%d of %d bytes of o%d of %d", n, size, number(o), o->size);
  named(n, to->p, to->size, false);
  note_access(me, to, 0, size < o->size ? size : o->size, JUDGE_WRITE);
  return true;
}

// ---- one of them ---------------------------------------------------------------------------------------

static bool (*const DRAW[])(int me) = {draw_lock, draw_lock, draw_lock, draw_close, draw_send, draw_send, draw_recv, draw_recv, draw_select,
                                       draw_select, draw_counter, draw_counter, draw_start, draw_start, draw_join, draw_context, draw_timer,
                                       draw_once, draw_heap};
enum { DRAWS = sizeof DRAW / sizeof *DRAW };

void draw_step(int me) {
  if (prog.reads && chance(25) && draw_start(me)) return;
  if (chance(100 - prog.syncs)) {
    draw_access(me);
    return;
  }
  if (chance(prog.atomics) && (chance(20) ? draw_fence(me) : draw_atomic(me))) return;
  for (int tries = 0; tries < 3; tries++) {
    unsigned k = rnd(DRAWS);
    if (k != 12 && k != 13 && !(prog.kinds >> k & 1)) continue;  // every program starts actors
    if (DRAW[k](me)) return;
  }
  draw_access(me);
}
