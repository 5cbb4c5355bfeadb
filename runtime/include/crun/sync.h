// SPDX-License-Identifier: Apache-2.0
// sync.h: mutex, rwmutex, once, waitgroup, cond and sema. All-zero is each one's ready state.
//
// All of them park the goroutine, not the thread, and a foreign thread may use them too. None may be
// copied after first use. Their fields are the runtime's.
#ifndef CRUN_SYNC_H
#define CRUN_SYNC_H

#include <stdbool.h>
#include <stdint.h>

#pragma GCC visibility push(default)

struct sudog;

// cr_waitq is a queue of parked goroutines and the lock that guards it (runtime/waitq.h).
struct cr_waitq {
  struct sudog *first, *last;
};

// ---- mutex ----------------------------------------------------------------------------------

// cr_mutex is a lock with an owner: the goroutine that locked it unlocks it, and may park on
// anything while it holds it. It is not recursive: to lock twice is a deadlock with oneself.
// A mutex in normal mode is taken by whoever comes first, which is fastest; once a waiter has
// waited for 1 ms it is handed from owner to waiter in order, so that nobody starves.
//
// Illegal: unlock by another goroutine or of an unlocked mutex (fatal). To hand a lock over between
// goroutines use cr_sema or a channel.
//
//     static cr_mutex mu;
//     static int balance;  // under mu
//     static void deposit(int n) { cr_mutex_lock(&mu); balance += n; cr_mutex_unlock(&mu); }
typedef struct cr_mutex {
  _Atomic(uint64_t) word;      // owner's goid * 16 + flags
  _Atomic(uint32_t) lock;      // guards waiters
  _Atomic(uint32_t) id;        // for the watch over lock orders (runtime/diag/lockorder.c)
  struct cr_waitq waiters;
  _Atomic(void *) owner;       // the last owner's struct g: reports are made of this and what follows
  _Atomic(uint64_t) locked;    // where it was locked last (runtime/diag/deadlock/callsite.h)
  _Atomic(uint64_t) unlocked;  // and unlocked
  uint32_t self;               // low half of its address once it was locked: a copy has another one
  uint32_t reserved;
} cr_mutex;

// cr_mutex_lock locks m.
//   Blocks:  the goroutine, never the thread.
//   Returns: nothing.
//   Memory:  the n'th unlock synchronizes before the m'th lock returns, for n < m.
//   Context: a goroutine or a foreign thread.
void cr_mutex_lock(cr_mutex *m);

// cr_mutex_trylock locks m if it is free.
//   Blocks:  no.
//   Returns: true if m is locked now.
//   Memory:  as cr_mutex_lock if it returns true, else none.
//   Context: a goroutine or a foreign thread.
bool cr_mutex_trylock(cr_mutex *m);

// cr_mutex_unlock unlocks m. Once it has been unlocked by its last user, m's memory may be reused
// at once, even while the unlock is still returning.
//   Blocks:  no.
//   Returns: nothing; fatal "sync: unlock of unlocked mutex", or "sync: unlock of mutex locked by
//            another goroutine".
//   Memory:  synchronizes before a later lock returns.
//   Context: the goroutine or thread that locked m.
void cr_mutex_unlock(cr_mutex *m);

// ---- sema -----------------------------------------------------------------------------------

// cr_sema is a counting semaphore without an owner; all-zero counts 0. Waiters are served in order.
//
//     cr_sema slots = CR_SEMA_INIT(3);   // at most three at once
//     cr_sema_acquire(&slots); ...; cr_sema_release(&slots);
typedef struct cr_sema {
  uint32_t count;          // permits that nobody has taken; under lock
  _Atomic(uint32_t) lock;
  struct cr_waitq waiters; // under lock
} cr_sema;
#define CR_SEMA_INIT(n) {.count = (n)}

// cr_sema_acquire takes one permit.
//   Blocks:  the goroutine, never the thread.
//   Returns: nothing.
//   Memory:  a release synchronizes before an acquire that comes after it returns.
//   Context: a goroutine or a foreign thread.
void cr_sema_acquire(cr_sema *s);

// cr_sema_try_acquire takes one permit if there is one.
//   Blocks:  no.
//   Returns: true if it took one.
//   Memory:  as cr_sema_acquire if it returns true, else none.
//   Context: any.
bool cr_sema_try_acquire(cr_sema *s);

// cr_sema_release gives one permit back.
//   Blocks:  no.
//   Returns: nothing.
//   Memory:  synchronizes before an acquire that comes after it returns.
//   Context: any.
void cr_sema_release(cr_sema *s);

// ---- rwmutex --------------------------------------------------------------------------------

