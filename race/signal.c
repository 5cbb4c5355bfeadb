// SPDX-License-Identifier: Apache-2.0
// signal.c: signal handlers are checked like all other code, and never run within the detector.
//
// The program's sigaction and signal come here, and the kernel gets on_signal for each handler. That looks
// at what it interrupted:
//
//     the program, libc, the runtime     the handler is called
//     the detector, or a report          the signal goes back to the kernel, the interrupted code goes on with
//                                        all signals blocked, and inside_end (inside.h) takes the mask back: the
//                                        kernel delivers it again there, with its siginfo and a context
//     the same, but by a fault           the handler is called, as it must be; what it does is not checked
//
// Edges: sigaction -> each run of the handler. Else a handler is a part of the goroutine or thread that it
// interrupts. One that finds none (a thread of the runtime's between two goroutines) is a line of execution of
// its own, one for each thread: nothing orders it with the goroutines that run there.
//
// The runtime's own handlers pass by: it is hidden when it installs them.
//
// Lock: table_lock, a leaf, held with race_inside set. on_signal takes none.
//   R1: an action's handler is stored before the kernel knows on_signal     A1: on_signal's load
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "batch.h"
#include "clock.h"
#include "edge.h"
#include "ginfo.h"
#include "page_lock.h"
#include "race.h"
#include "real.h"
#include "signal_hold.h"
#include "single.h"
#include "spin.h"
#include "thread.h"

#define PUBLIC __attribute__((visibility("default")))

enum { SIGNALS = 65 };

typedef void (*handler_fn)(int, siginfo_t *, void *);

// What the program installed. It is kept when the program goes back to SIG_DFL: a signal may be on its way.
struct action {
  _Atomic uintptr_t handler;  // and ONE_SHOT: a signal that comes while it is changed has both from one call of sigaction
  _Atomic int flags;          // under table_lock
};
#define ONE_SHOT ((uintptr_t)1 << 63)

static struct action actions[SIGNALS];  // stores under table_lock
static struct spin table_lock;
static pthread_key_t end_key;

_Thread_local uint8_t signal_waits __attribute__((tls_model("local-exec")));
static _Thread_local uint32_t held;       // signal_hold, nested
static _Thread_local uint64_t mask_then;  // while signal_waits: the mask of the code that was interrupted
static _Thread_local bool over;           // signal_thread_ends
static _Thread_local race_g *own;         // whose a handler's accesses are when it interrupts nobody

static bool is_within(void) { return race_inside | sync_locked | (held != 0) | (page_self.user->in != NULL); }

// ---- signals that wait -------------------------------------------------------------------------------

static void set_mask(uint64_t mask) { syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof mask); }

// A fault's handler cannot wait: the instruction would only fault again. Nor can abort's.
static bool can_wait(int sig, const siginfo_t *info) {
  static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS};
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
    if (sig == faults[i]) return info->si_code <= 0;
  return sig != SIGABRT;
}

// waiting_mask is all signals but those of faults.
static uint64_t waiting_mask(void) {
  const uint64_t bit = 1;
  return ~(bit << (SIGSEGV - 1) | bit << (SIGBUS - 1) | bit << (SIGFPE - 1) | bit << (SIGILL - 1) |
           bit << (SIGTRAP - 1) | bit << (SIGSYS - 1) | bit << (SIGABRT - 1));
}

static void wait_for_leave(int sig, siginfo_t *info, ucontext_t *context) {
  uint64_t mask = waiting_mask();
  set_mask(mask | (uint64_t)1 << (sig - 1));  // SA_NODEFER: it must not come back at once
  memcpy(&mask_then, &context->uc_sigmask, sizeof mask_then);
  mask |= (uint64_t)1 << (sig - 1);
  memcpy(&context->uc_sigmask, &mask, sizeof mask);
  signal_waits = 1;
  if (syscall(SYS_rt_tgsigqueueinfo, getpid(), thread_tid(), sig, info) != 0)
    syscall(SYS_tgkill, getpid(), thread_tid(), sig);
}

void signal_deliver(void) {
  if (is_within()) return;
  uint64_t mask = mask_then;
  signal_waits = 0;
  set_mask(mask);
}

void signal_hold(void) { held++; }

void signal_unhold(void) {
  held--;
  if (signal_waits) signal_deliver();
}

// ---- whose a handler is ------------------------------------------------------------------------------

static void own_end(void *g) {
  uint8_t was = inside_enter();
  own = NULL;
  race_g_drop(g);
  inside_leave(was);
}

static race_g *own_g(void) {
  if (own) return own;
  uint8_t was = inside_enter();
  struct ginfo *info = ginfo_new(NULL, thread_number(), 0, true);
  ginfo_set_name(info, "signal handler");
  race_g *g = race_g_new(NULL, info);
  clock_start(g);
  own = g;
  inside_leave(was);
  pthread_setspecific(end_key, g);
  return g;
}

void signal_thread_begins(race_g *g) {
  if (own) clock_fork(own, g);  // a handler came before
}

void signal_thread_ends(void) { over = true; }

// ---- handlers ----------------------------------------------------------------------------------------

