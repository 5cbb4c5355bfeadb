// SPDX-License-Identifier: Apache-2.0
// go.c: the birth of a goroutine: from the call that cr_go's macro makes to the first run.
//
//     a new goroutine's stack      sp -> | cr_go_entry | registers | fn | stack arguments | struct g
#include "go.h"

#include <errno.h>
#include <string.h>

#include "base/os.h"
#include "crun/go.h"
#include "diag/dump.h"
#include "sched.h"
#include "stack.h"
#include "switch.h"
#include "wake.h"

// What cr_go_stub saved of the caller's registers.
struct go_regs {
  uint64_t gpr[6];   // rdi rsi rdx rcx r8 r9
  uint32_t al;       // how many vector registers a variadic call uses
  uint16_t x87;      // the creator's floating-point environment, as pthread_create gives it
  uint16_t pad;
  uint32_t flags;    // of the descriptor
  uint32_t mxcsr;
  uint8_t vec[8][64];
};
_Static_assert(sizeof(struct go_regs) == REGS_BYTES && offsetof(struct go_regs, flags) == REGS_FLAGS,
               "switch.S knows the layout");

int cr_vector_level;  // read by switch.S: 0 SSE, 1 AVX, 2 AVX-512

void go_init(void) {
  __builtin_cpu_init();
  cr_vector_level = __builtin_cpu_supports("avx512f") ? 2 : __builtin_cpu_supports("avx") ? 1 : 0;
}

static struct lock gfree_lock;   // a leaf
static struct g *gfree;          // under gfree_lock: stacks that some P had too many of
static _Atomic uint32_t ngfree;  // written under gfree_lock

enum { GFREE_LOCAL = 64, STACK_MIN_FREE = 16384 };

void go_locks(void) {
  lock(&gfree_lock);
  stack_locks();
}

void go_unlocks(void) {
  stack_unlocks();
  unlock(&gfree_lock);
}

void g_free(struct p *pp, struct g *gp) {
  gp->schedlink = pp->gfree;
  pp->gfree = gp;
  if (++pp->ngfree < GFREE_LOCAL) return;
  struct g *head = pp->gfree, *tail = head;
  uint32_t n = GFREE_LOCAL / 2;
  for (uint32_t i = 1; i < n; i++) tail = tail->schedlink;
  pp->gfree = tail->schedlink;
  pp->ngfree -= n;
  tail->schedlink = NULL;
  for (struct g *x = head; x; x = x->schedlink) stack_trim(x);
  lock(&gfree_lock);
  tail->schedlink = gfree;
  gfree = head;
  store_rlx(&ngfree, load_rlx(&ngfree) + n);
  unlock(&gfree_lock);
}

static struct g *g_reuse(struct p *pp) {
  if (!pp->gfree) {
    if (load_rlx(&ngfree) == 0) return NULL;
    lock(&gfree_lock);
    while (gfree && pp->ngfree < GFREE_LOCAL / 2) {
      struct g *x = gfree;
      gfree = x->schedlink;
      store_rlx(&ngfree, load_rlx(&ngfree) - 1);
      x->schedlink = pp->gfree;
      pp->gfree = x;
      pp->ngfree++;
    }
    unlock(&gfree_lock);
  }
  struct g *gp = pp->gfree;
  if (!gp) return NULL;
  pp->gfree = gp->schedlink;
  pp->ngfree--;
  return gp;
}

// readable_args bounds arg_bytes, which is an upper bound itself, by the end of the creator's stack:
// above it may lie a guard.
static size_t readable_args(const struct cr_go_desc *d, const void *args) {
  struct g *creator = getg();
  if (creator->is_main || creator->is_thread) return d->arg_bytes;  // much lies above a thread's frames
  size_t n = (size_t)(creator->stack_end - (const char *)args);
  return n < d->arg_bytes ? n : d->arg_bytes;
}

// copy_args copies words that belong to other frames too, so no sanitizer may look at it.
__attribute__((no_sanitize("address", "thread"))) static void copy_args(void *to, const void *from, size_t bytes) {
  uint64_t *t = to;
  const uint64_t *f = from;
  for (size_t i = 0; i < bytes / sizeof *t; i++) {
    t[i] = f[i];
    __asm__("" ::: "memory");  // or it becomes a call of memcpy, which is checked
  }
}

