// SPDX-License-Identifier: Apache-2.0
// dump.c: traces in Go's shape, panics and fatal errors.
//
// A parked goroutine is unwound by libunwind from what switch.S left on its stack; one that runs on
// another thread cannot be, and is listed without a trace.
#define UNW_LOCAL_ONLY
#include "diag/dump.h"

#include <errno.h>
#include <libunwind.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/os.h"
#include "crun/debug.h"
#include "race/symbolize.h"
#include "sched.h"
#include "stack.h"
#include "wake.h"

enum { MAX_FRAMES = 64, MAX_INLINE = 16 };

static const char *const reasons[WAIT_REASONS] = {
    [WAIT_NONE] = "waiting",
    [WAIT_CHAN_RECV] = "chan receive",
    [WAIT_CHAN_SEND] = "chan send",
    [WAIT_CHAN_RECV_NIL] = "chan receive (nil chan)",
    [WAIT_CHAN_SEND_NIL] = "chan send (nil chan)",
    [WAIT_SELECT] = "select",
    [WAIT_SELECT_EMPTY] = "select (no cases)",
    [WAIT_SLEEP] = "sleep",
    [WAIT_MUTEX] = "sync.Mutex.Lock",
    [WAIT_RWMUTEX_R] = "sync.RWMutex.RLock",
    [WAIT_RWMUTEX_W] = "sync.RWMutex.Lock",
    [WAIT_WAITGROUP] = "sync.WaitGroup.Wait",
    [WAIT_COND] = "sync.Cond.Wait",
    [WAIT_SEMA] = "semacquire",
    [WAIT_ONCE] = "sync.Once.Do",
};

static const char *state(struct g *gp) {
  switch (load_acq(&gp->status)) {
    case G_RUNNABLE: return "runnable";
    case G_WAITING: return reasons[gp->wait_reason];
    default: return "running";
  }
}

// ours tells whether a function is the runtime's own, of no use in a user's trace.
static bool ours(const char *func) {
  static const char *const names[] = {"cr_mcall", "cr_go_entry", "cr_go_stub", "cr_go_return", "park", "park_unlock",
                                      "park_thread", "start_main", "rt_enter_slow", "gosched"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(func, names[i]) == 0) return true;
  return strncmp(func, "__libc_start", 12) == 0 || strcmp(func, "_start") == 0;
}

static void print_frame(const struct sym_frame *f, uintptr_t pc) {
  if (!f->func) {
    errf("%s(+0x%lx)\n\t?:0\n", f->module ? f->module : "?", (unsigned long)f->offset);
    return;
  }
  if (ours(f->func)) return;
  errf("%s(...)\n\t%s:%d +0x%lx\n", f->func, f->file ? f->file : "?", f->line, (unsigned long)f->offset);
}

static void print_pc(uintptr_t pc, bool is_return) {
  struct sym_frame f[MAX_INLINE];
  int n = symbolize_pc(pc, is_return, f, MAX_INLINE);
  for (int i = 0; i < n; i++) print_frame(&f[i], pc);
  if (n <= 0) errf("?(...)\n\t0x%lx\n", (unsigned long)pc);
}

static void print_trace(unw_context_t *uc, bool first_is_return) {
  unw_cursor_t c;
  if (unw_init_local(&c, uc) < 0) return;
  bool is_return = first_is_return;
  for (int i = 0; i < MAX_FRAMES; i++) {
    unw_word_t pc = 0;
    if (unw_get_reg(&c, UNW_REG_IP, &pc) < 0 || pc == 0) break;
    print_pc(pc, is_return);
    is_return = true;
    if (unw_step(&c) <= 0) break;
  }
}

// parked_context makes the context with which gp's parking function will return.
static void parked_context(struct g *gp, unw_context_t *uc) {
  void **sp = gp->sp;  // address, control words, r15 r14 r13 r12 rbx rbp, return address
  memset(uc, 0, sizeof *uc);
  greg_t *r = uc->uc_mcontext.gregs;
  r[REG_R15] = (greg_t)sp[2];
  r[REG_R14] = (greg_t)sp[3];
  r[REG_R13] = (greg_t)sp[4];
  r[REG_R12] = (greg_t)sp[5];
  r[REG_RBX] = (greg_t)sp[6];
  r[REG_RBP] = (greg_t)sp[7];
  r[REG_RIP] = (greg_t)sp[8];
  r[REG_RSP] = (greg_t)(sp + 9);
}

