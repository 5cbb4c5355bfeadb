// SPDX-License-Identifier: Apache-2.0
// g.h: goroutines (G), threads (M) and the right to run (P).
//
//     G  a goroutine: a stack and what is needed to go on with it
//     M  a thread of the process that runs goroutines; its own stack is g0
//     P  the right to run: a run queue; there are CRUNMAXPROCS of them (procs.c). An M needs one to run Gs
//
// A G is on one list at a time, through schedlink: a run queue, the global queue, or a wait queue's
// sudog. Only the M that runs it, or the M that took it off a queue, touches it.
#ifndef CRUN_G_H
#define CRUN_G_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/atomic.h"
#include "base/fiber.h"
#include "base/lock.h"
#include "race/race.h"

struct labels;
struct sudog;
struct lock_order;
struct m;
struct p;

// Why a goroutine is parked; the strings are Go's (diag/dump/dump.c).
enum wait_reason {
  WAIT_NONE,
  WAIT_CHAN_RECV,
  WAIT_CHAN_SEND,
  WAIT_CHAN_RECV_NIL,
  WAIT_CHAN_SEND_NIL,
  WAIT_SELECT,
  WAIT_SELECT_EMPTY,
  WAIT_SLEEP,
  WAIT_MUTEX,
  WAIT_RWMUTEX_R,
  WAIT_RWMUTEX_W,
  WAIT_WAITGROUP,
  WAIT_COND,
  WAIT_SEMA,
  WAIT_ONCE,
  WAIT_IO,
  WAIT_REASONS,
};

enum g_status {
  G_NONE,      // a stack's memory that no goroutine has used yet
  G_RUNNABLE,  // on a run queue
  G_RUNNING,   // on an M
  G_WAITING,   // parked
  G_DEAD,      // ended, or not started: on a free list
};

// What the C++ library knows of exceptions under way; switch.h.
struct cxx_exceptions {
  void *caught;
  unsigned uncaught;
};

struct g {
  void *sp;             // where switch.S left its registers; offset 0 is known there
  struct g *schedlink;  // the queue it is on
  _Atomic uint32_t status;
  uint32_t wait_reason;    // under G_WAITING
  _Atomic int64_t wait_since_ns;  // under G_WAITING: the coarse clock when it parked
  int64_t warned_ns;              // sysmon only: the wait_since_ns of the wait that blockwarn told of
  int64_t trimmed_ns;             // scavenge.c only: the wait_since_ns of the park that it looked at last
  _Atomic uint32_t trimming;      // futex: not 0 while pages below its sp are given back
  uint64_t goid;
  void *param;             // handed over by the one who makes it ready
  void *wait_elem;         // scratch of whom it waits for
  struct sudog *waiting;   // what it waits on, in lock order
  _Atomic uint32_t select_done;
  uint32_t nwaiting;       // in a select: how many there are at waiting, one behind another
  struct cr_defer_record *defers;  // what is to run when its scopes end, innermost first
  struct panic *panics;            // what it panics with now, newest first
  race_g *race;
  struct lock_order *order;  // what it holds, for the watch over lock orders; nil: nothing yet. Stays with the stack
  int errno_saved;         // its errno while it does not run
  struct cxx_exceptions cxx;  // likewise
  bool is_main;
  bool fresh;              // it never ran, nor was it held (crowd.h)
  _Atomic bool had_slice;  // sysmon, and who makes it: it has had a P for a whole slice while others waited
  bool is_thread;          // bound to a foreign thread: parks on its own futex
  uint8_t stack_class;     // stack.h
  uint16_t arena;          // which of stack.c's it lies in
  uint32_t nlocks;         // own: cr_lock_thread less cr_unlock_thread
  struct m *ran_on;        // CRUNDEBUG=migrate=1 only: the M that it left last
  struct m *_Atomic locked_m;  // own: the M that alone may run it while nlocks > 0, else nil
  _Atomic uint32_t thread_word;  // is_thread: 1 when ready
  char *stack_lo, *stack_hi;     // from the lowest byte above the guard to this struct; lo nil: another stack, readable up to hi
  char *stack_end;               // where the stack's mapping ends
  struct g *all_next, *all_prev; // every G there is, under sched.all_lock
  struct g *magazine_next;       // of the first of a magazine of free stacks, under its list's lock, as the next
  uint32_t magazine_n;
  uintptr_t go_pc;               // the `go` statement
  uint64_t parent_goid;
  _Atomic uint32_t leak_tag;     // the innermost cr_leak_check_begin that it descends from; 0: none (diag/leak/leak.c)
  char name[32];
  struct labels *_Atomic labels; // nil: none (labels.c)
  _Atomic uintptr_t blocked_on;   // the lock that it has to wait for and an enum blocked; 0: none (diag/deadlock/waitfor.h)
  _Atomic uint32_t blocked_seq;   // goes up each time it has to
  uint64_t blocked_at;            // where the user asked for it (diag/deadlock/callsite.h)
  uint32_t nforeign;              // pthread locks it holds; owner only, as the next two (foreign.h)
  const void *foreign_lock;
  _Atomic uint64_t foreign_at;
  uint32_t locked_unlocks;        // owner only: that cost a locked instruction. It and the next stay with the stack (mutex.c)
  uint8_t mutex_flags[16];        // owner only: those of mutexes that it locked or unlocked last, to guess with
  uint32_t nlocked;               // mutexes, onces and write locks it holds; owner only
  uint32_t walk_mark;             // under waitfor.c's walk_lock
  bool told_stuck;                // a deadlock that it is in was told: it is no leak besides
  struct read_holds *reads;       // the rwmutexes it has locked for reading; nil: it never did
  struct fiber fiber;
};

