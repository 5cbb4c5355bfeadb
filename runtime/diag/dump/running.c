// SPDX-License-Identifier: Apache-2.0
// running.c: interrupts threads for the stacks of the goroutines that they run.
//
//     who asks                                         each thread asked
//     a slot a thread; SIGURG with the slot's address ─► handler: ASKED ─► WRITES, unwinds, ─► DONE
//     waits till all are done, or a second                      │
//     the slots not yet begun: ASKED ─► GIVEN_UP                └► GIVEN_UP: nothing
//
// SIGURG is Go's choice too: to ignore it is its default, so one that comes late does no harm. The handler
// is ours only while somebody asks; meanwhile a SIGURG of another origin goes on to the program's.
//
//   R1: DONE   A1: who asks reads the state before the stack
//
// Rejected: to unwind the others from here while their handlers hold them: one may hold malloc's lock or the
// dynamic linker's, which printing needs.
#include "diag/dump/running.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/os.h"
#include "base/sys.h"
#include "sched/sched.h"
#include "sched/wake.h"

enum { ASKED, WRITES, DONE, GIVEN_UP };
enum { G0_BYTES = 512 * 1024 };
static const int64_t patience_ns = 1000000000;

struct slot {
  _Atomic uint32_t state;
  int tid;
  struct g *gp;  // whose stack it is; nil: the thread ran none
  struct unwound stack;
};

static struct slot *_Atomic slots;     // nil: nobody asks
static size_t slots_bytes, nslots;     // who asks
static _Atomic uint32_t nanswers;      // futex
static struct sigaction before;        // the program's

// ---- the threads that are asked --------------------------------------------------------------------

// on_g0 tells whether mp's scheduler has the thread, so that what is on the stack is not the goroutine's.
static bool on_g0(const struct m *mp, uintptr_t sp) { return (uintptr_t)mp->g0_sp + 256 - sp < G0_BYTES; }

static void write_stack(struct slot *s, void *context) {
  struct m *mp = getm();
  const ucontext_t *uc = context;
  struct g *gp = mp ? mp->curg : NULL;
  if (!gp || (mp->g0_sp && on_g0(mp, (uintptr_t)uc->uc_mcontext.gregs[REG_RSP]))) return;
  unwind_signalled(context, &s->stack);
  s->gp = gp;
}

static void hand_on(int sig, siginfo_t *info, void *context) {
  if (before.sa_flags & SA_SIGINFO) before.sa_sigaction(sig, info, context);
  else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN) before.sa_handler(sig);
}

static bool is_ours(const siginfo_t *info) {
  uintptr_t at = (uintptr_t)info->si_value.sival_ptr, first = (uintptr_t)load_acq(&slots);
  return info->si_code == SI_QUEUE && info->si_pid == getpid() && first && at - first < nslots * sizeof(struct slot);
}

static void on_ask(int sig, siginfo_t *info, void *context) {
  int saved = errno;
  if (is_ours(info)) {
    struct slot *s = info->si_value.sival_ptr;
    uint32_t asked = ASKED;
    if (cas_acq(&s->state, &asked, WRITES)) {
      write_stack(s, context);
      store_rel(&s->state, DONE);  // R1
      add_seq(&nanswers, 1);
      futex_wake(&nanswers, 1);
    }
  } else {
    hand_on(sig, info, context);
  }
  errno = saved;
}

// ---- who asks --------------------------------------------------------------------------------------

static bool runs_one(const struct m *mp) { return __atomic_load_n(&mp->curg, __ATOMIC_RELAXED) != NULL; }

// slots_make makes a slot for each other thread that runs a goroutine. False: there is none, or no memory.
static bool slots_make(void) {
  size_t n = 0;
  int self = os_tid();
  for (struct m *mp = load_acq(&sched.all_m); mp; mp = mp->all_next) n += runs_one(mp) && mp->tid != self;
  if (!n) return false;
  slots_bytes = n * sizeof(struct slot);
  long at = sys(SYS_mmap, 0, slots_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at < 0 && at > -4096) return false;
  struct slot *s = (struct slot *)at;
  nslots = 0;
  for (struct m *mp = load_acq(&sched.all_m); mp && nslots < n; mp = mp->all_next)
    if (runs_one(mp) && mp->tid != self) s[nslots++].tid = mp->tid;
  store_rel(&slots, s);
  return true;
}

static void handler_set(void) {
  struct sigaction sa = {.sa_sigaction = on_ask, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART};
  sigfillset(&sa.sa_mask);
  handler_swap(SIGURG, &sa, &before);
}

// ask sends the signal; false: the thread has ended.
static bool ask(struct slot *s) {
  siginfo_t info = {.si_signo = SIGURG, .si_code = SI_QUEUE};
  info.si_pid = getpid();
  info.si_value.sival_ptr = s;
  return sys(SYS_rt_tgsigqueueinfo, getpid(), s->tid, SIGURG, &info) == 0;
}

// await waits for n answers.
static void await(uint32_t n) {
  int64_t until = nanotime() + patience_ns;
  for (uint32_t got; (got = load_acq(&nanswers)) < n;) {
    int64_t left = until - nanotime();
    if (left <= 0) return;
    futex_wait(&nanswers, got, left);
  }
}

void running_take(void) {
  uint32_t asked = 0;
  store_rlx(&nanswers, 0);
  if (!slots_make()) return;
  handler_set();
  for (struct slot *s = load_rlx(&slots); s < load_rlx(&slots) + nslots; s++) asked += ask(s);
  await(asked);
  for (struct slot *s = load_rlx(&slots); s < load_rlx(&slots) + nslots; s++) {
    uint32_t state = ASKED;
    cas_acq(&s->state, &state, GIVEN_UP);
  }
}

struct unwound *running_stack(struct g *gp) {
  struct slot *s = load_acq(&slots);
  for (size_t i = 0; s && i < nslots; i++)
    if (load_acq(&s[i].state) == DONE && s[i].gp == gp) return &s[i].stack;  // A1
  return NULL;
}

void running_give_back(void) {
  struct slot *s = load_acq(&slots);
  if (!s) return;
  handler_swap(SIGURG, &before, NULL);
  bool all = true;
  for (size_t i = 0; i < nslots; i++) all &= load_acq(&s[i].state) == DONE;
  store_rel(&slots, NULL);
  if (all) sys(SYS_munmap, s, slots_bytes);  // else a thread may still write to its own
}