static void print_created(struct g *gp) {
  if (!gp->go_pc) return;
  struct sym_frame f[MAX_INLINE];
  int n = symbolize_pc(gp->go_pc, true, f, MAX_INLINE);
  if (n > 0 && f[0].func)
    errf("created by %s in goroutine %llu\n\t%s:%d +0x%lx\n", f[0].func, (unsigned long long)gp->parent_goid,
         f[0].file ? f[0].file : "?", f[0].line, (unsigned long)f[0].offset);
}

static void print_header(struct g *gp, const char *what) {
  int64_t waited = load_acq(&gp->status) == G_WAITING && gp->wait_since ? nanotime() - gp->wait_since : 0;
  char minutes[40] = "", name[48] = "";
  if (waited >= 60000000000) snprintf(minutes, sizeof minutes, ", %lld minutes", (long long)(waited / 60000000000));
  if (gp->name[0]) snprintf(name, sizeof name, " \"%s\"", gp->name);
  errf("goroutine %llu%s [%s%s]:\n", (unsigned long long)gp->goid, name, what, minutes);
}

static bool never_ran(struct g *gp) {
  void **sp = gp->sp;
  extern void cr_go_entry(void);
  return sp && sp[0] == (void *)cr_go_entry;
}

static void print_goroutine(struct g *gp) {
  print_header(gp, state(gp));
  uint32_t status = load_acq(&gp->status);
  if ((status == G_WAITING || status == G_RUNNABLE) && !gp->is_thread && !never_ran(gp)) {
    unw_context_t uc;
    parked_context(gp, &uc);
    print_trace(&uc, true);
  } else if (status == G_RUNNING) {
    errf("\tgoroutine running on other thread; stack unavailable\n");
  }
  print_created(gp);
  errf("\n");
}

void dump_begin(void) {
  static _Atomic int busy;
  static _Thread_local bool mine;
  if (mine) _exit(2);  // a fault while printing
  mine = true;
  if (atomic_exchange(&busy, 1)) for (;;) pause();
}

void dump_running(struct g *gp, const char *what, void *context) {
  if (gp) print_header(gp, what);
  unw_context_t uc;
  if (context) memcpy(&uc, context, sizeof uc);
  else unw_getcontext(&uc);
  print_trace(&uc, context == NULL);
  if (gp) print_created(gp);
}

static void print_other(struct g *gp, void *not_this) {
  if (gp == not_this) return;
  print_goroutine(gp);
}

void dump_others(struct g *not_this) {
  errf("\n");
  sched_each(print_other, not_this);
}

static struct g *here(void) {
  struct m *mp = getm();
  return mp ? mp->curg : NULL;
}

static _Noreturn void die(const char *kind, const char *text) {
  race_hide_begin();
  dump_begin();
  errf("%s: %s\n\n", kind, text);
  struct g *gp = here();
  if (gp) dump_running(gp, "running", NULL);
  dump_others(gp);
  _exit(race_exit_code(2));
}

_Noreturn void cr_panic(const char *fmt, ...) {
  char text[512];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  die("panic", text);
}

_Noreturn void fatal(const char *fmt, ...) {
  char text[512];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  die("fatal error", text);
}

_Noreturn void throw(const char *what) { die("fatal error", what); }

_Noreturn void deadlock(void) {
  dump_begin();
  errf("fatal error: all goroutines are asleep - deadlock!\n\n");
  sched_each(print_other, NULL);
  _exit(race_exit_code(2));
}

void cr_dump_goroutines(void) {
  struct g *gp = here();
  if (gp) {
    dump_running(gp, "running", NULL);
    errf("\n");
  }
  sched_each(print_other, gp);
}