// cr_rwmutex is held by any number of readers or by one writer. A waiting writer keeps new readers
// out, so that it gets its turn; the readers that waited while it held the lock go before the next
// writer. So a goroutine must not read-lock twice: a writer in between makes that a deadlock.
//
// Illegal: an unlock of either kind by a goroutine that has not locked it so (fatal). Unlike Go's, a read lock has
// an owner too: a wait that cannot end is known for sure then, and told as it begins (docs/deadlocks.md).
typedef struct cr_rwmutex {
  cr_mutex writer;               // held by the writer, pending or in
  cr_sema writer_sem;            // the pending writer waits for the readers that are in
  cr_sema reader_sem;            // readers wait for the writer
  _Atomic(int32_t) reader_count; // readers in or waiting; - 2^30 while a writer is pending or in
  _Atomic(int32_t) reader_wait;  // readers that the pending writer still waits for
} cr_rwmutex;

// cr_rwmutex_rlock locks rw for reading, cr_rwmutex_lock for writing.
//   Blocks:  the goroutine, never the thread.
//   Returns: nothing.
//   Memory:  an unlock synchronizes before a later lock or rlock returns; a runlock synchronizes
//            before a later lock returns. Nothing orders a runlock with an rlock.
//   Context: a goroutine or a foreign thread.
void cr_rwmutex_rlock(cr_rwmutex *rw);
void cr_rwmutex_lock(cr_rwmutex *rw);

// cr_rwmutex_tryrlock and cr_rwmutex_trylock lock rw if that needs no waiting.
//   Blocks:  no.
//   Returns: true if rw is locked now.
//   Memory:  as cr_rwmutex_rlock and cr_rwmutex_lock if they return true, else none.
//   Context: a goroutine or a foreign thread.
bool cr_rwmutex_tryrlock(cr_rwmutex *rw);
bool cr_rwmutex_trylock(cr_rwmutex *rw);

// cr_rwmutex_runlock undoes one rlock.
//   Blocks:  no.
//   Returns: nothing; fatal "sync: RUnlock of unlocked RWMutex", or "sync: RUnlock of
//            RWMutex that this goroutine has not locked for reading".
//   Memory:  synchronizes before a later lock returns.
//   Context: the goroutine or thread that locked rw for reading.
void cr_rwmutex_runlock(cr_rwmutex *rw);

// cr_rwmutex_unlock undoes a lock.
//   Blocks:  no.
//   Returns: nothing; fatal "sync: Unlock of unlocked RWMutex", or "sync: unlock of mutex locked by
//            another goroutine".
//   Memory:  synchronizes before a later lock or rlock returns.
//   Context: the goroutine or thread that locked rw.
void cr_rwmutex_unlock(cr_rwmutex *rw);

// ---- once -----------------------------------------------------------------------------------

// cr_once runs a function once, whoever comes first; the others wait until it has returned.
//
// fn must not call cr_once_do on the same once (a deadlock). If fn panics, or ends its goroutine, that
// counts as its return: later callers do not call it again.
//
//     static cr_once ready;
//     cr_once_do(&ready, open_log);
typedef struct cr_once {
  _Atomic(uint32_t) done;
  uint32_t reserved;
  cr_mutex m;  // held while fn runs
} cr_once;

// cr_once_do calls fn() if no call of cr_once_do or cr_once_do_arg with o did so before; the latter
// calls fn(arg).
//   Blocks:  the goroutine, never the thread, while another runs fn.
//   Returns: nothing, after the one call of fn has returned.
//   Memory:  the return of fn synchronizes before the return of any cr_once_do on the same once.
//   Context: a goroutine or a foreign thread.
void cr_once_do(cr_once *o, void (*fn)(void));
void cr_once_do_arg(cr_once *o, void (*fn)(void *arg), void *arg);

// cr_once_value is a value that is computed when it is first asked for. All-zero is ready.
//
//     static cr_once_value config;
//     struct config *c = cr_once_value_get(&config, load_config, "/etc/app");
typedef struct cr_once_value {
  cr_once once;
  void *value;           // written by the one call of fn
  const char *panicked;  // the text, if fn panicked
  bool ended;            // fn returned or panicked
} cr_once_value;

// cr_once_value_get calls fn(arg) if no call with o did so before; others wait until it has returned.
//   Blocks:  the goroutine, never the thread, while another runs fn.
//   Returns: what the one call of fn returned; if that panicked, panics with the same text.
//   Memory:  the return of fn synchronizes before it returns.
//   Context: a goroutine or a foreign thread.
void *cr_once_value_get(cr_once_value *o, void *(*fn)(void *arg), void *arg);

