// SPDX-License-Identifier: Apache-2.0
// context.h: the inside of a context, which context.c and the search for leaks share.
#ifndef CRUN_RUNTIME_CONTEXT_H
#define CRUN_RUNTIME_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/lock.h"
#include "chan/hchan.h"
#include "crun/context.h"
#include "time/timer.h"

// A context knows others, and itself, by pointers that do not look like any: that somebody could get at one does not mean that he
// could cancel one below it, or above it, by itself (diag/leak/leak_context.c).
typedef uintptr_t hidden_context;
static inline hidden_context hide_context(const struct cr_context *ctx) { return ctx ? ~(uintptr_t)ctx : 0; }
static inline struct cr_context *show_context(hidden_context h) { return (struct cr_context *)(h ? ~h : 0); }

enum context_kind { CONTEXT_BACKGROUND, CONTEXT_CANCEL, CONTEXT_VALUE, CONTEXT_WITHOUT_CANCEL, CONTEXT_WATCH };
enum watch_state { WATCHING, STARTED, STOPPED };
enum { NO_DEADLINE = 0 };

struct cr_context {
  struct cr_chan done;              // closed when canceled; nothing is ever sent
  hidden_context parent;            // read-only after init
  hidden_context canceler;          // read-only after init: itself, or who is above; nil: it is never done
  enum context_kind kind;                   // read-only after init
  struct lock lock;
  _Atomic int err;                  // written under lock
  int cause;                        // under lock until err is set
  hidden_context children;          // under lock: the first
  hidden_context prev, next;        // under parent->canceler's lock
  bool linked;                      // under parent->canceler's lock
  struct cr_context *todo;          // of who cancels it, with a reference to it
  _Atomic uint32_t refs, holds;
  int64_t deadline_ns;              // read-only after init: NO_DEADLINE if there is none
  int deadline_cause;               // read-only after init
  struct timer timer;
  const void *key;                  // CONTEXT_VALUE
  void *value;                      // CONTEXT_VALUE, and CONTEXT_WATCH's argument
  void (*fn)(void *);               // CONTEXT_VALUE's drop, and CONTEXT_WATCH's function
  _Atomic uint32_t watch;           // CONTEXT_WATCH's state
  uint64_t creator;                 // read-only after init: whose goroutines descend from
  uintptr_t pc;                     // read-only after init: and where
  hidden_context self;              // read-only after init
  hidden_context search_next;       // of the search for leaks, while the world stands
  uint32_t search;                  // likewise: the last one that came here
};

static inline struct cr_context *parent_of(const struct cr_context *ctx) { return show_context(ctx->parent); }
static inline struct cr_context *canceler_of(const struct cr_context *ctx) { return show_context(ctx->canceler); }

#endif
