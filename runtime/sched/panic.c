// SPDX-License-Identifier: Apache-2.0
// panic.c: panics, what is deferred, and recovering.
//
// Each goroutine has a list of records in its own frames, innermost first: deferred calls, and cr_trys,
// which have no function. A panic takes them off one by one, on top of the frames that panicked, so that
// an unrecovered one still shows where it came from. At a cr_try it jumps there.
//
//     frames:   main | f: cr_try | g: cr_defer | h: cr_panic | the deferred call of g | ...
//
// Panics under way form a list too, newest first: a deferred call may panic in its turn, and so may the
// code after cr_recover, to whose cr_try the recovered panic belongs until it ends. The list is what is
// printed if nobody recovers the newest.
//
// cr_goexit takes the records off in the same way, after the cr_trys: a panic on the way that no cr_try
// within the deferred call recovers ends the process.
//
// Rejected: unwinding by the DWARF tables (C is compiled without landing pads, and the cleanup attribute
// would run nothing); a handler found by setjmp in the runtime's own frame (the body would have to be a
// function, with its variables in a struct).
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "crun/debug.h"
#include "crun/defer.h"
#include "diag/deadlock/misuse.h"
#include "diag/dump/dump.h"
#include "sched/panic.h"
#include "sched/sched.h"

#define PUBLIC __attribute__((visibility("default")))
#define PC() ((uintptr_t)__builtin_return_address(0))

// ---- the records --------------------------------------------------------------------------------

PUBLIC struct cr_defer_record *cr_defer_push_(struct cr_defer_record *r) {
  struct g *gp = getg();
  r->next = gp->defers;
  gp->defers = r;
  return r;
}

PUBLIC void cr_defer_pop_(struct cr_defer_record *r) { getg()->defers = r->next; }

PUBLIC struct cr_try_frame *cr_try_begin_(struct cr_try_frame *f) {
  f->record.fn = NULL;
  f->panic.older = getg()->panics;
  f->recovering = false;
  cr_defer_push_(&f->record);
  return f;
}

// Whatever the blocks left behind in the lists, they are as they were at the beginning.
PUBLIC void cr_try_end_(struct cr_try_frame *f) {
  struct g *gp = getg();
  gp->defers = f->record.next;
  if (f->recovering) gp->panics = f->panic.older;
}

CR_ANY_FUNCTION_ static void call(const struct cr_defer_record *r, uintptr_t pc) {
  race_enter(pc);
  r->fn(r->arg);
  race_leave();
}

// drop_trys: from here on nothing goes back into a frame of gp's.
static void drop_trys(struct g *gp) {
  for (struct cr_defer_record **link = &gp->defers; *link;)
    if ((*link)->fn) link = &(*link)->next;
    else *link = (*link)->next;
}

void defers_run(uintptr_t pc) {
  struct g *gp = getg();
  drop_trys(gp);
  for (struct cr_defer_record *r; (r = gp->defers);) {
    gp->defers = r->next;
    call(r, pc);
  }
}

// ---- the end, if nobody recovers ------------------------------------------------------------------

// A panic that was recovered and raised again, with the same text, is told once.
static bool is_repeated(const struct panic *newer) {
  const struct panic *p = newer ? newer->older : NULL;
  return p && p->recovered && strcmp(p->text, newer->text) == 0;
}

// add_text appends what is to be said of p, which newer followed, and before it of all that are older.
// Returns how much of buf is used.
static size_t add_text(char *buf, size_t size, const struct panic *p, const struct panic *newer) {
  size_t n = p->older ? add_text(buf, size, p->older, p) : 0;
  if (n >= size || is_repeated(p)) return n;
  const char *end = is_repeated(newer) ? " [recovered, repanicked]" : p->recovered ? " [recovered]" : "";
  return n + (size_t)snprintf(buf + n, size - n, "%s%s%s", n ? "\n\tpanic: " : "", p->text, end);
}

_Noreturn static void die_of(const struct panic *newest) {
  char text[4096];
  add_text(text, sizeof text, newest, NULL);
  if (newest->misuse) misuse_tell(newest->misuse);
  die_panicking(text);
}

// ---- panics ---------------------------------------------------------------------------------------

_Noreturn static void recover_in(struct g *gp, struct cr_try_frame *f, const char *text) {
  memcpy(f->text, text, strlen(text) + 1);
  f->panic.text = f->text;
  f->panic.recovered = true;
  f->panic.misuse = NULL;
  f->recovering = true;
  gp->panics = &f->panic;
  _longjmp(f->where, 1);
}

_Noreturn static void panic_with(const char *text, const struct misuse *misuse, uintptr_t pc) {
  struct m *mp = getm();
  if (mp && !mp->curg) die_panicking(text);  // on a scheduler's stack
  struct g *gp = getg();
  rt_exit();  // what is deferred is the user's
  struct panic p = {.older = gp->panics, .text = text, .misuse = misuse};
  gp->panics = &p;
  for (struct cr_defer_record *r; (r = gp->defers);) {
    gp->defers = r->next;
    if (!r->fn) recover_in(gp, (struct cr_try_frame *)r, text);
    call(r, pc);
  }
  die_of(&p);
}

PUBLIC _Noreturn void cr_panic(const char *fmt, ...) {
  char text[sizeof ((struct cr_try_frame *)0)->text];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  panic_with(text, NULL, PC());
}

_Noreturn void misuse_panic(const struct misuse *m, const char *text) { panic_with(text, m, m->pc); }
