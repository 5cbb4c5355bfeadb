// SPDX-License-Identifier: Apache-2.0
// crash.c: fatal signals: the goroutine's trace, then the end the signal would have had; and SIGQUIT, which
// asks for everybody's.
//
// Handlers run on a stack of their own, one for each thread of the runtime, so that a goroutine that
// ran off its stack can still be reported. A handler that the program installed itself is left alone.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/os.h"
#include "base/sys.h"
#include "diag/dump/dump.h"
#include "diag/dump/running.h"
#include "diag/dump/traceback.h"
#include "race/symbolize.h"
#include "sched/sched.h"
#include "stack/stack.h"

extern void *__libc_stack_end;  // glibc's: where the first thread's stack begins

enum { SIGNAL_STACK = 1024 * 1024 };  // libdw puts much on the stack; what is not touched costs nothing

static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT};

void crash_thread_init(void) {
  stack_t old;
  if (sigaltstack(NULL, &old) == 0 && !(old.ss_flags & SS_DISABLE)) return;
  void *p = mmap(NULL, SIGNAL_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) return;  // a fault then ends the process without a trace
  stack_t ss = {.ss_sp = p, .ss_size = SIGNAL_STACK};
  sigaltstack(&ss, NULL);
}

void crash_thread_end(void) {
  const stack_t off = {.ss_flags = SS_DISABLE};
  stack_t old;
  if (sigaltstack(&off, &old) == 0 && old.ss_size == SIGNAL_STACK) munmap(old.ss_sp, SIGNAL_STACK);
}

static struct g *here(void) {
  struct m *mp = getm();
  return mp ? mp->curg : NULL;
}

// overflowed gives the size of gp's stack if the fault at addr is that of running off it, else 0. The
// stack of main has no guard of ours: the kernel ends it at RLIMIT_STACK, and faults just below.
static size_t overflowed(struct g *gp, uintptr_t addr, const ucontext_t *uc) {
  if (!gp || gp->is_thread) return 0;
  if (!gp->is_main) return stack_in_guard(addr) == gp ? stack_bytes(gp->stack_class) - STACK_GUARD : 0;
  struct rlimit r;
  uintptr_t sp = (uintptr_t)uc->uc_mcontext.gregs[REG_RSP];
  if (getrlimit(RLIMIT_STACK, &r) != 0 || r.rlim_cur == RLIM_INFINITY) return 0;
  bool near_sp = addr + STACK_GUARD > sp && addr < sp + STACK_GUARD;
  uintptr_t top = (uintptr_t)__libc_stack_end;
  return near_sp && addr < top && top - addr + 4 * STACK_GUARD > r.rlim_cur ? r.rlim_cur : 0;
}

// What there is to say of a fatal signal.
struct crash {
  int sig;
  const siginfo_t *info;
  void *context;
  struct g *gp;    // nil: on a scheduler stack, or a thread that never used crun
  size_t limit;    // of the stack that was run off; 0: another fault
};

// SIGQUIT is a question about all, so only "none" makes it a shorter answer.
static bool prints_others(const struct crash *c) {
  if (c->limit) return false;
  return traceback.level > (c->gp && c->sig != SIGQUIT ? TRACEBACK_SINGLE : TRACEBACK_NONE);
}

// print_overflow says whose stack was too small, and how it gets more.
static void print_overflow(const struct g *gp, size_t limit) {
  errf("runtime: goroutine stack exceeds %zu-byte limit\n", limit);
  if (gp->is_main) {
    errf("runtime: main runs on the process's stack; ask for more with ulimit -s\n");
  } else {
    char name[sizeof gp->name + 4] = "";
    if (gp->name[0]) snprintf(name, sizeof name, " \"%s\"", gp->name);
    errf("runtime: goroutine %llu%s has a stack of %zuK, guard included; ask for more with cr_go_opts.stack or CRUNSTACK\n",
         (unsigned long long)gp->goid, name, stack_bytes(gp->stack_class) >> 10);
  }
  errf("fatal error: stack overflow\n\n");
}

