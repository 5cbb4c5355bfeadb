// SPDX-License-Identifier: Apache-2.0
// defer.h: what runs when a scope ends, however it ends; and recovering from a panic.
#ifndef CRUN_DEFER_H
#define CRUN_DEFER_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <crun/chan.h>

#pragma GCC visibility push(default)

// cr_defer(fn, arg) has fn(arg) called when the enclosing block ends: by running to its end, by
// return, break or goto, by a panic, or by cr_goexit. arg is evaluated now; it is a pointer or an
// integer, and may be left out. What was deferred last runs first.
//
// The scope is C's block, and not, as in Go, the function. fn may panic, and defer in its turn; what
// it returns is dropped.
//
// Illegal: to jump over a cr_defer into its block; to leave the block by longjmp; to end the goroutine
// by pthread_exit. The end of the process by exit or the return of main runs nothing.
//
//     cr_mutex_lock(&mu);
//     cr_defer(cr_mutex_unlock, &mu);
//     FILE *f = fopen(name, "r");
//     if (!f) return -1;               // unlocks
//     cr_defer(fclose, f);
//     cr_chan_send(lines, count(f));   // on a closed channel: closes f, unlocks, panics on
//
//   Blocks:  no.
//   Returns: does not apply.
//   Memory:  none; fn runs in the same goroutine.
//   Context: a goroutine or a foreign thread.
#define cr_defer(...) CR_DEFER_(__COUNTER__, __VA_ARGS__)

// cr_defer_close(c) closes channel c at the end of the block, as by cr_defer.
#define cr_defer_close(c) cr_defer(cr_chan_close_raw, CR_CHAN_RAW_(c))

// cr_try { ... } cr_recover(text) { ... } runs the first block; when a panic comes out of it, from
// however deep, what was deferred inside is run, and then the second block with the panic's message
// in `const char *text`, which lives as long as that block. cr_recover may be left out: then the panic
// is dropped.
//
//     cr_try { cr_chan_send(c, v); }
//     cr_recover(text) { fprintf(stderr, "nobody wanted %d: %s\n", v, text); }
//
// Panics are cr_panic's, those of the runtime ("send on closed channel") among them. Fatal errors
// (an unlock of an unlocked mutex, a deadlock, a stack overflow) cannot be recovered, as in Go. To let
// a panic go on, panic again: cr_panic("%s", text).
//
// It rests on setjmp, so C's rule for that holds: a local variable of this function that the first
// block changes has an indeterminate value afterwards if a panic came, unless it is volatile. What
// called functions change, and globals, are as they were left. return, break, continue and goto out
// of either block are fine; break and continue end the cr_try.
//
//   Blocks:  no.
//   Returns: does not apply.
//   Memory:  none; it all happens in one goroutine.
//   Context: a goroutine or a foreign thread; a panic never leaves its goroutine.
#define cr_try                                                                                   \
  for (struct cr_try_frame cr_try_ __attribute__((cleanup(cr_try_end_))),                        \
       *cr_tryp_ = cr_try_begin_(&cr_try_);                                                      \
       cr_tryp_; cr_tryp_ = NULL)                                                                \
    if (_setjmp(cr_try_.where) == 0)

#define cr_recover(name_) else for (const char *name_ = cr_try_.text; name_; name_ = NULL)

// ---- how the macros work ------------------------------------------------------------------------

// A goroutine's records form a list, innermost first; a cr_try is one without a function.
struct cr_defer_record {
  struct cr_defer_record *next;
  void (*fn)(void *arg);
  void *arg;
};

struct misuse;

// struct panic is one panic under way (runtime/panic.c).
struct panic {
  struct panic *older;
  const char *text;
  bool recovered;
  const struct misuse *misuse;  // what it is to be told as, if nobody recovers it; nil: it is the user's own
};

struct cr_try_frame {
  struct cr_defer_record record;
  struct panic panic;        // the one that was recovered here
  bool recovering;
  jmp_buf where;
  char text[512];
};

struct cr_defer_record *cr_defer_push_(struct cr_defer_record *r);
void cr_defer_pop_(struct cr_defer_record *r);
struct cr_try_frame *cr_try_begin_(struct cr_try_frame *f);
void cr_try_end_(struct cr_try_frame *f);

// fn may take a pointer of another type, or an integer: all come in the same register.
#if defined(__clang__)
#define CR_ANY_FUNCTION_ __attribute__((no_sanitize("function")))
#else
#define CR_ANY_FUNCTION_
#endif

CR_ANY_FUNCTION_ static inline void cr_defer_run_(struct cr_defer_record *r) {
  cr_defer_pop_(r);
  r->fn(r->arg);
}

// CR_DEFER_CHECKED_ is f as a function of any type; the call in sizeof is there for the compiler's checks.
#define CR_DEFER_(n, ...) CR_DEFER2_(n, __VA_ARGS__)
#define CR_DEFER2_(n, ...) CR_DEFER_PICK_(__VA_ARGS__, CR_DEFER_ARG_, CR_DEFER_PLAIN_, )(n, __VA_ARGS__)
#define CR_DEFER_PICK_(fn, arg, pick, ...) pick
#define CR_DEFER_PLAIN_(n, f) CR_DEFER_AS_(n, CR_DEFER_CHECKED_(f, (f)()), NULL)
#define CR_DEFER_ARG_(n, f, a) \
  CR_DEFER_AS_(n, CR_DEFER_CHECKED_(f, (f)(a)), (void *)(__UINTPTR_TYPE__)(a))
#define CR_DEFER_CHECKED_(f, call)                                                               \
  __extension__({                                                                                \
    CR_STRICT_BEGIN_ (void)sizeof((call), 0);                                                    \
    CR_STRICT_END_ (void (*)(void))(f);                                                          \
  })
#define CR_DEFER_AS_(n, f, a)                                                                    \
  struct cr_defer_record cr_defer_##n##_ __attribute__((cleanup(cr_defer_run_))) = {NULL, (void (*)(void *))f, a}, \
      *cr_deferp_##n##_ __attribute__((unused)) = cr_defer_push_(&cr_defer_##n##_)

#pragma GCC visibility pop

#endif
