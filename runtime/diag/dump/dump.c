// SPDX-License-Identifier: Apache-2.0
// dump.c: traces in Go's shape, panics and fatal errors.
//
// A parked goroutine is unwound from what switch.S left on its stack; one that runs on another thread
// unwinds itself when it is interrupted (running.h). While stacks are read no goroutine may begin
// to run (sched_freeze). Frames inside the runtime are left out but for the function the user called.
#include "diag/dump/dump.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/os.h"
#include "crun/debug.h"
#include "diag/deadlock/waitfor.h"
#include "diag/dump/running.h"
#include "diag/dump/traceback.h"
#include "diag/dump/unwind.h"
#include "race/symbolize.h"
#include "sched/labels.h"
#include "sched/sched.h"
#include "sched/switch.h"
#include "sched/wake.h"

enum { MAX_INLINE = 16 };
static const int64_t MINUTE_NS = 60000000000;

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
    [WAIT_IO] = "IO wait",
};

const char *wait_reason_text(enum wait_reason why) { return reasons[why]; }

static const char *state(struct g *gp) {
  switch (load_acq(&gp->status)) {
    case G_RUNNABLE: return "runnable";
    case G_WAITING: return reasons[gp->wait_reason];
    default: return "running";
  }
}

// ---- one trace -------------------------------------------------------------------------------------

static bool of_switch(const struct sym_frame *f) {
  return f->func && (strcmp(f->func, "cr_mcall") == 0 || strncmp(f->func, "cr_go_", 6) == 0);
}

// of_runtime tells whether a frame is the runtime's own, or the detector's: by the names under which their
// files are compiled, which begin as this one's does ("crun/runtime/", "crun/race/").
static bool of_runtime(const struct sym_frame *f) {
  static const char here[] = __FILE__, tail[] = "runtime/diag/dump/dump.c";
  const size_t root = sizeof here - sizeof tail;
  if (of_switch(f)) return true;
  if (!f->file || strncmp(f->file, here, root) != 0) return false;
  return strncmp(f->file + root, "runtime/", 8) == 0 || strncmp(f->file + root, "race/", 5) == 0;
}

// is_public tells whether a frame of the runtime is a function that the user calls.
static bool is_public(const struct sym_frame *f) {
  return f->func && strncmp(f->func, "cr_", 3) == 0 && !of_switch(f);
}

// A trace being printed: each frame waits until the one outside it is known.
struct trace {
  struct sym_frame frame;
  bool waits;
};

static void print_frame(const struct sym_frame *f) {
  if (!f->func) errf("%s(+0x%lx)\n\t?:0\n", f->module ? f->module : "?", (unsigned long)f->offset);
  else errf("%s(...)\n\t%s:%d +0x%lx\n", f->func, f->file ? f->file : "?", f->line, (unsigned long)f->offset);
}

// push_frame prints the frame that waits, if it is worth it, and lets f wait; nil: there is no other.
static void push_frame(struct trace *t, const struct sym_frame *f) {
  const struct sym_frame *w = &t->frame;
  bool shown = traceback.level >= TRACEBACK_SYSTEM || !of_runtime(w) || (is_public(w) && f && !of_runtime(f));
  if (t->waits && shown) print_frame(w);
  t->waits = f != NULL;
  if (f) t->frame = *f;
}

static void push_pc(struct trace *t, uintptr_t pc, bool is_return) {
  struct sym_frame f[MAX_INLINE];
  int n = symbolize_pc(pc, is_return, f, MAX_INLINE);
  for (int i = 0; i < n; i++) push_frame(t, &f[i]);
}

// drop_start leaves out what lies below the first function of the user's.
static void drop_start(struct unwound *u) {
  struct sym_frame f[MAX_INLINE];
  while (u->n > 1 && symbolize_is_start(&f[symbolize_pc(*unwound_pc(u, u->n - 1), true, f, MAX_INLINE) - 1])) u->n--;
}

// print_trace prints the innermost and the outermost frames of u.
static void print_trace(struct unwound *u) {
  struct trace t = {.waits = false};
  size_t all = u->n;
  drop_start(u);
  for (size_t i = 0; i < u->n; i++) {
    if (i == UNWIND_HEAD && all > UNWIND_HEAD + UNWIND_TAIL) {
      push_frame(&t, NULL);
      i = all - UNWIND_TAIL;
      errf("...%zu frames elided...\n", i - UNWIND_HEAD);
    }
    push_pc(&t, *unwound_pc(u, i), i > 0 || u->first_is_return);
  }
  push_frame(&t, NULL);
}

static void print_created(struct g *gp) {
  if (!gp->go_pc) return;
  struct sym_frame f[MAX_INLINE];
  int n = symbolize_pc(gp->go_pc, true, f, MAX_INLINE);
  if (n > 0 && f[0].func)
    errf("created by %s in goroutine %llu\n\t%s:%d +0x%lx\n", f[0].func, (unsigned long long)gp->parent_goid,
         f[0].file ? f[0].file : "?", f[0].line, (unsigned long)f[0].offset);
}

// wait_text says of a parked gp for how many minutes, and who has the lock that it waits for.
static const char *wait_text(struct g *gp, char out[96]) {
  out[0] = 0;
  if (load_acq(&gp->status) != G_WAITING) return out;
  int64_t minutes = sched_waited_ns(gp) / MINUTE_NS;
  struct g *owner = waitfor_owner(gp);
  int n = minutes >= 1 ? snprintf(out, 96, ", %lld minutes", (long long)minutes) : 0;
  if (owner) snprintf(out + n, (size_t)(96 - n), ", owner goroutine %llu", (unsigned long long)owner->goid);
  return out;
}

