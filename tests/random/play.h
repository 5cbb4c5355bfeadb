// SPDX-License-Identifier: Apache-2.0
// play.h: a played program: its actors and what they share, as the one who draws the next operation knows it.
//
// Only the actor whose turn it is draws, does what it has drawn, and writes down for the judge what that orders. Nothing
// that is known here is an access for the detector: these files are compiled without the plugin.
//
// An operation that waits ends its actor's turn. Until another has ended the wait and the waiter had a turn
// again, nobody else uses what it waits on (`busy`): so it makes no difference whether it is parked yet.
#ifndef TESTS_RANDOM_PLAY_H
#define TESTS_RANDOM_PLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "ops.h"

enum { ACTORS = 40, OBJECTS = 12, LOCKS = 6, CHANS = 4, COUNTERS = 6, CELLS = 4, CONTEXTS = 2, GROUPS = 8, RING = 3, FUNCS = 2, NOBODY = -1 };

struct actor {
  enum start_op how;
  bool can_run;        // it was begun, and neither waits nor has ended
  bool ended, is_thread, brief;
  int held;            // locks
  int end;             // clock of its end, for who joins it
  void *handle;        // what to join
  int object;          // of its waitgroup, for the judge; NOBODY: it has none
  bool joined;
  int *busy[CHANS];  // what it waits on, which is free again with its next turn
  int nbusy;
  int fence, seen;     // clocks: at the last release fence, NOBODY: none was; what relaxed loads saw
};

struct object {
  char *p;
  int size;
  bool on_heap, freed;
};

enum lock_kind { MUTEX, RWMUTEX, PMUTEX, PRWLOCK, SPIN, LOCK_KINDS };

struct lock {
  enum lock_kind kind;
  void *lock;
  int holder, busy;      // actors, or NOBODY
  uint64_t readers;
  int clock, left;       // clocks: what unlocks release, what readers' do
};

struct channel {
  long_chan c;
  int object, cap, count, sendx, recvx, busy;
  int slot[RING], closed;  // clocks; closed: NOBODY while it is open
};

enum counter_kind { SEMA, PSEM, WAITGROUP, PIPE, SOCKETS, EVENTFD, COUNTER_KINDS };

struct counter {
  enum counter_kind kind;
  void *counter;
  int fd[2];
  int count, clock, busy, object;
};

// An atomic: what a load of its value synchronizes with, and who heads the release sequence (C11 5.1.2.4).
struct cell {
  struct object *object;
  int at, size, clock;
  uint64_t heads;
};

struct context {
  cr_context *ctx;
  bool cancelled;
  int clock, busy;
  int func[FUNCS], armed[FUNCS], nfuncs;  // actors that begin with the cancel, and what happened before they were asked to
};

struct once_state {
  struct once_any *once;
  bool done;
  int clock, object, at;
};

enum wait_kind { WAIT_LOCK, WAIT_SEND, WAIT_RECV, WAIT_COUNTER, WAIT_COND, WAIT_PCOND, WAIT_BARRIER, WAIT_JOIN, WAIT_CONTEXT };

struct wait {
  enum wait_kind kind;
  int actor, other;      // other: who is joined
  bool writes;           // a lock
  struct lock *lock;
  struct counter *counter;
  struct context *context;
  struct channel *chan;  // of a select: the case that will go ahead
  int object, at;        // where what is received goes, NOBODY: to a variable of its own
};

struct program {
  uint64_t seed;
  int nactors, nobjects, nlocks, nchans, ncounters, ncells, ncontexts, ngroups, nwaits, ntimers, nonces;
  int next_object;           // numbers that the judge knows objects by; data come first
  struct actor actor[ACTORS];
  struct object object[OBJECTS];
  struct lock lock[LOCKS];
  struct channel chan[CHANS];
  struct counter counter[COUNTERS];
  struct cell cell[CELLS];
  struct context context[CONTEXTS];
  struct once_state once[2];
  struct wait wait[ACTORS];
  cr_timer *timer[2];
  int timer_clock[2];
  bool timer_read[2];
  int cond_busy, pcond_busy, barrier_busy, cond_clock[2];
  // What kind of program it is.
  int max_actors, turns, syncs, atomics, crowd, deep;  // percent: syncs among operations, atomics among syncs; crowd: actors end soon
  int reads;                                           // percent: accesses that read the first bytes of object 0, as many others do
  unsigned kinds;                                      // bits of enum draw_kind that it has
  bool finishing;
};

extern struct program prog;

// What timers and signal handlers end for good, the single-goroutine phase, must have had its time before.
extern bool may_arm;

unsigned rnd(unsigned n);
static inline bool chance(int percent) { return (int)rnd(100) < percent; }

// say adds a line to what is told of a program that goes wrong.
void say(int actor, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

// ---- draw.c ------------------------------------------------------------------------------------------

// draw_cast makes what the program has. draw_step has an actor do one operation that does not wait.
void draw_cast(void);
void draw_step(int me);
void draw_access(int me);
void draw_clear(void);  // joins who can be joined, and gives back what can be

// draw_let_go gives up a lock that the actor holds and nobody waits for, if there is one.
bool draw_let_go(int me);

// What the waits need, each with what it orders.
void take(int me, struct lock *l, bool writes);
void leave(int me, struct lock *l);
void lock_it(struct lock *l, bool writes);
void unlock_it(struct lock *l, bool writes);
void sent(int me, struct channel *c);
void received(int me, struct channel *c, int object, int at);
void met(int sender, int receiver, int object, int at);
void touches_chan(int me, const struct channel *c, bool writes);
void closes(int me, struct channel *c);
void cancels(int me, struct context *x);
void *target(int *object, int *at);

// begins makes an actor known whose beginning knows what clocks a and b (NOBODY: none) know.
void begins(int actor, int a, int b);

// ---- wait.c ------------------------------------------------------------------------------------------

// wait_draw has an actor wait, if there is something to wait for: pass_turn is called before it does. False: there is not.
bool wait_draw(int me, void (*pass_turn)(int me));

// wait_end ends a wait that this actor can end, if there is one.
bool wait_end(int me);

// wait_joined: the actor has ended, and who waited for that goes on.
void wait_joined(int me);

// What actors share that has an address; all of it is forgotten before each program.
struct shared {
  cr_mutex mutex[LOCKS];
  cr_rwmutex rw[LOCKS];
  pthread_mutex_t pmutex[LOCKS];
  pthread_rwlock_t prw[LOCKS];
  pthread_spinlock_t spin[LOCKS];
  cr_sema sema[COUNTERS];
  sem_t psem[COUNTERS];
  cr_waitgroup wg[COUNTERS], actor_wg[GROUPS];
  cr_errgroup group[GROUPS];
  struct once_any once[2];
  cr_cond cond;
  cr_mutex cond_mutex;
  pthread_cond_t pcond;
  pthread_mutex_t pcond_mutex;
  pthread_barrier_t barrier;
};
extern struct shared shared;

#endif