static handler_fn handler_of(int sig) {
  uintptr_t handler = atomic_load_explicit(&actions[sig].handler, memory_order_acquire);  // A1
  if (handler & ONE_SHOT) {
    struct sigaction none = {.sa_handler = SIG_DFL};
    real()->sigaction(sig, &none, NULL);
  }
  return (handler_fn)(handler & ~ONE_SHOT);
}

static void on_signal(int sig, siginfo_t *info, void *context);

static void checked(int sig, siginfo_t *info, void *context, int error) {
  struct batch_half half = batch_flush();  // made before the handler
  race_g *was = race_cur;
  uint32_t hidden = race_hidden;
  race_hidden = 0;
  if (!was && !over) race_switch(own_g());
  bool framed = race_cur && race_cur->sp > race_cur->base;
  if (framed) g_push(race_cur, race_cur->sp->func_pc, (uintptr_t)on_signal);  // below: who was interrupted
  edge_acquire(&actions[sig]);
  handler_fn handler = handler_of(sig);
  errno = error;
  handler(sig, info, context);
  if (framed) g_pop(race_cur);
  if (!was) race_switch(NULL);
  race_hidden = hidden;
  batch_restore(half);
}

// unchecked is for a handler that cannot wait. race_inside may be clear: a favourite has its page (page_lock.h).
static void unchecked(int sig, siginfo_t *info, void *context) {
  uint8_t was = inside_enter();
  handler_of(sig)(sig, info, context);
  race_inside = was;
}

static void on_signal(int sig, siginfo_t *info, void *context) {
  int error = errno;
  if (!is_within()) checked(sig, info, context, error);
  else if (!can_wait(sig, info)) unchecked(sig, info, context);
  else wait_for_leave(sig, info, context);
  if (is_within()) errno = error;
}

// ---- installing --------------------------------------------------------------------------------------

static bool is_handler(const struct sigaction *sa) { return sa->sa_handler != SIG_DFL && sa->sa_handler != SIG_IGN; }

// ours returns what the kernel gets for act: a one-shot handler is taken away by handler_of, since the signal
// may have to come twice.
static struct sigaction ours(const struct sigaction *act) {
  struct sigaction sa = *act;
  sa.sa_sigaction = on_signal;
  sa.sa_flags = (act->sa_flags | SA_SIGINFO) & ~(int)SA_RESETHAND;
  return sa;
}

// theirs makes what the kernel knows what the program installed.
static void theirs(struct sigaction *old, uintptr_t handler, int flags) {
  if (!(old->sa_flags & SA_SIGINFO) || old->sa_sigaction != on_signal) return;
  old->sa_sigaction = (handler_fn)handler;
  old->sa_flags = flags;
}

static void action_set(struct action *a, uintptr_t handler, int flags) {
  atomic_store_explicit(&a->flags, flags, memory_order_relaxed);
  atomic_store_explicit(&a->handler, handler | (flags & (int)SA_RESETHAND ? ONE_SHOT : 0), memory_order_release);  // R1
}

static int install(int sig, const struct sigaction *act, struct sigaction *old) {
  struct action *a = &actions[sig];
  struct sigaction before, new;
  bool handles = act && is_handler(act);
  if (handles) edge_release_merge(a);
  if (handles) single_handled();
  uint8_t was = inside_enter();
  spin_lock(&table_lock);
  uintptr_t handler = atomic_load_explicit(&a->handler, memory_order_relaxed) & ~ONE_SHOT;
  int flags = atomic_load_explicit(&a->flags, memory_order_relaxed);
  if (handles) {
    new = ours(act);
    action_set(a, (uintptr_t)act->sa_sigaction, act->sa_flags);
  }
  int r = real()->sigaction(sig, handles ? &new : act, &before);
  if (r != 0 && handles) action_set(a, handler, flags);
  spin_unlock(&table_lock);
  inside_leave(was);
  theirs(&before, handler, flags);
  if (r == 0 && old) *old = before;
  return r;
}

PUBLIC int sigaction(int sig, const struct sigaction *act, struct sigaction *old) {
  if (race_hidden || sig <= 0 || sig >= SIGNALS) return real()->sigaction(sig, act, old);
  return install(sig, act, old);
}

static sighandler_t set_handler(int sig, sighandler_t handler, int flags) {
  struct sigaction act = {.sa_handler = handler, .sa_flags = flags}, old;
  if (!(flags & (int)SA_NODEFER) && sigaddset(&act.sa_mask, sig) != 0) return SIG_ERR;
  return sigaction(sig, &act, &old) == 0 ? old.sa_handler : SIG_ERR;
}

PUBLIC sighandler_t signal(int sig, sighandler_t handler) { return set_handler(sig, handler, SA_RESTART); }
PUBLIC sighandler_t bsd_signal(int sig, sighandler_t handler) { return set_handler(sig, handler, SA_RESTART); }
PUBLIC sighandler_t ssignal(int sig, sighandler_t handler) { return set_handler(sig, handler, SA_RESTART); }

enum { SYSV = (int)SA_RESETHAND | (int)SA_NODEFER };
PUBLIC sighandler_t sysv_signal(int sig, sighandler_t handler) { return set_handler(sig, handler, SYSV); }
PUBLIC sighandler_t __sysv_signal(int sig, sighandler_t handler) { return set_handler(sig, handler, SYSV); }

void signal_forked(void) { table_lock = (struct spin){0}; }

void signal_init(void) { pthread_key_create(&end_key, own_end); }
