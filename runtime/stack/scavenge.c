// SPDX-License-Identifier: Apache-2.0
// scavenge.c: gives the kernel back what stacks held once and do not need: below the frames of goroutines that
// have been parked for a while, and the stacks of ended ones that nobody took for as long.
//
// sysmon walks over the stacks a few at a time. A goroutine that is parked can be made to run at any moment, and
// what it then writes below its stack pointer must not vanish: trim.h has the protocol. Nobody but who is about
// to run a marked goroutine waits, and that for a madvise or two.
//
// Locks: one, outermost; it is not held while a goroutine parks.
#include "stack/scavenge.h"

#include <limits.h>

#include "base/lock.h"
#include "base/os.h"
#include "crun/debug.h"
#include "sched/sched.h"
#include "sched/wake.h"
#include "stack/gfree.h"
#include "stack/stack.h"
#include "stack/trim.h"

enum { BATCH = 32, STEP = 256, IDLE_STEP = 4096 };  // stacks
static const int64_t step_ns = 10000000, parked_ns = 100000000, window_ns = 1000000000;

static struct lock one;         // whoever scavenges
static struct stack_walk place;  // under one: where the next look is
static int64_t window_end;       // under one
static uint32_t to_release[STACK_CLASSES];  // under one: how many stacks nobody needed in the last window

// Goroutines to be trimmed together: a membarrier costs as much as several of them.
struct batch {
  struct g *g[BATCH];
  uint32_t n;
};

// ---- parked goroutines -----------------------------------------------------------------------------

// gp->trimming: 0, 1 it is being trimmed, 2 and a thread waits.
void scavenge_wait(struct g *gp) {
  for (uint32_t one; (one = load_acq(&gp->trimming));)
    if (one == 2 || cas_acq(&gp->trimming, &one, 2)) futex_wait(&gp->trimming, 2, -1);
}

static void trim(struct batch *b) {
  if (b->n == 0) return;
  trim_begin(&sched.frozen, b->g, b->n);
  for (uint32_t i = 0; i < b->n; i++) {
    struct g *gp = b->g[i];
    if (trim_may(gp)) stack_trim(gp);
    if (trim_end(gp)) futex_wake(&gp->trimming, INT_MAX);
  }
  add_seq(&sched.frozen, -(uint32_t)FROZEN_TRIM);
  b->n = 0;
}

// ripe tells whether gp has been parked for a while and was not looked at since.
static bool ripe(struct g *gp, int64_t now) {
  int64_t since = load_rlx(&gp->wait_since_ns);
  if (since > now - parked_ns || gp->trimmed_ns == since) return false;
  gp->trimmed_ns = since;
  return true;
}

// walk looks at `looks` stacks from the place on. all: ripe or not. True: it came to the end.
static bool walk(uint32_t looks, bool all) {
  struct batch b = {.n = 0};
  int64_t now = sched_now();
  for (struct g *gp; (gp = stack_next(&place, &looks));) {
    if (load_acq(&gp->status) != G_WAITING || !(ripe(gp, now) || all) || !stack_holds(gp)) continue;
    b.g[b.n++] = gp;
    if (b.n == BATCH) trim(&b);
  }
  trim(&b);
  return looks > 0;
}

// ---- free stacks -----------------------------------------------------------------------------------

// window begins a new window, in which it is seen what is not needed, once the last one is over.
static void window(int64_t now, bool over) {
  if (now < window_end && !over) return;
  window_end = now + window_ns;
  for (uint32_t c = 0; c < STACK_CLASSES; c++) to_release[c] = gfree_unused(c);
  gfree_window();
}

// flush_idle takes their free stacks from Ps that nobody has.
static void flush_idle(void) {
  lock(&sched.lock);
  for (struct p *pp = sched.idle_p; pp; pp = pp->idle_next) gfree_flush(pp);
  unlock(&sched.lock);
}

// release_most gives back at most `most` stacks. True: there are no more.
static bool release_most(uint32_t most) {
  for (uint32_t c = 0; c < STACK_CLASSES; c++) {
    uint32_t n = to_release[c] < most ? to_release[c] : most;
    if (n == 0) continue;
    to_release[c] = gfree_release(c, n) ? to_release[c] - n : 0;
    most -= n;
  }
  return most > 0;
}

// all_free is for when what is free now is all that will be.
static void all_free(int64_t now) {
  flush_idle();
  gfree_window();
  window(now, true);
}

// ---- when --------------------------------------------------------------------------------------------

bool scavenge_step(int64_t now, bool idle) {
  static int64_t next;
  static bool rest;  // a walk over everything, since all is idle, is under way
  if (!idle) rest = false;
  if (now < next || !trylock(&one)) return rest;
  next = now + step_ns;
  if (idle && !rest) {
    all_free(now);
    place = (struct stack_walk){0};
  }
  window(now, false);
  bool end = !sysmon_has_barrier() || walk(idle ? IDLE_STEP : STEP, false);
  bool none = release_most(idle ? IDLE_STEP : STEP);
  rest = idle && !(end && none);
  unlock(&one);
  return rest;
}

void scavenge_forget(void) {
  struct g *gp = getg_or_nil();
  store_rlx(&one.word, 0);
  store_rlx(&sched.frozen, 0);
  if (gp) store_rlx(&gp->trimming, 0);
}

__attribute__((visibility("default"))) void cr_free_os_memory(void) {
  getg();
  rt_enter();
  struct m *mp = getm();
  if (mp->p) gfree_flush(mp->p);
  sched_block();
  lock(&one);
  all_free(nanotime());
  release_most(UINT32_MAX);
  place = (struct stack_walk){0};
  if (sysmon_has_barrier()) walk(UINT32_MAX, true);
  unlock(&one);
  rt_exit();
}