static void print_header(struct g *gp, const char *what) {
  char name[48] = "", labels[LABELS_TEXT], waited[96];
  if (gp->name[0]) snprintf(name, sizeof name, " \"%s\"", gp->name);
  wait_text(gp, waited);
  bool labelled = labels_print(gp, labels);
  errf("goroutine %llu%s%s%s%s [%s%s%s]:\n", (unsigned long long)gp->goid, name, labelled ? " {" : "",
       labelled ? labels : "", labelled ? "}" : "", what, waited,
       gp->is_thread || load_rlx(&gp->locked_m) ? ", locked to thread" : "");
}

// print_stack prints the trace of one that this thread does not run.
static void print_stack(struct g *gp) {
  uint32_t status = load_acq(&gp->status);
  struct unwound parked, *u = gp->is_thread || status == G_RUNNING ? running_stack(gp) : &parked;
  if (!u) errf("\tgoroutine running on other thread; stack unavailable\n");
  else if (u == &parked) unwind_parked(gp, u);
  if (u) print_trace(u);
}

static void print_goroutine(struct g *gp) {
  print_header(gp, state(gp));
  print_stack(gp);
  print_created(gp);
  errf("\n");
  dump_progress();
}

static _Atomic int dumping;  // the thread that prints

bool dump_is_mine(void) { return load_acq(&dumping) == os_tid(); }

void dump_claim(void) {
  store_rel(&dumping, os_tid());
  sched.all_lock = (struct lock){0};
}

_Noreturn void dump_end_by(int sig) {
  sigset_t s;
  signal(sig, SIG_DFL);
  sigemptyset(&s);
  sigaddset(&s, sig);
  pthread_sigmask(SIG_UNBLOCK, &s, NULL);
  raise(sig);
  _exit(128 + sig);
}

_Noreturn void dump_end(void) {
  int code = race_exit_code(2);
  if (traceback.core) dump_end_by(SIGABRT);
  _exit(code);
}

void dump_begin(void) {
  int none = 0;
  if (dump_is_mine()) _exit(2);  // it died again while it printed
  if (!cas_acq(&dumping, &none, os_tid())) for (;;) pause();
  sched_freeze();
}

// on_g0 calls fn(gp) on the scheduler's stack with gp's registers saved, for libdw needs more room than a
// goroutine may have left. gp nil or a thread's: on this stack.
static void on_g0(struct g *gp, void (*fn)(struct g *gp)) {
  if (gp && !gp->is_thread) mcall(getm(), gp, fn);
  else fn(gp);
}

// print_first prints the goroutine that it is about, gp, of this thread; nil: the scheduler had the thread.
static void print_first(struct g *gp, struct unwound *u) {
  if (gp) print_header(gp, "running");
  else errf("runtime stack:\n");
  print_trace(u);
  if (gp) print_created(gp);
  errf("\n");
}

// print_running prints the goroutine of this thread, as saved by on_g0.
static void print_running(struct g *gp) {
  struct unwound u;
  bool parked = gp && !gp->is_thread;
  if (parked) fiber_arrive(&getm()->fiber, &gp->fiber);
  if (parked) unwind_parked(gp, &u);
  else unwind_caller(&u);
  print_first(gp, &u);
}

void dump_signalled(struct g *gp, void *context) {
  struct unwound u;
  unwind_signalled(context, &u);
  print_first(gp, &u);
}

static void print_other(struct g *gp, void *not_this) {
  if (gp == not_this) return;
  print_goroutine(gp);
}

void dump_others(struct g *not_this) { sched_each(print_other, not_this); }

static void die_g0(struct g *gp) {
  if (traceback.level > TRACEBACK_NONE) print_running(gp);
  if (traceback.level > TRACEBACK_SINGLE || (traceback.level == TRACEBACK_SINGLE && !gp)) dump_others(gp);
  dump_end();
}

static _Noreturn void die(const char *kind, const char *text) {
  race_hide_begin();
  dump_begin();
  errf("%s: %s\n\n", kind, text);
  if (traceback.level > TRACEBACK_SINGLE) running_take();
  struct m *mp = getm();
  on_g0(mp ? mp->curg : NULL, die_g0);
  __builtin_unreachable();
}

_Noreturn void die_panicking(const char *text) {
  if (!getm()) getg();  // a thread of the program's: its trace is wanted too
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
  race_hide_begin();
  dump_begin();
  if (sched_goroutines() == 0) errf("fatal error: no goroutines (main called cr_goexit) - deadlock!\n");
  else errf("fatal error: all goroutines are asleep - deadlock!\n\n");
  if (traceback.level > TRACEBACK_NONE) {
    running_take();
    dump_others(NULL);
  }
  asleep_record();
  dump_end();
}

static void dump_g0(struct g *gp) {
  print_running(gp);
  dump_others(gp);
  if (!gp->is_thread) gogo(gp);
}

__attribute__((visibility("default"))) void cr_dump_goroutines(void) {
  static struct lock one;  // dumps at the same time would mix their lines
  struct g *gp = getg();
  rt_enter();
  race_hide_begin();
  lock(&one);
  sched_freeze();
  running_take();
  on_g0(gp, dump_g0);
  running_give_back();
  sched_thaw();
  unlock(&one);
  race_hide_end();
  rt_exit();
}