static uintptr_t pc_of(const ucontext_t *uc) { return (uintptr_t)uc->uc_mcontext.gregs[REG_RIP]; }

static void print_head(const struct crash *c) {
  if (c->limit) {
    print_overflow(c->gp, c->limit);
  } else if (c->sig == SIGQUIT) {
    struct m *mp = getm();
    errf("SIGQUIT: quit\nPC=0x%lx m=%d sigcode=%d\n\n", (unsigned long)pc_of(c->context), mp && !mp->is_foreign ? (int)mp->id : -1,
         c->info->si_code);
  } else {
    errf("fatal error: %s\n", c->sig == SIGABRT ? "abort" : "unexpected signal");
    errf("[signal SIG%s: %s code=0x%x addr=%p]\n\n", sigabbrev_np(c->sig), sigdescr_np(c->sig),
         (unsigned)c->info->si_code, c->info->si_addr);
  }
}

// prints_first: the thread that SIGQUIT happened to hit is of interest only for the goroutine that it runs.
static bool prints_first(const struct crash *c) {
  return traceback.level > (c->gp || c->sig != SIGQUIT ? TRACEBACK_NONE : TRACEBACK_ALL);
}

static void print_crash(const struct crash *c) {
  print_head(c);
  if (prints_first(c)) dump_signalled(c->gp, c->context);
  if (prints_others(c)) dump_others(c->gp);
}

// How many goroutines have been printed, in memory that the copy shares; nil: there was none to be had.
static _Atomic uint32_t *printed;

void dump_progress(void) {
  if (printed) add_rlx(printed, 1);
}

static void share_progress(void) {
  long at = sys(SYS_mmap, 0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  printed = at < 0 && at > -4096 ? NULL : (_Atomic uint32_t *)at;
}

// ended_well waits for the child that prints; false: it died, or printed nothing for three seconds and was
// killed.
static bool ended_well(pid_t pid) {
  static const struct timespec nap = {0, 2000000};
  uint32_t seen = 0;
  for (int i = 0; i < 1500; i++) {
    int status;
    if (waitpid(pid, &status, __WALL | WNOHANG) == pid) return WIFEXITED(status) && WEXITSTATUS(status) == 0;
    sys(SYS_nanosleep, &nap, NULL);  // nanosleep(2) may be the one that parks
    uint32_t n = printed ? load_rlx(printed) : 0;
    if (n != seen) i = 0;
    seen = n;
  }
  kill(pid, SIGKILL);
  waitpid(pid, NULL, __WALL);
  return false;
}

// print prints in a copy of the process: libdw allocates, and the thread may have been hit inside malloc.
// If the copy does not get through, the traces are printed here without libdw: modules and offsets.
static void print(const struct crash *c) {
  share_progress();
  pid_t pid = (pid_t)syscall(SYS_clone, 0, NULL, NULL, NULL, 0);  // no atfork handlers, no SIGCHLD
  if (pid == 0) {
    dump_claim();
    print_crash(c);
    _exit(0);
  }
  if (pid > 0 && ended_well(pid)) return;
  symbolize_raw();
  dump_claim();
  print_crash(c);
}

static void on_signal(int sig, siginfo_t *info, void *context) {
  race_hide_begin();
  if (dump_is_mine()) dump_end_by(sig);  // a fault while a trace was printed, or a second SIGQUIT
  dump_begin();
  struct crash c = {.sig = sig, .info = info, .context = context, .gp = here()};
  bool fault = (sig == SIGSEGV || sig == SIGBUS) && info->si_code > 0;
  c.limit = fault ? overflowed(c.gp, (uintptr_t)info->si_addr, context) : 0;
  if (prints_others(&c)) running_take();
  print(&c);
  if (c.limit || sig == SIGQUIT) dump_end();
  race_exit_code(128 + sig);
  dump_end_by(sig);
}

void crash_init(void) {
  crash_thread_init();
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
    struct sigaction old;
    if (sigaction(signals[i], NULL, &old) != 0 || old.sa_handler != SIG_DFL) continue;
    struct sigaction sa = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    sigemptyset(&sa.sa_mask);
    sigaction(signals[i], &sa, NULL);
  }
}
