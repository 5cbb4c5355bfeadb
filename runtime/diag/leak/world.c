// SPDX-License-Identifier: Apache-2.0
// world.c: stops the world.
//
//     who asks                                          each thread asked
//     takes the scheduler's locks
//     SIGURG with the address of a slot each ─────────► handler: ASKED ─► STOPPED, with its registers
//     looks for new threads, until there are none       waits until it is let go
//     ...                                               │
//     lets go ────────────────────────────────────────► LEFT
//
// The locks come first: what they guard is whole while the world stands, and nobody who waits for them holds
// another. A thread may well be stopped with a channel's lock; that channel is in its registers then.
//
// SIGURG is Go's choice too: to ignore it is its default, so one that comes late does no harm. The handler is ours
// only while the world stands; a SIGURG of another origin goes on to the program's. System calls that no handler
// restarts (nanosleep, poll, epoll_wait) end early with EINTR, as with any signal.
//
//   R1: STOPPED      A1: who asks reads the state before the rest of the slot
//   R2: held = 1, then the round is read   A2: the round is ended, then held = 0: no thread is left standing
//
// Rejected: ptrace from a helper process (a debugger or a container forbids it); to park goroutines at their next
// call of the runtime (one that computes for an hour has none).
#include "diag/leak/world.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/os.h"
#include "base/sys.h"
#include "race/blocks.h"
#include "sched/sched.h"
#include "sched/wake.h"
#include "time/timer.h"

enum { SLOTS = 16384, DIR_BYTES = 32768, TRIES = 40, STEPS = 30 };
static const int64_t patience_ns = 2000000000, look_ns = 5000000;

static struct standing *_Atomic slots;  // made once; nil: never stopped yet
static size_t nslots;                   // who asks
static _Atomic uint32_t world_round;    // odd while the world stands
static _Atomic uint32_t nanswers;       // futex: those that stopped, and then those that left
static struct sigaction before;         // the program's

// ---- the threads that are asked --------------------------------------------------------------------

static void hand_on(int sig, siginfo_t *info, void *context) {
  if (before.sa_flags & SA_SIGINFO) before.sa_sigaction(sig, info, context);
  else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN) before.sa_handler(sig);
}

static bool is_ours(const siginfo_t *info) {
  uintptr_t at = (uintptr_t)info->si_value.sival_ptr, first = (uintptr_t)load_acq(&slots);
  return info->si_code == SI_QUEUE && first && at - first < SLOTS * sizeof(struct standing);
}

static void answer(void) {
  add_seq(&nanswers, 1);
  futex_wake(&nanswers, 1);
}

static void note(struct standing *s, const ucontext_t *uc) {
  uintptr_t here = (uintptr_t)__builtin_frame_address(0), lo = (uintptr_t)uc->uc_stack.ss_sp;
  bool on_alt = here - lo < uc->uc_stack.ss_size;
  s->m = getm();
  s->sp = (uintptr_t)uc->uc_mcontext.gregs[REG_RSP];
  s->frame = here;
  s->alt_hi = on_alt ? lo + uc->uc_stack.ss_size : 0;
  s->moving = race_blocks_moving && race_blocks_moving();
  if (!s->m || !on_alt) return;
  s->m->sigstack_lo = lo;
  s->m->sigstack_hi = s->alt_hi;
}

static __attribute__((noinline)) void stand(struct standing *s, const ucontext_t *uc) {
  uint32_t r = load_acq(&world_round);
  if (r % 2 == 0 || s->tid != os_tid() || load_acq(&s->state) != STANDING_ASKED) return;
  note(s, uc);
  store_seq(&s->held, 1);
  store_rel(&s->state, STANDING_STOPPED);  // R1
  answer();
  while (load_acq(&s->held) && load_seq(&world_round) == r) futex_wait(&s->held, 1, -1);  // R2
  store_rel(&s->state, STANDING_LEFT);
  answer();
}

static void on_stop(int sig, siginfo_t *info, void *context) {
  if (is_ours(info)) stand(info->si_value.sival_ptr, context);
  else hand_on(sig, info, context);
}

// ---- which threads there are -------------------------------------------------------------------------

static bool is_idle_locked(int tid) {
  for (struct m *mp = sched.idle_m; mp; mp = mp->idle_next)
    if (load_rlx(&mp->tid) == tid) return true;
  return false;
}

