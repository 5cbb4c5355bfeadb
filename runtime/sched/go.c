// SPDX-License-Identifier: Apache-2.0
// go.c: the birth of a goroutine: from the call that cr_go's macro makes to the first run.
//
//     a new goroutine's stack      sp -> | cr_go_entry | fn | registers | stack arguments | struct g
#include "sched/go.h"

#include <errno.h>
#include <string.h>

#include "base/limit.h"
#include "base/os.h"
#include "crun/go.h"
#include "diag/dump/dump.h"
#include "diag/order/lockorder.h"
#include "sched/labels.h"
#include "sched/sched.h"
#include "sched/switch.h"
#include "sched/wake.h"
#include "stack/gfree.h"
#include "stack/stack.h"

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

enum { STACK_MIN_FREE = 16384, GOIDS = 16, FEW_GOIDS = 1000 };

void go_locks(void) {
  labels_lock();
  gfree_lock_all();
  stack_locks();
}

void go_unlocks(void) {
  stack_unlocks();
  gfree_unlock_all();
  labels_unlock();
}

void g_free(struct p *pp, struct g *gp) {
  if (load_rlx(&gp->labels)) labels_drop(gp);
  gfree_put(pp, gp);
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

// begin_at makes gp begin with fn and the registers that the caller puts where the result says, below top.
static inline struct go_regs *begin_at(struct g *gp, char *top, size_t regs_bytes, void (*fn)(void)) {
  char *regs = top - regs_bytes;
  void **sp = (void **)regs - 3;  // one is for the alignment
  sp[0] = (void *)cr_go_entry;
  sp[1] = (void *)fn;
  gp->sp = sp;
  return (struct go_regs *)regs;
}

// lay builds the stack of gp as in the picture.
static void lay(struct g *gp, const struct cr_go_desc *d, const struct go_regs *regs, const void *args) {
  size_t n = readable_args(d, args);
  char *top = (char *)stack_top(gp) - (d->arg_bytes + 63) / 64 * 64;
  if (top < gp->stack_lo + STACK_MIN_FREE)
    fatal("%u bytes of arguments are too many for a stack of %zu bytes", d->arg_bytes, stack_bytes(gp->stack_class));
  copy_args(top, args, n);
  struct go_regs *r = begin_at(gp, top, d->flags & 1 ? sizeof *r : offsetof(struct go_regs, vec), d->fn);
  memcpy(r, regs, offsetof(struct go_regs, vec));
  if (d->flags & 1) memcpy(r->vec, regs->vec, sizeof r->vec);
  r->flags = d->flags;
}

// Options may be nil: that is the fast path.
static inline uint32_t wanted_class(const cr_go_opts *o) {
  if (!o || !o->stack) return stack_default;
  uint32_t class = stack_class(o->stack);
  if (class == STACK_CLASSES)
    fatal("cr_go_opts.stack of goroutine \"%s\" is %zu bytes: a stack has at most 1 GiB", o->name ? o->name : "", o->stack);
  return class;
}

static inline void set_name(struct g *gp, const cr_go_opts *o) {
  gp->name[0] = 0;
  if (o && o->name) strncpy(gp->name, o->name, sizeof gp->name - 1);
}

static inline void set_labels(struct g *gp, const cr_go_opts *o) {
  const struct g *creator = getg_or_nil();
  if (!o && !(creator && load_rlx(&creator->labels))) return;
  size_t n = 0;
  while (o && n < CR_GO_LABELS && o->labels[n].key) n++;
  labels_inherit(gp, creator, o ? o->labels : NULL, n);
}

static _Noreturn void no_stack(uint32_t class, int err) {
  char why[LIMIT_TEXT];
  limit_of_memory(stack_bytes(class), err, why);
  fatal("cannot make a stack of %zuK for another goroutine: %s; %llu live", stack_bytes(class) >> 10, why,
        (unsigned long long)sched_goroutines());
}

// new_goid counts the goroutines. Where there is one P, and there were so many that nobody looks at their order, some ids
// are set aside for it at a time.
static uint64_t new_goid(struct p *pp) {
  if (!pp || !load_rlx(&sched.alone) || load_rlx(&sched.goid) < FEW_GOIDS) return add_rlx(&sched.goid, 1) + 1;
  uint64_t id = load_rlx(&pp->goid);
  if (id == load_rlx(&pp->goid_end)) {
    id = add_rlx(&sched.goid, GOIDS);
    store_rlx(&pp->goid_end, id + GOIDS);
  }
  store_rlx(&pp->goid, id + 1);
  return id + 1;
}

// g_new makes a goroutine without a function.
static struct g *g_new(uint64_t parent_goid, uintptr_t pc, const cr_go_opts *o) {
  struct m *mp = getm();
  struct p *pp = mp ? mp->p : NULL;
  struct g *gp = gfree_get(pp, wanted_class(o));
  if (!gp) no_stack(wanted_class(o), errno);
  gp->goid = new_goid(pp);
  gp->go_pc = pc;
  gp->fresh = true;
  store_rlx(&gp->had_slice, false);
  gp->parent_goid = parent_goid;
  store_rlx(&gp->leak_tag, 0);
  gp->errno_saved = 0;
  gp->waiting = NULL;
  gp->param = NULL;
  gp->defers = NULL;
  gp->panics = NULL;
  set_name(gp, o);
  set_labels(gp, o);
  store_rlx(&gp->select_done, 0);
  count_g(mp, 1);
  fiber_new(&gp->fiber, gp->stack_lo, gp->stack_hi - gp->stack_lo);
  race_fresh(gp->stack_lo, gp->stack_hi - gp->stack_lo);
  return gp;
}

// make_known tells the detector of gp, whose stack is laid.
static void make_known(struct g *gp, uintptr_t pc) {
  gp->race = race_g_create(gp->goid, pc);
  race_stack(gp->race, gp->stack_lo, gp->stack_hi);
  if (gp->name[0]) race_g_set_name(gp->race, gp->name);
  if (load_rlx(&gp->labels)) labels_tell(gp);
  lockorder_started(gp, getg_or_nil());
}

__attribute__((used, visibility("hidden"))) void cr_go_start(const struct cr_go_desc *d,
                                                            const struct go_regs *regs, const void *args,
                                                            uintptr_t pc) {
  struct g *creator = getg();
  rt_enter();
  struct g *gp = g_new(creator->goid, pc, d->opts);
  store_rlx(&gp->leak_tag, load_rlx(&creator->leak_tag));
  lay(gp, d, regs, args);
  make_known(gp, pc);
  sysmon_start();
  ready_new(gp);
  rt_exit();
}

void go_func(void (*fn)(void *arg), void *arg, const void *sync, uint64_t parent_goid, uintptr_t pc) {
  struct g *gp = g_new(parent_goid, pc, NULL), *now = getg_or_nil();
  if (now && now->goid == parent_goid) store_rlx(&gp->leak_tag, load_rlx(&now->leak_tag));
  struct go_regs regs = {.gpr = {(uintptr_t)arg}, .x87 = 0x37f, .mxcsr = 0x1f80};
  size_t n = offsetof(struct go_regs, vec);
  memcpy(begin_at(gp, stack_top(gp), n, (void (*)(void))fn), &regs, n);
  make_known(gp, pc);
  race_acquire_g(gp->race, sync);
  lockorder_learn_g(gp, sync);
  sysmon_start();
  ready_new(gp);
}

// cr_go_begin is the new goroutine's first step, of which prev was left for it, or nil. cr_go_return (sched.c) is its last.
__attribute__((used, visibility("hidden"))) void cr_go_begin(struct g *prev) {
  struct g *gp = getm()->curg;
  arrive(gp, prev);
  gp->fresh = false;
  rt_exit();
}
