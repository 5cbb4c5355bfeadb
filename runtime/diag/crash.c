// SPDX-License-Identifier: Apache-2.0
// crash.c: fatal signals: the goroutine's trace, then the end the signal would have had.
//
// Handlers run on a stack of their own, one for each thread of the runtime, so that a goroutine that
// ran off its stack can still be reported. A handler that the program installed itself is left alone.
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/os.h"
#include "diag/dump.h"
#include "sched.h"
#include "stack.h"

extern void *__libc_stack_end;  // glibc's: where the first thread's stack begins

enum { SIGNAL_STACK = 1024 * 1024 };  // libdw puts much on the stack; what is not touched costs nothing

static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

void crash_thread_init(void) {
  stack_t old;
  if (sigaltstack(NULL, &old) == 0 && !(old.ss_flags & SS_DISABLE)) return;
  void *p = mmap(NULL, SIGNAL_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) return;  // a fault then ends the process without a trace
  stack_t ss = {.ss_sp = p, .ss_size = SIGNAL_STACK};
  sigaltstack(&ss, NULL);
}

static struct g *here(void) {
  struct m *mp = getm();
  return mp ? mp->curg : NULL;
}

// overflowed gives the size of gp's stack if the fault at addr is that of running off it, else 0. The
// stack of main has no guard of ours: the kernel ends it at RLIMIT_STACK, and faults just below.
static size_t overflowed(struct g *gp, uintptr_t addr, const ucontext_t *uc) {
  if (!gp || gp->is_thread) return 0;
  if (!gp->is_main) return stack_in_guard(addr) == gp ? stack_bytes - STACK_GUARD : 0;
  struct rlimit r;
  uintptr_t sp = (uintptr_t)uc->uc_mcontext.gregs[REG_RSP];
  if (getrlimit(RLIMIT_STACK, &r) != 0 || r.rlim_cur == RLIM_INFINITY) return 0;
  bool near_sp = addr + STACK_GUARD > sp && addr < sp + STACK_GUARD;
  uintptr_t top = (uintptr_t)__libc_stack_end;
  return near_sp && addr < top && top - addr + 4 * STACK_GUARD > r.rlim_cur ? r.rlim_cur : 0;
}

static _Noreturn void overflow(struct g *gp, size_t limit, void *context) {
  errf("runtime: goroutine stack exceeds %zu-byte limit\n", limit);
  errf("fatal error: stack overflow\n\n");
  dump_signalled(gp, context);
  _exit(race_exit_code(2));
}

static void end_by(int sig) {
  sigset_t s;
  signal(sig, SIG_DFL);
  sigemptyset(&s);
  sigaddset(&s, sig);
  pthread_sigmask(SIG_UNBLOCK, &s, NULL);
  raise(sig);
  _exit(128 + sig);
}

static void on_signal(int sig, siginfo_t *info, void *context) {
  race_hide_begin();
  if (dump_is_mine()) end_by(sig);  // a fault while a trace was printed
  dump_begin();
  struct g *gp = here();
  bool fault = sig == SIGSEGV || sig == SIGBUS;
  size_t limit = fault && info->si_code > 0 ? overflowed(gp, (uintptr_t)info->si_addr, context) : 0;
  if (limit) overflow(gp, limit, context);
  errf("%s: %s\n", "fatal error", sig == SIGABRT ? "abort" : "unexpected signal");
  errf("[signal SIG%s: %s code=0x%x addr=%p]\n\n", sigabbrev_np(sig), sigdescr_np(sig), (unsigned)info->si_code,
       info->si_addr);
  dump_signalled(gp, context);
  dump_others(gp);
  race_exit_code(128 + sig);
  end_by(sig);
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
