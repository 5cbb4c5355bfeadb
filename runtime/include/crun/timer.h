// SPDX-License-Identifier: Apache-2.0
// timer.h: timers and tickers whose channel delivers the time, and functions that run later.
#ifndef CRUN_TIMER_CHAN_H
#define CRUN_TIMER_CHAN_H

#include <stdbool.h>
#include <stdint.h>

#include <crun/chan.h>
#include <crun/time.h>

#pragma GCC visibility push(default)

// cr_timer is one moment in the future: at it, cr_nanotime's value of that moment can be received once
// from the timer's channel; or, made by cr_after_func, a function runs in a goroutine of its own.
//
// The channel is of the timer's own and is as unbuffered: its length and capacity are 0, and once
// cr_timer_stop or cr_timer_reset has returned nobody receives a moment of before. A duration of 0
// or less has passed at once; one beyond the clock's end never passes.
//
// The caller owns what cr_timer_new returns, its channel included, and gives it back by
// cr_timer_free, whether or not the moment has come.
//
// Illegal: to send on the channel or to close it; to free a timer that somebody may still use.
//
//     cr_timer *t = cr_timer_new(5 * CR_SECOND);
//     cr_select {
//       cr_on_recv(done, NULL)             { puts("done"); }
//       cr_on_recv(cr_timer_chan(t), NULL) { puts("too late"); }
//     }
//     cr_timer_free(t);
typedef struct cr_timer cr_timer;

// cr_timer_new makes a timer for ns nanoseconds from now.
//   Blocks:  no.
//   Returns: the timer; out of memory is fatal.
//   Memory:  synchronizes before the receive of its moment.
//   Context: any.
cr_timer *cr_timer_new(int64_t ns);

// cr_timer_chan is the channel of t; nil for one of cr_after_func.
//   Blocks:  no.
//   Returns: the channel, which lives as long as t.
//   Memory:  none.
//   Context: any.
cr_chan(int64_t) cr_timer_chan(cr_timer *t);

// cr_timer_stop stops t: what was not received before is not received any more, and a function that has
// not been started is not.
//   Blocks:  no.
//   Returns: true if it stopped t; false if the moment was received, the function started, or t was
//            stopped before.
//   Memory:  none.
//   Context: any.
bool cr_timer_stop(cr_timer *t);

// cr_timer_reset is cr_timer_stop, and then t is one for ns nanoseconds from now.
//   Blocks:  no.
//   Returns: as cr_timer_stop.
//   Memory:  synchronizes before the receive of the new moment, or the start of the function. It is a write to the
//            timer: a reset or stop by another goroutine that is not ordered with it is a data race.
//   Context: any.
bool cr_timer_reset(cr_timer *t, int64_t ns);

// cr_timer_free stops t and gives its memory back; nil is allowed. A function that was started goes on.
//   Blocks:  no.
//   Returns: nothing; panics "free of channel with waiters" if somebody is parked on its channel.
//   Memory:  a write to the timer: any use that is not ordered with it is a data race.
//   Context: any.
void cr_timer_free(cr_timer *t);

// cr_after_func runs fn(arg) in a goroutine of its own, ns nanoseconds from now.
//   Blocks:  no.
//   Returns: a timer without a channel, which the caller frees; out of memory is fatal.
//   Memory:  synchronizes before the start of fn.
//   Context: any.
cr_timer *cr_after_func(int64_t ns, void (*fn)(void *arg), void *arg);

// cr_after is the channel of a new timer. The caller gives it back, timer and all, by cr_chan_free,
// before or after the moment. Within a cr_select, cr_on_timeout needs no channel at all.
//   Blocks:  no.
//   Returns: the channel; out of memory is fatal.
//   Memory:  synchronizes before the receive of its moment.
//   Context: any.
cr_chan(int64_t) cr_after(int64_t ns);

// cr_ticker delivers the time again and again, each period. A receiver that is late finds one moment,
// not all it missed. Otherwise it is as a timer.
//
//     cr_ticker *t = cr_ticker_new(CR_SECOND);
//     cr_for_chan(int64_t, now, cr_ticker_chan(t)) if (!poll(now)) break;
//     cr_ticker_free(t);
typedef struct cr_ticker cr_ticker;

// cr_ticker_new makes a ticker of period ns.
//   Blocks:  no.
//   Returns: the ticker, which the caller frees; panics "non-positive interval for NewTicker"; out of
//            memory is fatal.
//   Memory:  synchronizes before the receive of each moment.
//   Context: any.
cr_ticker *cr_ticker_new(int64_t ns);

// cr_ticker_chan is the channel of t. It is never closed, not by cr_ticker_stop either.
//   Blocks:  no.
//   Returns: the channel, which lives as long as t.
//   Memory:  none.
//   Context: any.
cr_chan(int64_t) cr_ticker_chan(cr_ticker *t);

// cr_ticker_stop ends the ticking; cr_ticker_reset goes on with period ns from now.
//   Blocks:  no.
//   Returns: nothing; reset panics "non-positive interval for Ticker.Reset".
//   Memory:  none of stop; a reset synchronizes before the receives of the moments that follow it, and is a write to
//            the ticker, as cr_timer_reset.
//   Context: any.
void cr_ticker_stop(cr_ticker *t);
void cr_ticker_reset(cr_ticker *t, int64_t ns);

// cr_ticker_free stops t and gives its memory back; nil is allowed.
//   Blocks:  no.
//   Returns: nothing; panics "free of channel with waiters" if somebody is parked on its channel.
//   Memory:  a write to the ticker: any use that is not ordered with it is a data race.
//   Context: any.
void cr_ticker_free(cr_ticker *t);

#pragma GCC visibility pop

#endif