// lay builds the stack of gp as in the picture.
static void lay(struct g *gp, const struct cr_go_desc *d, const struct go_regs *regs, const void *args) {
  size_t n = readable_args(d, args);
  char *top = (char *)stack_top(gp) - (d->arg_bytes + 63) / 64 * 64;
  if (top < gp->stack_lo + STACK_MIN_FREE)
    fatal("%u bytes of arguments are too many for a stack of %zu bytes", d->arg_bytes, stack_bytes);
  copy_args(top, args, n);
  char *fn = top - FN_BYTES;
  *(void (**)(void))fn = d->fn;
  struct go_regs *r = (struct go_regs *)(fn - sizeof *r);
  memcpy(r, regs, d->flags & 1 ? sizeof *r : offsetof(struct go_regs, vec));
  r->flags = d->flags;
  void **sp = (void **)r;
  *--sp = (void *)cr_go_entry;
  gp->sp = sp;
}

// g_new makes a goroutine without a function.
static struct g *g_new(uint64_t parent_goid, uintptr_t pc) {
  struct m *mp = getm();
  struct g *gp = mp && mp->p ? g_reuse(mp->p) : NULL;
  if (!gp) gp = stack_new();
  if (!gp)
    fatal("cannot make a stack for another goroutine: %s (%llu live; see vm.max_map_count and ulimit -v)",
          strerror(errno), (unsigned long long)sched_goroutines());
  gp->goid = add_rlx(&sched.goid, 1) + 1;
  gp->go_pc = pc;
  gp->parent_goid = parent_goid;
  gp->errno_saved = 0;
  gp->name[0] = 0;
  gp->waiting = NULL;
  gp->param = NULL;
  gp->defers = NULL;
  gp->panics = NULL;
  store_rlx(&gp->select_done, 0);
  atomic_fetch_add_explicit(&sched.ngoroutines, 1, memory_order_relaxed);
  fiber_new(&gp->fiber, gp->stack_lo, gp->stack_hi - gp->stack_lo);
  race_fresh(gp->stack_lo, gp->stack_hi - gp->stack_lo);
  return gp;
}

// make_known tells the detector of gp, whose stack is laid.
static void make_known(struct g *gp, uintptr_t pc) {
  gp->race = race_g_create(gp->goid, pc);
  race_stack(gp->race, gp->stack_lo, gp->stack_hi);
}

__attribute__((used, visibility("hidden"))) void cr_go_start(const struct cr_go_desc *d,
                                                            const struct go_regs *regs, const void *args,
                                                            uintptr_t pc) {
  struct g *creator = getg();
  rt_enter();
  struct g *gp = g_new(creator->goid, pc);
  lay(gp, d, regs, args);
  make_known(gp, pc);
  sysmon_start();
  ready_new(gp);
  rt_exit();
}

void go_func(void (*fn)(void *arg), void *arg, const void *sync, uint64_t parent_goid, uintptr_t pc) {
  struct g *gp = g_new(parent_goid, pc);
  struct go_regs *r = (struct go_regs *)((char *)stack_top(gp) - FN_BYTES - sizeof *r);
  *r = (struct go_regs){.gpr = {(uintptr_t)arg}, .x87 = 0x37f, .mxcsr = 0x1f80};
  *(void (**)(void *))(r + 1) = fn;
  void **sp = (void **)r;
  *--sp = (void *)cr_go_entry;
  gp->sp = sp;
  make_known(gp, pc);
  race_acquire_g(gp->race, sync);
  sysmon_start();
  ready_new(gp);
}

// cr_go_begin is the new goroutine's first step; cr_go_return its last.
__attribute__((used, visibility("hidden"))) void cr_go_begin(void) {
  fiber_arrive(&getm()->curg->fiber, &getm()->fiber);
  rt_exit();
}

__attribute__((used, visibility("hidden"), noreturn)) void cr_go_return(void) {
  rt_enter();
  goexit();
}