enum { RUNQ_SIZE = 1024, RUNQ_GRAB = 128, STACK_CLASSES = 14 };

struct runq {
  _Atomic uint32_t head;  // thieves and the owner take here
  _Atomic uint32_t tail;  // the owner puts here
  struct g *_Atomic ring[RUNQ_SIZE];
};

enum p_status { P_IDLE, P_RUNNING, P_GONE };

// Stacks of one class to be used again, newest first: a magazine that is being filled or emptied, and a full one (gfree.c).
struct gfree {
  struct g *head, *full;
  uint32_t n;  // of head's
};

struct p {
  _Alignas(64) struct runq runq;
  struct g *_Atomic runnext;   // owner, in the runtime: its next, ahead of the ring; a thief takes it by retake.h's protocol
  _Atomic uint64_t schedtick;  // owner: bumped each time a G begins to run
  _Atomic bool next_is_new;    // owner: runnext was started, and not made ready
  _Atomic bool leaves;         // written under sched.lock: to be given up, there are to be fewer Ps
  uint32_t id;
  _Atomic uint32_t status;
  struct m *_Atomic m;         // who has it, as far as sysmon may know: mp->p decides; nil when idle
  struct p *idle_next;         // under sched.lock
  struct gfree gfree[STACK_CLASSES];  // owner only
  _Atomic uint64_t nsteals;    // owner: goroutines taken from other Ps
  _Atomic uint64_t nborn;      // owner: goroutines started less those that ended here; may be negative
  _Atomic uint64_t goid, goid_end;  // owner: the ids (goid, goid_end] are its own to give
  uint32_t seen_tick;          // sysmon only
  uint32_t slice_tick;         // sysmon only: the tick whose slice was over
  int64_t seen_since;          // sysmon only
  int64_t look_ns;             // sysmon only: how long the G must have run until its thread is looked at again
};

struct m {
  struct g *curg;              // the goroutine that runs on this thread; nil on g0. Offset 0 is known to switch.S
  void *g0_sp;                 // top of the scheduler's stack
  struct p *_Atomic p;         // own thread; sysmon takes it away by the protocol in sysmon.c
  _Atomic uint32_t in_rt;      // own thread: inside runtime code, or on g0
  _Atomic uint32_t retake;     // sysmon: the P is being taken or was
  bool spinning;               // own thread
  uint64_t started;            // own thread: how many goroutines there had been when it slept last
  struct g *locked_g;          // own thread: the goroutine that is locked to it; it runs no other
  struct p *next_p;            // handed over by who wakes it
  struct g *next_g;            // with next_p: what it runs first; nil: what it finds
  _Atomic uint32_t park_word;  // futex: 1 = go on
  struct m *idle_next;         // under sched.lock: on the idle list or the dead one
  char *g0_lo;
  bool (*commit)(struct g *gp, void *arg);  // of the park under way
  void *commit_arg;
  uint64_t stole_at, stole_tick;  // own thread, as the next: vain.h
  uint32_t nvain;
  struct g *picked;            // own thread: what it runs next, picked before it came to g0
  int *errno_at;               // own thread's errno, whose address a goroutine may not keep
  uint32_t id;
  _Atomic int tid;             // the kernel's number of the thread; 0: it has ended
  int64_t cpu_ns;              // sysmon only: os_thread_sleeps' note
  bool is_foreign;             // of a thread of the program's own; its struct is used again
  bool is_listed;              // own thread: on the list of all Ms
  struct m *all_next;          // every M there ever was, read-only once listed
  bool yield;                  // under retake_lock: sysmon wants the G of yield_tick to yield at its next call
  uint32_t yield_tick;         // under retake_lock
  bool is_hog;                 // under retake_lock: has no P and computes, as far as sysmon knows
  struct m *lost_next, *lost_prev;  // under retake_lock: the Ms whose P was taken (crowd.c)
  sigset_t sigmask;            // what the thread begins with
  void *end[5];                // own thread: where m_main ends it, for __builtin_longjmp
  const void *timer_arg;       // of the timer's function that it runs, under timers_lock when it begins
  uintptr_t sigstack_lo, sigstack_hi;  // its signal stack, once it was stopped on it (diag/leak/world.c)
  struct fiber fiber;          // g0's
};

// getm returns the M of this thread, nil on a foreign one. It is read afresh at each call: the
// address of a thread-local must never live across a park.
extern _Thread_local struct m *m_tls __attribute__((tls_model("initial-exec")));

static inline __attribute__((always_inline)) struct m *getm(void) {
#if defined(__x86_64__)
  struct m *mp;
  __asm__ volatile("movq m_tls@gottpoff(%%rip), %0\n\tmovq %%fs:(%0), %0" : "=r"(mp)::);
  return mp;
#else
#error "arch/ has no getm for this machine"
#endif
}

#endif
