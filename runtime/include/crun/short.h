// SPDX-License-Identifier: Apache-2.0
// short.h: the short names (go, chan, wg_add, ...) for programs that want them.
//
// Types are typedefs, the rest macros. The one name that POSIX has too is select: the header declares
// it first, so that libc's headers may come in any order, and a file that calls select(2) defines
// CRUN_NO_SELECT before including this (cr_select and cr_on_... remain).
#ifndef CRUN_SHORT_H
#define CRUN_SHORT_H

#include <sys/select.h>

#include <crun/crun.h>

// goroutines and time
#define go(...) cr_go(__VA_ARGS__)
#define go_with(opts, ...) cr_go_with(opts, __VA_ARGS__)
#define go_opts(...) cr_go_opts(__VA_ARGS__)
#define go_sleep(ns) cr_sleep(ns)
#define go_yield() cr_yield()
#define go_lock_thread() cr_lock_thread()
#define go_unlock_thread() cr_unlock_thread()

// scopes and panics
#define defer(...) cr_defer(__VA_ARGS__)
#define defer_close(c) cr_defer_close(c)
#define go_try cr_try
#define go_recover(text) cr_recover(text)

// channels
#define chan(T) cr_chan(T)
#define chan_make(...) cr_chan_make(__VA_ARGS__)
#define chan_send(c, ...) cr_chan_send(c, __VA_ARGS__)
#define chan_recv(c, p) cr_chan_recv(c, p)
#define chan_try_send(c, ...) cr_chan_try_send(c, __VA_ARGS__)
#define chan_try_recv(c, p) cr_chan_try_recv(c, p)
#define chan_try_recv_ok(c, p, ok) cr_chan_try_recv_ok(c, p, ok)
#define chan_send_timeout(c, v, ns) cr_chan_send_timeout(c, v, ns)
#define chan_recv_timeout(c, p, ns) cr_chan_recv_timeout(c, p, ns)
#define chan_recv_timeout_ok(c, p, ok, ns) cr_chan_recv_timeout_ok(c, p, ok, ns)
#define chan_close(c) cr_chan_close(c)
#define chan_len(c) cr_chan_len(c)
#define chan_cap(c) cr_chan_cap(c)
#define chan_free(c) cr_chan_free(c)
#define for_chan(T, v, c) cr_for_chan(T, v, c)

#ifndef CRUN_NO_SELECT
#define select cr_select
#define on_recv(c, p) cr_on_recv(c, p)
#define on_recv_ok(c, p, ok) cr_on_recv_ok(c, p, ok)
#define on_send(c, ...) cr_on_send(c, __VA_ARGS__)
#define on_default cr_on_default
#define on_timeout(ns) cr_on_timeout(ns)
#endif

// timers
#define go_after(ns) cr_after(ns)
#define go_after_func(ns, fn, arg) cr_after_func(ns, fn, arg)
#define timer_new(ns) cr_timer_new(ns)
#define timer_chan(t) cr_timer_chan(t)
#define timer_stop(t) cr_timer_stop(t)
#define timer_reset(t, ns) cr_timer_reset(t, ns)
#define timer_free(t) cr_timer_free(t)
#define ticker_new(ns) cr_ticker_new(ns)
#define ticker_chan(t) cr_ticker_chan(t)
#define ticker_stop(t) cr_ticker_stop(t)
#define ticker_reset(t, ns) cr_ticker_reset(t, ns)
#define ticker_free(t) cr_ticker_free(t)

// locks
typedef cr_waitgroup waitgroup;
typedef cr_mutex mutex;
typedef cr_rwmutex rwmutex;
typedef cr_once once;
typedef cr_cond cond;
typedef cr_sema sema;

#define wg_add(wg, n) cr_waitgroup_add(wg, n)
#define wg_done(wg) cr_waitgroup_done(wg)
#define wg_wait(wg) cr_waitgroup_wait(wg)
#define wg_go(wg, fn, arg) cr_waitgroup_go(wg, fn, arg)

#define mutex_lock(m) cr_mutex_lock(m)
#define mutex_trylock(m) cr_mutex_trylock(m)
#define mutex_unlock(m) cr_mutex_unlock(m)

#define rw_rlock(rw) cr_rwmutex_rlock(rw)
#define rw_tryrlock(rw) cr_rwmutex_tryrlock(rw)
#define rw_runlock(rw) cr_rwmutex_runlock(rw)
#define rw_lock(rw) cr_rwmutex_lock(rw)
#define rw_trylock(rw) cr_rwmutex_trylock(rw)
#define rw_unlock(rw) cr_rwmutex_unlock(rw)

#define once_do(o, fn) cr_once_do(o, fn)
#define once_do_arg(o, fn, arg) cr_once_do_arg(o, fn, arg)

#define once_value_get(o, fn, arg) cr_once_value_get(o, fn, arg)
#define once_func_call(o, fn) cr_once_func_call(o, fn)

#define cond_wait(c, m) cr_cond_wait(c, m)
#define cond_wait_rw(c, rw) cr_cond_wait_rw(c, rw)
#define cond_signal(c) cr_cond_signal(c)
#define cond_broadcast(c) cr_cond_broadcast(c)

#define sema_acquire(s) cr_sema_acquire(s)
#define sema_try_acquire(s) cr_sema_try_acquire(s)
#define sema_release(s) cr_sema_release(s)

// leaks
typedef cr_leak_check leak_check;

#define leak_check_begin(c) cr_leak_check_begin(c)
#define leak_check_end(c) cr_leak_check_end(c)
#define find_leaks() cr_find_leaks()

// groups and futures
typedef cr_errgroup errgroup;
typedef cr_future future;

#define errgroup_context(g, parent) cr_errgroup_context(g, parent)
#define errgroup_limit(g, n) cr_errgroup_limit(g, n)
#define errgroup_go(g, fn, arg) cr_errgroup_go(g, fn, arg)
#define errgroup_try_go(g, fn, arg) cr_errgroup_try_go(g, fn, arg)
#define errgroup_wait(g) cr_errgroup_wait(g)

#define async(fn, arg) cr_async(fn, arg)
#define await(f) cr_await(f)
#define await_all(n, futures, results) cr_await_all(n, futures, results)
#define future_done(f) cr_future_done(f)
#define future_free(f) cr_future_free(f)

#endif
