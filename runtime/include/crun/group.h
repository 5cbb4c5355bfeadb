// SPDX-License-Identifier: Apache-2.0
// group.h: groups of goroutines that end together, with errors, limits and shared work.
#ifndef CRUN_GROUP_H
#define CRUN_GROUP_H

#include <stdbool.h>
#include <stdint.h>

#include <crun/context.h>
#include <crun/defer.h>
#include <crun/sync.h>

#pragma GCC visibility push(default)

// Where a function and its argument are given, the function may take a pointer of any type, or an
// integer, or nothing; that the two fit is checked.

// cr_waitgroup_go(wg, fn, arg) starts a goroutine that runs fn(arg) and is done with wg then, by whatever
// way it ends.
//   Blocks:  no.
//   Returns: nothing; out of memory is fatal.
//   Memory:  as cr_go and, at the end, cr_waitgroup_done.
//   Context: any.
#define cr_waitgroup_go(wg, fn, arg) \
  cr_waitgroup_go_raw(wg, (void (*)(void *))CR_DEFER_CHECKED_(fn, (fn)(arg)), (void *)(__UINTPTR_TYPE__)(arg))
void cr_waitgroup_go_raw(cr_waitgroup *wg, void (*fn)(void *arg), void *arg);

// ---- errgroup -------------------------------------------------------------------------------

// cr_errgroup is a set of goroutines that work on parts of one task. Each returns 0, or an error, any
// other number; the first error is the group's. All-zero is ready. After cr_errgroup_wait it is again.
//
//     cr_errgroup group = {0};
//     cr_context *ctx = cr_errgroup_context(&group, parent);  // canceled by the first error
//     cr_errgroup_limit(&group, 8);                           // at most 8 at once
//     for (int i = 0; i < n; i++) cr_errgroup_go(&group, fetch, &job[i]);
//     int err = cr_errgroup_wait(&group);
typedef struct cr_errgroup {
  cr_waitgroup wg;
  cr_context *ctx;
  cr_chan(char) slots;  // a value in it for each goroutine, if there is a limit
  _Atomic(int) err;
  bool limited;
} cr_errgroup;

// cr_errgroup_context derives a context from parent that is canceled by the first error, with that as
// its cause, and at the end of cr_errgroup_wait. It may be called before the first goroutine.
//   Blocks:  no.
//   Returns: the context, which is the group's and lives until cr_errgroup_wait returns; out of memory
//            is fatal.
//   Memory:  none.
//   Context: any.
cr_context *cr_errgroup_context(cr_errgroup *group, cr_context *parent);

// cr_errgroup_limit has at most n goroutines of the group at once; with n < 0 there is no limit. It may
// be called while the group has none.
//   Blocks:  no.
//   Returns: nothing; panics "errgroup: modify limit while N goroutines in the group are still active".
//   Memory:  none.
//   Context: any.
void cr_errgroup_limit(cr_errgroup *group, int n);

// cr_errgroup_go(group, fn, arg) starts a goroutine that runs fn(arg), once the limit allows.
//   Blocks:  the goroutine, never the thread, while as many as the limit are there.
//   Returns: nothing; out of memory is fatal.
//   Memory:  synchronizes before the start of fn. With limit n, the end of the k'th synchronizes
//            before the start of the k+n'th.
//   Context: a goroutine or a foreign thread.
#define cr_errgroup_go(group, fn, arg) \
  cr_errgroup_go_raw(group, CR_ERRGROUP_FN_(fn, arg), (void *)(__UINTPTR_TYPE__)(arg))
void cr_errgroup_go_raw(cr_errgroup *group, int (*fn)(void *arg), void *arg);

// cr_errgroup_try_go(group, fn, arg) is cr_errgroup_go if that needs no waiting.
//   Blocks:  no.
//   Returns: true if fn was started.
//   Memory:  as cr_errgroup_go if it returns true, else none.
//   Context: any.
#define cr_errgroup_try_go(group, fn, arg) \
  cr_errgroup_try_go_raw(group, CR_ERRGROUP_FN_(fn, arg), (void *)(__UINTPTR_TYPE__)(arg))
