// SPDX-License-Identifier: Apache-2.0
// leak.c: the search for leaked goroutines: on demand, every so often, on a signal, at the end, around a test.
//
// Each search has a thread of its own, for no thread that runs goroutines can stop itself and look at its stack from
// outside. One search runs at a time.
//
// At the end of a program built with -leak goroutines that can run are given a moment to end. The stack of
// the one that ends the process is nothing any more. And if nobody is left who could run, then who waits
// for a lock that another one holds waits for ever though a global leads to it; one that waits so for a message may be
// a daemon.
#include "diag/leak/leak.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/os.h"
#include "crun/crun.h"
#include "diag/leak/leak_mark.h"
#include "diag/leak/leak_report.h"
#include "diag/settings.h"
#include "race/blocks.h"
#include "sched/sched.h"
#include "sched/wake.h"

extern const char crun_leak_wanted __attribute__((weak));  // race/leak/wanted.c: built with -leak

static const int64_t drain_ns = 1000000000, look_ns = 1000000;

static pid_t owner;  // the process whose goroutines these are; read-only after init

// ---- one search ----------------------------------------------------------------------------------------

struct job {
  struct g *leaving;
  struct g *caller;
  uintptr_t caller_sp;
  uint32_t tag;            // only goroutines of this check; 0: all
  struct g *self;
  bool settled, blind;     // as in leak_search
  const char *rule;        // of what is told; nil: nothing is
  int found;               // -1: it could not be done
  _Atomic uint32_t done;   // futex
};

static struct lock one;  // above the scheduler's

static void print_stats(const struct leak_search *s) {
  if (!settings.leakstats) return;
  errf("crun: leaks: %zu of %zu goroutines; %zu blocks, %zu KiB read, stopped for %lld us (%lld us of work)\n", s->nfound, s->goroutines, s->blocks,
       s->bytes / 1024, (long long)(s->stopped_ns / 1000), (long long)(s->cpu_ns / 1000));
}

static __attribute__((noinline)) void search(struct job *j) {
  struct leak_search s = {.leaving = j->leaving, .strict = settings.leakstrict, .tag = j->tag, .self = j->self,
                          .settled = j->settled, .blind = j->blind, .caller = j->caller, .caller_sp = j->caller_sp};
  j->found = -1;
  if (!leak_search_run(&s)) {
    errf("crun: leaks: the search was given up\n");
    return;
  }
  print_stats(&s);
  j->found = (int)s.nfound;
  if (j->rule) {
    leak_report(s.found, s.nfound, j->rule);
    leak_report_contexts(s.lost, s.nlost);
  }
  leak_search_end();
}

// The C library keeps the stack for the next thread. What lies on it must not lead another search to the leaked.
static __attribute__((noinline)) void wipe(void) {
  volatile char dead[64 * 1024];
  for (size_t i = 0; i < sizeof dead; i++) dead[i] = 0;
}

static void *search_main(void *arg) {
  struct job *j = arg;
  race_switch(NULL);
  lock(&one);
  search(j);
  wipe();
  unlock(&one);
  store_rel(&j->done, 1);
  futex_wake(&j->done, 1);
  return NULL;
}

static bool blocks_known(void) { return getpid() == owner && race_blocks_known && race_blocks_known(); }

// known tells whether a search makes sense, and says once why not.
static bool known(void) {
  static _Atomic uint32_t said;
  if (getpid() != owner) return false;
  if (blocks_known()) return true;
  if (!xchg_acq(&said, 1))
    errf("crun: leaks: where the heap's blocks lie is not known: build with -leak or -race%s\n",
         race_blocks_known ? " (there was no address space for their table: see ulimit -v)" : "");
  return false;
}

// run_job waits without a P: the search may take a while.
static int run_job(struct job *j) {
  rt_enter();
  sched_block();
  rt_exit();
  int err = thread_start(search_main, j);
  if (err) errf("crun: leaks: cannot start a thread\n");
  while (!err && load_acq(&j->done) == 0) futex_wait(&j->done, 0, -1);
  rt_enter();
  rt_exit();
  return err ? -1 : j->found;
}

// CALLER_SP is a place in the stack above which is the caller's of the public function that says it, with the registers
// that it keeps for the caller. What lies below is left from calls that are over, for the most part.
#define CALLER_SP() (__builtin_unwind_init(), (uintptr_t)__builtin_frame_address(0) - 6 * sizeof(uintptr_t))

__attribute__((visibility("default"))) int cr_find_leaks(void) {
  uintptr_t sp = CALLER_SP();
  struct g *gp = getg();
  if (!known()) return -1;
  return run_job(&(struct job){.caller = gp, .caller_sp = sp, .rule = "unreachable"});
}

// ---- roots of the user's -------------------------------------------------------------------------------

struct root {
  struct root *next;
  const void *p;
  size_t n;
};

static struct lock roots_lock;  // a leaf
static struct root *roots;      // under roots_lock

__attribute__((visibility("default"))) void cr_root(const void *p, size_t n) {
  sched_start();
  race_hide_begin();
  struct root *r = malloc(sizeof *r);
  race_hide_end();
  if (!r) throw("out of memory for a root");
  rt_enter();
  lock(&roots_lock);
  *r = (struct root){roots, p, n};
  roots = r;
  unlock(&roots_lock);
  rt_exit();
}

