// SPDX-License-Identifier: Apache-2.0
// future.h: results that are being computed by goroutines.
#ifndef CRUN_FUTURE_H
#define CRUN_FUTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <crun/chan.h>
#include <crun/defer.h>

#pragma GCC visibility push(default)

// cr_future is the result of a function that runs in a goroutine of its own, to be had once it has returned.
// The caller of cr_async owns it, and gives it back by cr_future_free, at any time: the function
// goes on, and its result is dropped.
//
//     cr_future *page[5];
//     for (int i = 0; i < 5; i++) page[i] = cr_async(fetch, url[i]);   // all at once
//     char *text[5];
//     cr_await_all(5, page, (void **)text);                            // as long as the slowest takes
typedef struct cr_future cr_future;

// cr_async(fn, arg) starts a goroutine that runs fn(arg), which returns a pointer. arg is a pointer or an
// integer; that it fits is checked.
//   Blocks:  no.
//   Returns: the future, which the caller frees; out of memory is fatal.
//   Memory:  synchronizes before the start of fn.
//   Context: any.
#define cr_async(fn, arg)                                                                        \
  cr_async_raw((__extension__({                                                                  \
                 typedef __typeof__((fn)(arg)) cr_ret_; /* outside the assertion: see CR_CHAN_VALUE_ */ \
                 (void)CR_ASSERT_(__builtin_classify_type(((cr_ret_ (*)(void))0)()) == 5,        \
                                  "async: the function must return a pointer");                  \
               }),                                                                               \
                (void *(*)(void *))CR_DEFER_CHECKED_(fn, (fn)(arg))),                            \
               (void *)(__UINTPTR_TYPE__)(arg))
cr_future *cr_async_raw(void *(*fn)(void *arg), void *arg);

// cr_await waits until the function has returned. It may be called again, and by several.
//   Blocks:  the goroutine, never the thread. If the function ended by cr_goexit: for ever.
//   Returns: what the function returned.
//   Memory:  the return of the function synchronizes before it returns.
//   Context: a goroutine or a foreign thread.
void *cr_await(cr_future *f);

// cr_await_all is cr_await and then cr_future_free of each of n futures; results, if not nil, takes what they
// returned, in their order.
//   Blocks:  the goroutine, never the thread.
//   Returns: nothing.
//   Memory:  the return of every function synchronizes before it returns.
//   Context: a goroutine or a foreign thread.
void cr_await_all(size_t n, cr_future *const *futures, void **results);

// cr_future_done is a channel that is closed when the function has returned, for a select.
//   Blocks:  no.
//   Returns: the channel, which lives as long as f.
//   Memory:  none; the return of the function synchronizes before a receive on it.
//   Context: any.
cr_chan(char) cr_future_done(cr_future *f);

// cr_future_free gives f back; nil is allowed.
//   Blocks:  no.
//   Returns: nothing.
//   Memory:  a write to the future: any use that is not ordered with it is a data race.
//   Context: any.
void cr_future_free(cr_future *f);

#pragma GCC visibility pop

#endif
