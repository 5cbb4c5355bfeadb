// SPDX-License-Identifier: Apache-2.0
// context.h: contexts: cancellation, deadlines and values that go down a tree of calls and goroutines.
#ifndef CRUN_CONTEXT_H
#define CRUN_CONTEXT_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include <crun/chan.h>
#include <crun/time.h>

#pragma GCC visibility push(default)

// cr_context is a node of a tree. To cancel one cancels all that were derived from it. A function that
// may take long takes a context as its first argument and gives up when it is done; it derives its own
// for what it starts.
//
// Errors are int: 0 while the context is not done, ECANCELED once it was canceled, ETIMEDOUT once its
// deadline has passed. The cause says more: any number the canceler chose, by default the error.
//
// Contexts are reference counted. Each function cr_context_with_... returns one reference, which the
// caller gives back by cr_context_free; a derived context keeps what it derives from alive, so the order
// does not matter. To hand a context to a goroutine that may outlive the caller's reference, give it
// one of its own: cr_context_keep. To give a reference back does not cancel: while others have some,
// the context goes on.
//
//     static void worker(cr_context *ctx, cr_chan(int) jobs) {
//       cr_defer(cr_context_free, ctx);
//       for (int job;;) cr_select {
//         cr_on_recv(jobs, &job) { work(job); }
//         cr_on_recv(cr_context_done(ctx), NULL) { return; }
//       }
//     }
//     cr_context *ctx = cr_context_with_timeout(cr_context_background(), CR_SECOND);
//     cr_go(worker, cr_context_keep(ctx), jobs);
//     ...
//     cr_context_cancel(ctx);
//     cr_context_free(ctx);
//
// Any number of goroutines and foreign threads may use a context at the same time.
typedef struct cr_context cr_context;

// cr_context_background is the root of every tree: never done, without deadline and values. It needs no
// cr_context_free, and bears any number of them.
//   Blocks:  no.
//   Returns: the root.
//   Memory:  none.
//   Context: any thread.
cr_context *cr_context_background(void);

// cr_context_with_cancel derives a context that can be canceled. It is done from the start if the
// parent is.
//   Blocks:  no.
//   Returns: a reference to the new context; out of memory is fatal.
//   Memory:  what canceled a parent that is done synchronizes before it returns.
//   Context: any.
cr_context *cr_context_with_cancel(cr_context *parent);

// cr_context_with_deadline derives a context that is canceled when cr_nanotime is when_ns, with error
// ETIMEDOUT, and cr_context_with_timeout one that is after ns nanoseconds. A parent's earlier deadline
// holds; a time that has passed cancels at once, one beyond the clock's end never. The _cause form says
// what cr_context_cause is then.
//   Blocks:  no.
//   Returns: a reference to the new context; out of memory is fatal.
//   Memory:  synchronizes before what follows from the deadline; what canceled a parent that is done, before it returns.
//   Context: any.
cr_context *cr_context_with_deadline(cr_context *parent, int64_t when_ns);
cr_context *cr_context_with_deadline_cause(cr_context *parent, int64_t when_ns, int cause);
cr_context *cr_context_with_timeout(cr_context *parent, int64_t ns);

// cr_context_with_value derives a context in which key has this value. Keys are compared as pointers:
// the address of a static variable is one that nobody else has. drop, if not nil, is called with the
// value when the last reference is given back.
//   Blocks:  no.
//   Returns: a reference to the new context; out of memory is fatal.
//   Memory:  every cr_context_free synchronizes before drop.
//   Context: any.
cr_context *cr_context_with_value(cr_context *parent, const void *key, void *value, void (*drop)(void *value));

// cr_context_without_cancel derives a context with the parent's values, and neither its deadline nor
// its end.
//   Blocks:  no.
//   Returns: a reference to the new context; out of memory is fatal.
//   Memory:  none.
//   Context: any.
cr_context *cr_context_without_cancel(cr_context *parent);

// cr_context_keep takes one more reference, cr_context_free gives one back; nil is allowed there.
//   Blocks:  no.
//   Returns: keep: ctx.
//   Memory:  none but what cr_context_with_value says.
//   Context: any.
cr_context *cr_context_keep(cr_context *ctx);
void cr_context_free(cr_context *ctx);

// cr_context_cancel cancels ctx, and all that were derived from it, with error ECANCELED, unless it is
// done already; cr_context_cancel_cause says why, in a number other than 0. On a context that cannot be
// canceled itself, such as one with a value, it cancels nothing.
//   Blocks:  no.
//   Returns: nothing.
//   Memory:  synchronizes before a receive on the done channel of ctx, or of one derived from it, that
//            returns because of it, and before a call of cr_context_err that returns other than 0.
//   Context: any.
void cr_context_cancel(cr_context *ctx);
void cr_context_cancel_cause(cr_context *ctx, int cause);

// cr_context_done is a channel that is closed when ctx is done; nil, on which a receive waits for ever,
// if it never can be. It is ctx's own: nobody sends on it, closes or frees it.
//   Blocks:  no.
//   Returns: the channel, which lives as long as ctx.
//   Memory:  none; a receive on it as said of cr_context_cancel.
//   Context: any.
cr_chan(char) cr_context_done(cr_context *ctx);

// cr_context_err says whether ctx is done, and cr_context_cause why.
//   Blocks:  no.
//   Returns: 0 if it is not; else ECANCELED or ETIMEDOUT; the cause.
//   Memory:  what canceled ctx synchronizes before the return of other than 0.
//   Context: any.
int cr_context_err(cr_context *ctx);
int cr_context_cause(cr_context *ctx);

// cr_context_deadline tells when ctx will be canceled at the latest.
//   Blocks:  no.
//   Returns: true, with the moment in *when_ns, or false if there is none.
//   Memory:  none.
//   Context: any.
bool cr_context_deadline(cr_context *ctx, int64_t *when_ns);

// cr_context_value looks key up in ctx and what it was derived from.
//   Blocks:  no.
//   Returns: the innermost value; nil if there is none.
//   Memory:  none.
//   Context: any.
void *cr_context_value(cr_context *ctx, const void *key);

// cr_context_after_func runs fn(arg) in a goroutine of its own once ctx is done, or at once if it is.
//   Blocks:  no.
//   Returns: a handle, which the caller gives back by cr_context_stop; out of memory is fatal.
//   Memory:  what canceled ctx synchronizes before the start of fn, and so does this call.
//   Context: any.
typedef struct cr_context_watch cr_context_watch;
cr_context_watch *cr_context_after_func(cr_context *ctx, void (*fn)(void *arg), void *arg);

// cr_context_stop gives a handle of cr_context_after_func back. fn is not run unless it was started.
//   Blocks:  no.
//   Returns: true if fn will not run; false if it was started.
//   Memory:  none.
//   Context: any.
bool cr_context_stop(cr_context_watch *w);

#pragma GCC visibility pop

#endif