__attribute__((visibility("default"))) void cr_unroot(const void *p) {
  rt_enter();
  lock(&roots_lock);
  struct root **link = &roots, *r;
  while (*link && (*link)->p != p) link = &(*link)->next;
  r = *link;
  if (r) *link = r->next;
  unlock(&roots_lock);
  rt_exit();
  race_hide_begin();
  free(r);
  race_hide_end();
}

// The world stands: the list is whole but for one that is being put in front or taken off.
void leak_roots_each(void (*fn)(uintptr_t lo, uintptr_t hi)) {
  for (const struct root *r = roots; r; r = r->next) fn((uintptr_t)r->p, (uintptr_t)r->p + r->n);
}

// ---- every so often, and on a signal -------------------------------------------------------------------

static struct job soon;                  // under way while soon_runs
static _Atomic uint32_t soon_runs, asked;

static void *soon_main(void *arg) {
  search_main(arg);
  store_rel(&soon_runs, 0);
  return NULL;
}

void leak_check_soon(void) {
  if (!known() || xchg_acq(&soon_runs, 1)) return;
  soon = (struct job){.rule = "unreachable"};
  if (thread_start(soon_main, &soon)) store_rel(&soon_runs, 0);
}

void leak_if_asked(void) {
  if (load_rlx(&asked) && xchg_acq(&asked, 0)) leak_check_soon();
}

static void on_signal(int sig) {
  store_seq(&asked, 1);
  sysmon_poke();
}

// ---- at the end ----------------------------------------------------------------------------------------

struct count {
  struct g *not_this;
  uint32_t tag;          // 0: all
  size_t active, all;    // those that run or can; all that there are
  size_t asleep;         // those that wait for the time or a descriptor
};

static void count_one(struct g *gp, void *arg) {
  struct count *n = arg;
  if (gp == n->not_this || gp->is_thread || (n->tag && load_rlx(&gp->leak_tag) != n->tag)) return;
  n->all++;
  if (load_acq(&gp->status) != G_WAITING) n->active++;
  else if (gp->wait_reason == WAIT_SLEEP || gp->wait_reason == WAIT_IO) n->asleep++;
}

static struct count count(struct g *not_this, uint32_t tag) {
  struct count n = {.not_this = not_this, .tag = tag};
  sched_each(count_one, &n);
  return n;
}

// drain lets those that can run go on until there are none, twice in a row, or the time is over.
static void drain(struct g *gp) {
  int64_t until = nanotime() + drain_ns;
  for (int quiet = 0; quiet < 2 && nanotime() < until;) {
    cr_sleep(look_ns);
    quiet = count(gp, 0).active ? 0 : quiet + 1;
  }
}

static void at_exit(int status, void *arg) {
  struct m *mp = getm();
  struct g *gp = mp ? mp->curg : NULL;
  if (!gp || !known()) return;
  drain(gp);
  run_job(&(struct job){.leaving = gp, .rule = "unreachable"});
}

void leak_init(void) {
  owner = getpid();
  if (&crun_leak_wanted) on_exit(at_exit, NULL);
  struct sigaction old;
  if (!settings.leaksignal || sigaction(SIGUSR2, NULL, &old) != 0 || old.sa_handler != SIG_DFL) return;
  struct sigaction sa = {.sa_handler = on_signal, .sa_flags = SA_RESTART | SA_ONSTACK};
  sigemptyset(&sa.sa_mask);
  sigaction(SIGUSR2, &sa, NULL);
}

// ---- around a test -------------------------------------------------------------------------------------

__attribute__((visibility("default"))) void cr_leak_check_begin(cr_leak_check *c) {
  static _Atomic uint32_t last;
  struct g *gp = getg();
  c->outer = load_rlx(&gp->leak_tag);
  do c->id = add_rlx(&last, 1) + 1;
  while (c->id == 0);
  store_rlx(&gp->leak_tag, c->id);
}

// left_behind looks once. It returns how many goroutines of the check are leaked, -1: it is too early to say.
static int left_behind(struct g *gp, uint32_t id, uintptr_t sp) {
  struct count n = count(gp, id);
  if (!n.all) return 0;
  if (n.active || n.asleep || !blocks_known()) return -1;
  int found = run_job(&(struct job){.tag = id, .self = gp, .caller = gp, .caller_sp = sp});
  return found == (int)n.all ? found : -1;
}

struct retag {
  uint32_t from, to;
};

static void retag_one(struct g *gp, void *arg) {
  const struct retag *r = arg;
  if (load_rlx(&gp->leak_tag) == r->from) store_rlx(&gp->leak_tag, r->to);
}

__attribute__((visibility("default"))) int cr_leak_check_end(cr_leak_check *c) {
  uintptr_t sp = CALLER_SP();
  struct g *gp = getg();
  int64_t until = nanotime() + drain_ns, pause = look_ns;
  int left = left_behind(gp, c->id, sp);
  while (left < 0 && nanotime() < until) {
    cr_sleep(pause);
    if (pause < 100 * look_ns) pause *= 2;
    left = left_behind(gp, c->id, sp);
  }
  if (left)
    left = run_job(&(struct job){.tag = c->id, .self = gp, .caller = gp, .caller_sp = sp, .settled = true,
                                 .blind = !blocks_known(), .rule = "left-by-test"});
  sched_each(retag_one, &(struct retag){c->id, c->outer});
  return left;
}