static bool is_known(int tid) {
  for (size_t i = 0; i < nslots; i++)
    if (load_rlx(&slots)[i].tid == tid) return true;
  return false;
}

static bool signal_to(struct standing *s) {
  siginfo_t info = {.si_signo = SIGURG, .si_code = SI_QUEUE};
  info.si_pid = getpid();
  info.si_value.sival_ptr = s;
  return sys(SYS_rt_tgsigqueueinfo, getpid(), s->tid, SIGURG, &info) == 0;
}

// ask asks the thread unless it need not be stopped. True: it was asked now.
static bool ask(int tid) {
  if (tid == os_tid() || tid == sysmon_tid() || nslots == SLOTS || is_known(tid) || is_idle_locked(tid)) return false;
  struct standing *s = &load_rlx(&slots)[nslots++];
  *s = (struct standing){.tid = tid};
  if (!signal_to(s)) store_rel(&s->state, STANDING_LEFT);  // it has ended
  return true;
}

static int number(const char *s) {
  int n = 0;
  for (; *s >= '0' && *s <= '9'; s++) n = 10 * n + (*s - '0');
  return *s ? 0 : n;
}

struct entry {
  uint64_t ino;
  int64_t off;
  uint16_t len;
  uint8_t type;
  char name[];
};

// ask_all asks all threads that were not asked yet. It returns how many these are; -1: they are not known.
static int ask_all(void) {
  static char dir[DIR_BYTES];
  int asked = 0, fd = (int)sys(SYS_open, "/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return -1;
  for (long n; (n = sys(SYS_getdents64, fd, dir, sizeof dir)) > 0;)
    for (long at = 0; at < n;) {
      const struct entry *e = (const struct entry *)(dir + at);
      int tid = number(e->name);
      if (tid) asked += ask(tid);
      at += e->len;
    }
  sys(SYS_close, fd);
  return asked;
}

// ---- waiting for them --------------------------------------------------------------------------------

// status_of reads the thread's state, a letter, and whether it has SIGURG blocked. False: it has ended.
static bool status_of(int tid, char *letter, bool *blocked) {
  char path[64] = "/proc/self/task/", text[4096], digits[12];
  int k = 0, at = (int)strlen(path);
  for (int t = tid; t; t /= 10) digits[k++] = (char)('0' + t % 10);
  while (k) path[at++] = digits[--k];
  memcpy(path + at, "/status", 8);
  int fd = (int)sys(SYS_open, path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  long n = sys(SYS_read, fd, text, sizeof text - 1);
  sys(SYS_close, fd);
  text[n > 0 ? n : 0] = 0;
  const char *state = strstr(text, "\nState:\t"), *mask = strstr(text, "\nSigBlk:\t");
  if (!state || !mask) return false;
  *letter = state[8];
  uint64_t bits = 0;
  for (const char *p = mask + 9; *p > ' '; p++) bits = bits * 16 + (uint64_t)(*p <= '9' ? *p - '0' : *p - 'a' + 10);
  *blocked = bits >> (SIGURG - 1) & 1;
  return true;
}

enum look { STANDS, WAITED_FOR, RUNS };

// look_at tells how it is with a thread that has not answered.
static enum look look_at(struct standing *s) {
  char letter;
  bool blocked;
  uint32_t state = load_acq(&s->state);  // A1
  if (state != STANDING_ASKED) return STANDS;
  if (!status_of(s->tid, &letter, &blocked) || letter == 'Z' || letter == 'X') {
    store_rel(&s->state, STANDING_LEFT);
    return STANDS;
  }
  if (letter == 'R' || (!blocked && letter != 'D')) return blocked ? RUNS : WAITED_FOR;
  store_rel(&s->state, STANDING_NOT);
  return STANDS;
}

// all_stand waits until every thread asked stands or is known not to be able to; false: one does not.
static bool all_stand(void) {
  int64_t until = nanotime() + patience_ns;
  for (;;) {
    uint32_t got = load_acq(&nanswers), missing = 0;
    for (size_t i = 0; i < nslots; i++) missing += load_acq(&load_rlx(&slots)[i].state) == STANDING_ASKED;
    if (!missing) return true;
    if (nanotime() > until) return false;
    futex_wait(&nanswers, got, look_ns);
    if (load_acq(&nanswers) != got) continue;
    for (size_t i = 0; i < nslots; i++) look_at(&load_rlx(&slots)[i]);
  }
}

// let_go lets a thread that stands go on, and waits until it does.
static void let_go(struct standing *s) {
  store_rel(&s->held, 0);
  futex_wake(&s->held, 1);
  for (uint32_t got; (got = load_acq(&nanswers)), load_acq(&s->state) == STANDING_STOPPED;)
    if (load_acq(&s->state) == STANDING_STOPPED) futex_wait(&nanswers, got, look_ns);
}

static bool moves(const struct standing *s) { return load_acq(&s->state) == STANDING_STOPPED && s->moving; }

static bool some_moves(void) {
  for (size_t i = 0; i < nslots; i++)
    if (moves(&load_rlx(&slots)[i])) return true;
  return false;
}

// out_of_realloc lets those inside realloc go on for a moment, and stops them again, until none is. False: one stays there:
// it may wait for the lock of another one that stands.
static bool out_of_realloc(void) {
  for (int round = 0; round < STEPS && some_moves(); round++) {
    for (size_t i = 0; i < nslots; i++) {
      struct standing *s = &load_rlx(&slots)[i];
      if (!moves(s)) continue;
      let_go(s);
      store_rel(&s->state, STANDING_ASKED);
      if (!signal_to(s)) store_rel(&s->state, STANDING_LEFT);
    }
    if (!all_stand()) return false;
  }
  return !some_moves();
}

// ---- who asks ----------------------------------------------------------------------------------------

static bool make_slots(void) {
  if (load_acq(&slots)) return true;
  long at = sys(SYS_mmap, 0, SLOTS * sizeof(struct standing), PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at < 0 && at > -4096) return false;
  store_rel(&slots, (struct standing *)at);
  return true;
}

static void locks(void) {
  lock(&sched.retake_lock);
  lock(&sched.lock);
  lock(&sched.all_lock);
  go_locks();
  timers_locks();
}

static void unlocks(void) {
  timers_unlocks();
  go_unlocks();
  unlock(&sched.all_lock);
  unlock(&sched.lock);
  unlock(&sched.retake_lock);
}

static void handler_set(void) {
  struct sigaction sa = {.sa_sigaction = on_stop, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART};
  sigfillset(&sa.sa_mask);
  handler_swap(SIGURG, &sa, &before);
}

// complain says which thread did not stop.
static void complain(void) {
  char letter = '?';
  bool blocked = false;
  if (nslots == SLOTS) errf("crun: more than %d threads\n", SLOTS);
  for (size_t i = 0; i < nslots; i++) {
    const struct standing *s = &load_rlx(&slots)[i];
    if (load_acq(&s->state) != STANDING_ASKED || !status_of(s->tid, &letter, &blocked)) continue;
    errf("crun: thread %d (state %c, SIGURG %s) could not be stopped\n", s->tid, letter, blocked ? "blocked" : "not blocked");
  }
}

static bool try_stop(void) {
  nslots = 0;
  store_rlx(&nanswers, 0);
  locks();
  handler_set();
  add_seq(&world_round, 1);
  for (int n; (n = ask_all()) != 0;)
    if (n < 0 || !all_stand() || nslots == SLOTS) return false;
  return out_of_realloc();
}

bool world_stop(void) {
  if (!make_slots()) return false;
  for (int i = 0; i < TRIES; i++) {
    if (try_stop()) return true;
    bool moves = some_moves();
    if (!moves) complain();
    world_start();
    if (!moves) break;
    static _Atomic uint32_t never;
    futex_wait(&never, 0, look_ns);
  }
  return false;
}

// Those that were asked and did not stop see that the round is over.
void world_start(void) {
  add_seq(&world_round, 1);  // A2
  for (size_t i = 0; i < nslots; i++) {
    struct standing *s = &load_rlx(&slots)[i];
    store_seq(&s->held, 0);
    futex_wake(&s->held, 1);
  }
  for (size_t i = 0; i < nslots; i++) let_go(&load_rlx(&slots)[i]);
  handler_swap(SIGURG, &before, NULL);
  unlocks();
}

void world_each(void (*fn)(struct standing *s, void *arg), void *arg) {
  for (size_t i = 0; i < nslots; i++)
    if (load_acq(&load_rlx(&slots)[i].state) != STANDING_LEFT) fn(&load_rlx(&slots)[i], arg);
}

void world_memory(uintptr_t *lo, uintptr_t *hi) {
  *lo = (uintptr_t)load_acq(&slots);
  *hi = *lo ? *lo + SLOTS * sizeof(struct standing) : 0;
}