bool cr_errgroup_try_go_raw(cr_errgroup *group, int (*fn)(void *arg), void *arg);

// cr_errgroup_wait waits until all goroutines of the group have ended, cancels its context and gives back
// what the group holds.
//   Blocks:  the goroutine, never the thread.
//   Returns: the first error, or 0.
//   Memory:  the end of every fn synchronizes before it returns.
//   Context: a goroutine or a foreign thread.
int cr_errgroup_wait(cr_errgroup *group);

#define CR_ERRGROUP_FN_(fn, arg)                                                                 \
  (__extension__({                                                                               \
     typedef __typeof__((fn)(arg)) cr_ret_; /* outside the assertion: see CR_CHAN_VALUE_ */      \
     (void)CR_ASSERT_(__builtin_types_compatible_p(cr_ret_, int),                                \
                      "errgroup: the function must return an int, 0 or an error");               \
   }),                                                                                           \
   (int (*)(void *))CR_DEFER_CHECKED_(fn, (fn)(arg)))

// ---- weighted semaphore ---------------------------------------------------------------------

// cr_weighted is a semaphore of which one may take several permits at once. Who came first is served
// first, so that one who wants many does not starve.
//
//     cr_weighted memory = CR_WEIGHTED_INIT(1 << 30);
//     if (cr_weighted_acquire(&memory, ctx, bytes)) return;   // ctx was done first
//     cr_defer(give_back, bytes);
typedef struct cr_weighted {
  int64_t size;           // read-only after init
  int64_t taken;          // under lock
  _Atomic(uint32_t) lock;
  uint32_t reserved;
  struct cr_weighted_waiter *first, *last;  // under lock
} cr_weighted;
#define CR_WEIGHTED_INIT(n) {.size = (n)}

// cr_weighted_acquire takes n permits, unless ctx is done first.
//   Blocks:  the goroutine, never the thread. For n greater than the size: until ctx is done.
//   Returns: 0, or cr_context_err(ctx) if it took none.
//   Memory:  a release synchronizes before an acquire that comes after it returns 0.
//   Context: a goroutine or a foreign thread.
int cr_weighted_acquire(cr_weighted *w, cr_context *ctx, int64_t n);

// cr_weighted_try_acquire takes n permits if they are there and nobody waits.
//   Blocks:  no.
//   Returns: true if it took them.
//   Memory:  as cr_weighted_acquire if it returns true, else none.
//   Context: any.
bool cr_weighted_try_acquire(cr_weighted *w, int64_t n);

// cr_weighted_release gives n permits back.
//   Blocks:  no.
//   Returns: nothing; panics "semaphore: released more than held".
//   Memory:  synchronizes before an acquire that comes after it returns.
//   Context: any.
void cr_weighted_release(cr_weighted *w, int64_t n);

// ---- singleflight ---------------------------------------------------------------------------

// cr_flight has one goroutine do what several ask for at the same time under the same key. All-zero
// is ready.
typedef struct cr_flight {
  _Atomic(uint32_t) lock;
  uint32_t reserved;
  struct cr_flight_call *calls;  // under lock
} cr_flight;

// cr_flight_do calls fn(arg), or if a call with this key is under way, waits for it and takes its result.
// fn must return: a panic or cr_goexit in it passes, and the others call theirs.
//   Blocks:  the goroutine, never the thread.
//   Returns: what fn returned; *shared, if not nil, is true if others got the same.
//   Memory:  the return of fn synchronizes before the return of every cr_flight_do that takes its result.
//   Context: a goroutine or a foreign thread.
void *cr_flight_do(cr_flight *f, const char *key, void *(*fn)(void *arg), void *arg, bool *shared);

#pragma GCC visibility pop

#endif