// cr_once_func_call is the same for a function without a value: unlike after cr_once_do, a panic of the one
// call of fn is everybody's.
//   Blocks:  the goroutine, never the thread, while another runs fn.
//   Returns: nothing; if the one call of fn panicked, panics with the same text.
//   Memory:  the return of fn synchronizes before it returns.
//   Context: a goroutine or a foreign thread.
void cr_once_func_call(cr_once_value *o, void (*fn)(void));

// ---- waitgroup ------------------------------------------------------------------------------

// cr_waitgroup waits for a set of goroutines to finish. The counter is raised before a goroutine
// starts (by its creator, never inside it) and lowered as it finishes.
//
// Illegal: a negative counter; raising it from 0 while somebody waits; reuse before every earlier
// wait has returned. They panic when the runtime sees them, and the first two are data races.
//
//     cr_waitgroup wg = {0};
//     for (int i = 0; i < 3; i++) { cr_waitgroup_add(&wg, 1); cr_go(worker, &wg); }
//     cr_waitgroup_wait(&wg);          // each worker ends with cr_waitgroup_done(&wg)
typedef struct cr_waitgroup {
  _Atomic(uint64_t) state;  // counter in the high half, waiters in the low
  cr_sema sema;             // what the waiters wait on
  uint32_t misuse;          // not used as memory: add and wait meet on its address under -race
  _Atomic(uint32_t) self;   // low half of its address, while the counter is above 0: a copy has another one
  _Atomic(uint64_t) added;  // where the counter was changed last (runtime/diag/deadlock/callsite.h)
  _Atomic(uint64_t) waited; // where the first of the waiters waits
} cr_waitgroup;

// cr_waitgroup_add adds n, which may be negative, to the counter; at 0 all waiters go on.
//   Blocks:  no.
//   Returns: nothing; panics "sync: negative WaitGroup counter", or "sync: WaitGroup misuse: Add
//            called concurrently with Wait".
//   Memory:  with n < 0 it synchronizes before the return of a wait that it lets go on.
//   Context: any.
void cr_waitgroup_add(cr_waitgroup *wg, int n);

// cr_waitgroup_done is cr_waitgroup_add(wg, -1).
//   Blocks:  no.
//   Returns: nothing; panics as cr_waitgroup_add does.
//   Memory:  synchronizes before the return of a wait that it lets go on.
//   Context: any.
void cr_waitgroup_done(cr_waitgroup *wg);

// cr_waitgroup_wait waits until the counter is 0. When it has returned to the only waiter, wg's
// memory may be reused at once.
//   Blocks:  the goroutine, never the thread.
//   Returns: nothing; panics "sync: WaitGroup is reused before previous Wait has returned".
//   Memory:  every done that led to 0 synchronizes before it returns.
//   Context: a goroutine or a foreign thread.
void cr_waitgroup_wait(cr_waitgroup *wg);

// ---- cond -----------------------------------------------------------------------------------

// cr_cond is a place to wait for a condition that a mutex guards. There are no spurious wake-ups,
// but the condition may have changed again before the mutex is retaken: wait in a loop.
//
//     cr_mutex_lock(&mu);
//     while (!ready) cr_cond_wait(&cond, &mu);
//     cr_mutex_unlock(&mu);
typedef struct cr_cond {
  _Atomic(uint32_t) lock;   // guards waiters
  _Atomic(uint32_t) nwait;  // waiters queued
  struct cr_waitq waiters;
} cr_cond;

// cr_cond_wait unlocks m, parks until signalled, and locks m again; unlocking and parking are one
// step to a signaller. cr_cond_wait_rw is the same with a write-locked rwmutex.
//   Blocks:  the goroutine, never the thread.
//   Returns: nothing; fatal as the unlock.
//   Memory:  those of the unlock and the lock, no others.
//   Context: the goroutine or thread that holds m.
void cr_cond_wait(cr_cond *c, cr_mutex *m);
void cr_cond_wait_rw(cr_cond *c, cr_rwmutex *rw);

// cr_cond_wait_any is cr_cond_wait with a lock of any kind: unlock(l) gives it up and lock(l) takes it again.
// Both may park; they must return.
//   Blocks:  the goroutine, never the thread.
//   Returns: nothing.
//   Memory:  those of the unlock and the lock, no others.
//   Context: the goroutine or thread that holds l.
void cr_cond_wait_any(cr_cond *c, void (*unlock)(void *l), void (*lock)(void *l), void *l);

// cr_cond_signal wakes the goroutine that has waited longest, cr_cond_broadcast all that wait.
//   Blocks:  no.
//   Returns: nothing.
//   Memory:  none.
//   Context: any; holding the mutex is allowed and not required.
void cr_cond_signal(cr_cond *c);
void cr_cond_broadcast(cr_cond *c);

#pragma GCC visibility pop

#endif
