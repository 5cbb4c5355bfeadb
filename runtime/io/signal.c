// SPDX-License-Identifier: Apache-2.0
// signal.c: signals as values on channels.
//
//     handler: set a bit of pending, bump an eventfd ─► a goroutine that reads it: try-send to each channel
//
// The handler runs on any thread at any moment, so it does no more than that: two atomic steps and a write.
// The goroutine is started by the first notify.
//
// Invariants, under table_lock: counts[s] is the number of entries that have s, and our handler is installed
// for s exactly while it is not 0.
//   R1: the handler's or into pending   A1: the goroutine's exchange
// Locks: table_lock is above a channel's.
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include "base/sys.h"
#include "chan/hchan.h"
#include "crun/crun.h"
#include "crun/process.h"
#include "sched/sched.h"
#include "sched/wake.h"

enum { SIGNALS = 65 };

struct entry {
  struct entry *next;
  struct cr_chan *c;
  uint64_t mask;  // bit s-1 for signal s
};

static struct lock table_lock;
static struct entry *entries;            // under table_lock
static uint32_t counts[SIGNALS];         // under table_lock
static struct sigaction before[SIGNALS]; // under table_lock: what was installed
static _Atomic uint64_t pending;
static _Atomic int bell = -1;            // the eventfd

static uint64_t bit(int sig) { return (uint64_t)1 << (sig - 1); }

static void on_signal(int sig) {
  static const uint64_t one = 1;
  if (atomic_fetch_or_explicit(&pending, bit(sig), memory_order_acq_rel) == 0)  // R1
    sys(SYS_write, load_acq(&bell), &one, sizeof one);
}

// ---- handing on ----------------------------------------------------------------------------------

static void deliver(int sig, uintptr_t pc) {
  rt_enter();
  lock(&table_lock);
  for (struct entry *e = entries; e; e = e->next)
    if (e->mask & bit(sig)) chan_send(e->c, &sig, false, pc);  // a closed one takes nothing
  unlock(&table_lock);
  rt_exit();
}

uint32_t signals_unheard(void) {
  if (load_acq(&bell) < 0) return 0;
  for (const struct entry *e = entries; e; e = e->next)
    if (!waitq_empty(&e->c->recvq)) return 0;
  return 1;
}

static void hand_on(cr_conn bell_conn) {
  uint64_t n;
  while (cr_net_read(bell_conn, &n, sizeof n) > 0) {
    uint64_t came = xchg_acq_rel(&pending, 0);  // A1
    for (int s = 1; s < SIGNALS; s++)
      if (came & bit(s)) deliver(s, (uintptr_t)__builtin_return_address(0));
  }
}

// The child of a fork has no such goroutine; its signals are what they were.
static void in_child(void) {
  for (int s = 1; s < SIGNALS; s++)
    if (counts[s]) handler_swap(s, &before[s], NULL);
  for (int s = 1; s < SIGNALS; s++) counts[s] = 0;
  entries = NULL;
  table_lock = (struct lock){0};
  sys(SYS_close, load_acq(&bell));
  store_rel(&bell, -1);
}

// start makes the bell and the goroutine, once. It returns 0 or a negative error number.
static int start(void) {
  static _Atomic bool registered;
  lock(&table_lock);
  bool first = load_acq(&bell) < 0;
  int fd = first ? (int)sys(SYS_eventfd2, 0, EFD_CLOEXEC | EFD_NONBLOCK) : 0;
  if (first && fd >= 0) store_rel(&bell, fd);
  unlock(&table_lock);
  if (fd < 0) return fd;
  if (!first) return 0;
  race_hide_begin();
  if (!atomic_exchange(&registered, true)) pthread_atfork(NULL, NULL, in_child);
  race_hide_end();
  cr_conn c;
  int r = cr_net_adopt(&c, fd);
  if (r == 0) cr_go(hand_on, c);
  return r;
}

// ---- notify and stop -----------------------------------------------------------------------------

static void install(int sig) {
  if (counts[sig]++) return;
  struct sigaction sa = {.sa_handler = on_signal, .sa_flags = SA_RESTART | SA_ONSTACK};
  sigfillset(&sa.sa_mask);
  handler_swap(sig, &sa, &before[sig]);
}

static void uninstall(int sig) {
  if (--counts[sig] == 0) handler_swap(sig, &before[sig], NULL);
}

static struct entry *entry_of_locked(struct cr_chan *c) {
  struct entry *e = entries;
  while (e && e->c != c) e = e->next;
  return e;
}

void signal_each(void (*fn)(const struct cr_chan *c)) {
  for (const struct entry *e = entries; e; e = e->next) fn(e->c);
}

static bool is_allowed(int sig) {
  static const int refused[] = {SIGKILL, SIGSTOP, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT};
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
    if (sig == refused[i]) return false;
  return sig > 0 && sig < SIGNALS && (sig < 32 || sig >= SIGRTMIN);
}

int cr_signal_notify_raw(cr_chan(int) chan, const int *sigs, size_t n) {
  struct cr_chan *c = (struct cr_chan *)(uintptr_t)chan;
  uint64_t mask = 0;
  for (size_t i = 0; i < n; i++) {
    if (!is_allowed(sigs[i])) return -EINVAL;
    mask |= bit(sigs[i]);
  }
  if (!mask || !c) return -EINVAL;
  int r = start();
  if (r < 0) return r;
  race_hide_begin();
  struct entry *fresh = calloc(1, sizeof *fresh);
  race_hide_end();
  if (!fresh) return -ENOMEM;
  rt_enter();
  lock(&table_lock);
  struct entry *e = entry_of_locked(c);
  if (!e) {
    e = fresh, fresh = NULL;
    *e = (struct entry){entries, c, 0};
    entries = e;
  }
  for (int s = 1; s < SIGNALS; s++)
    if (mask & ~e->mask & bit(s)) install(s);
  e->mask |= mask;
  unlock(&table_lock);
  rt_exit();
  race_hide_begin();
  free(fresh);
  race_hide_end();
  return 0;
}

void cr_signal_stop(cr_chan(int) chan) {
  struct cr_chan *c = (struct cr_chan *)(uintptr_t)chan;
  rt_enter();
  lock(&table_lock);
  struct entry *e = entry_of_locked(c);
  for (struct entry **link = &entries; e && *link; link = &(*link)->next) {
    if (*link != e) continue;
    *link = e->next;
    break;
  }
  for (int s = 1; e && s < SIGNALS; s++)
    if (e->mask & bit(s)) uninstall(s);
  unlock(&table_lock);
  rt_exit();
  race_hide_begin();
  free(e);
  race_hide_end();
}
