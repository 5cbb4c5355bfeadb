// SPDX-License-Identifier: Apache-2.0
// seam.c: the functions of race.h on LLVM's ThreadSanitizer: goroutines are its fibers.
//
// A switch makes no edge (FIBER_NO_SYNC). What a goroutine is created by happens before it, because the fiber is made
// in the creator's state; one that nobody created (a timer's) is made in `root`, which knows of nothing.
//
// Lock: root_lock, a leaf of ours; LLVM's runtime takes its own below it.
#include <link.h>
#include <pthread.h>

#include "alloc.h"
#include "race.h"
#include "roster.h"
#include "self.h"
#include "spin.h"

enum { TLS_MOST = 1 << 20, OUTER_FRAMES = 16 << 10, PAGE = 4096 };

_Thread_local struct self self;
struct tsan_g main_self;

static struct tsan_g *ours(race_g *g) { return (struct tsan_g *)g; }
static race_g *seams(struct tsan_g *g) { return (race_g *)g; }

static tsan_state *root;  // under root_lock
static struct spin root_lock;
static pthread_key_t end_key;

// ---- this thread -----------------------------------------------------------------------------------

static void ignore(tsan_state *s) {
  tsan_ignore_begin(s, 0);
  tsan_ignore_sync_begin(s, 0);
}

static void unignore(tsan_state *s) {
  tsan_ignore_sync_end(s);
  tsan_ignore_end(s);
}

// self_ends is called in the first round of key destructors: a state that ignores must not be when its thread ends.
static void self_ends(void *arg) {
  struct self *me = arg;
  tsan_state *own = __tsan_get_current_fiber();
  if (me->none == own) unignore(own);
  if (me->hidden && me->hid == own) unignore(own);
  me->hidden = 0;
  if (!me->cur || me->cur == &main_self) return;
  atomic_store_explicit(&me->cur->info->ended, true, memory_order_relaxed);
  ginfo_unref(me->cur->info);
  race_free(me->cur, sizeof *me->cur);
  me->cur = NULL;
}

static void expect_end(struct self *me) {
  if (me->ends_known) return;
  me->ends_known = true;
  pthread_setspecific(end_key, me);
}

// none_of returns the state in which this thread counts for nobody.
static tsan_state *none_of(struct self *me) {
  if (me->none) return me->none;
  me->none = me->taken ? __tsan_create_fiber(0) : __tsan_get_current_fiber();
  ignore(me->none);
  expect_end(me);
  return me->none;
}

static void to(tsan_state *s) {
  if (s != __tsan_get_current_fiber()) __tsan_switch_to_fiber(s, FIBER_NO_SYNC);
}

// own_tls: goroutines use the thread-locals of a thread in turn, which orders them no more than a stack that is used
// again: what others did to them is forgotten. [tls_lo, thread pointer) are those of the modules loaded at the start.
static size_t tls_size;  // read-only after init

static int lowest_tls(struct dl_phdr_info *info, size_t size, void *arg) {
  size_t *most = arg, below = (uintptr_t)__builtin_thread_pointer() - (uintptr_t)info->dlpi_tls_data;
  (void)size;
  if (info->dlpi_tls_data && below > *most && below < TLS_MOST) *most = below;
  return 0;
}

static void own_tls(struct self *me, struct tsan_g *g) {
  if (g->info->goid == me->last) return;
  me->last = g->info->goid;
  uintptr_t end = (uintptr_t)__builtin_thread_pointer();
  if (tls_size) tsan_reset_range(g->state, 0, end - tls_size, tls_size);
}

void self_init(void) {
  pthread_key_create(&end_key, self_ends);
  main_self = (struct tsan_g){.state = __tsan_get_current_fiber(), .info = ginfo_new(NULL, 1, 0, true)};
  self.cur = &main_self;
  self.taken = true;
  self.last = main_self.info->goid;
  root = __tsan_create_fiber(0);
  dl_iterate_phdr(lowest_tls, &tls_size);
}

void symbolizer_enter(void) {
  if (self.symbolizing++ == 0) tsan_symbolizer_enter();
}

void symbolizer_leave(void) {
  if (--self.symbolizing == 0) tsan_symbolizer_leave();
}

// ---- goroutines ------------------------------------------------------------------------------------

race_g *race_main_g(void) {
  main_self.info->is_thread = false;  // the runtime makes a goroutine of it
  return seams(&main_self);
}

static tsan_state *fiber_of_nobody(void) {
  spin_lock(&root_lock);
  tsan_state *here = __tsan_get_current_fiber();
  to(root);
  tsan_state *s = __tsan_create_fiber(0);
  to(here);
  spin_unlock(&root_lock);
  return s;
}

race_g *race_g_create(uint64_t goid, uintptr_t pc) {
  struct tsan_g *g = race_alloc(sizeof *g), *creator = self.cur;
  uint32_t at = creator && pc ? tsan_stack_here(creator->state, pc) : 0;
  g->info = ginfo_new(creator ? creator->info : NULL, goid, at, false);
  g->state = creator ? __tsan_create_fiber(0) : fiber_of_nobody();
  g->is_fiber = true;
  roster_add(g->state, g->info);
  return seams(g);
}

void race_g_set_name(race_g *g, const char *name) { ginfo_set_name(ours(g)->info, name); }
void race_g_set_labels(race_g *g, const char *labels) { ginfo_set_labels(ours(g)->info, labels); }

void race_g_end(race_g *seam_g) {
  struct tsan_g *g = ours(seam_g);
  if (self.cur == g) race_switch(NULL);
  if (!g->is_fiber) return;
  __tsan_destroy_fiber(g->state);
  roster_ended(g->info);
  race_free(g, sizeof *g);
}

void race_switch(race_g *g) {
  struct self *me = &self;
  tsan_state *s = g ? ours(g)->state : none_of(me);
  me->cur = ours(g);
  to(s);
  if (g) own_tls(me, me->cur);
}

void race_armed(void) {}

// race_self: a thread of the program's is somebody when it is asked for.
race_g *race_self(void) {
  struct self *me = &self;
  if (me->cur || me->none) return seams(me->cur);
  struct tsan_g *g = race_alloc(sizeof *g);
  g->state = __tsan_get_current_fiber();
  g->info = ginfo_new(NULL, 0, 0, true);
  me->cur = g;
  me->taken = true;
  expect_end(me);
  return seams(g);
}

// ---- edges -----------------------------------------------------------------------------------------
//
// A state that ignores makes none: so none and hidden ones do not.

typedef void edge(tsan_state *s, uintptr_t pc, uintptr_t sync);

static void act(edge *what, const void *sync) { what(__tsan_get_current_fiber(), 0, (uintptr_t)sync); }

// act_for acts for a parked goroutine. A state acts only where it runs.
static void act_for(race_g *g, edge *what, const void *sync) {
  if (!g || self.hidden) return;
  tsan_state *here = __tsan_get_current_fiber();
  to(ours(g)->state);
  what(ours(g)->state, 0, (uintptr_t)sync);
  to(here);
}

void race_acquire(const void *sync) { act(tsan_acquire, sync); }
void race_release(const void *sync) { act(tsan_release_store, sync); }
void race_release_merge(const void *sync) { act(tsan_release, sync); }
void race_release_acquire(const void *sync) { act(tsan_release_store_acquire, sync); }

void race_acquire_g(race_g *g, const void *sync) { act_for(g, tsan_acquire, sync); }
void race_release_g(race_g *g, const void *sync) { act_for(g, tsan_release_store, sync); }
void race_release_merge_g(race_g *g, const void *sync) { act_for(g, tsan_release, sync); }
void race_release_acquire_g(race_g *g, const void *sync) { act_for(g, tsan_release_store_acquire, sync); }

// The runtime's locks: the edges alone. Reports do not say which were held.
void race_mutex_locked(const void *m, uintptr_t pc, uint32_t context) {
  (void)pc, (void)context;
  race_acquire(m);
}

void race_mutex_unlocks(const void *m) { race_release(m); }

void race_rwmutex_locked(const void *rw, const void *writers, const void *readers, bool writes, uintptr_t pc) {
  (void)rw, (void)pc;
  race_acquire(writers);
  if (writes) race_acquire(readers);
}

void race_rwmutex_unlocks(const void *rw, const void *writers, const void *readers, bool writes) {
  (void)rw;
  if (writes) race_release(writers);
  else race_release_merge(readers);
}

void race_sync_forget(const void *p, size_t n) { tsan_unmap_shadow(__tsan_get_current_fiber(), (uintptr_t)p, n); }

// What the runtime reads and writes itself are sockets: one object for all, as in libc_file.c.
static const char sockets;

void race_fd_release(int fd) {
  (void)fd;
  race_release_merge(&sockets);
}

void race_fd_acquire(int fd) {
  (void)fd;
  race_acquire(&sockets);
}

// ---- memory ----------------------------------------------------------------------------------------

static void check(const void *p, size_t n, bool writes, uintptr_t pc) {
  if (n == 0) return;
  if (writes) __tsan_write_range_pc((void *)p, n, (void *)pc);
  else __tsan_read_range_pc((void *)p, n, (void *)pc);
}

static void check_for(race_g *g, const void *p, size_t n, bool writes, uintptr_t pc) {
  if (!g || self.hidden) return;
  tsan_state *here = __tsan_get_current_fiber();
  to(ours(g)->state);
  check(p, n, writes, pc);
  to(here);
}

void race_read(const void *p, size_t n, uintptr_t pc) { check(p, n, false, pc); }
void race_write(const void *p, size_t n, uintptr_t pc) { check(p, n, true, pc); }
void race_read_g(race_g *g, const void *p, size_t n, uintptr_t pc) { check_for(g, p, n, false, pc); }
void race_write_g(race_g *g, const void *p, size_t n, uintptr_t pc) { check_for(g, p, n, true, pc); }

void forget(const void *p, size_t n) {
  tsan_state *s = __tsan_get_current_fiber();
  tsan_reset_range(s, 0, (uintptr_t)p, n);
  tsan_unmap_shadow(s, (uintptr_t)p, n);
}

// A stack for another goroutine: whole pages of its shadow are given back in one call, which costs little where there
// was none; its end is within a page. The sync objects of its outer frames are forgotten; to look for deeper ones
// takes 100 times as long, and what they order is at most too much.
void race_fresh(const void *p, size_t n) {
  if (n <= OUTER_FRAMES) {
    forget(p, n);
    return;
  }
  tsan_drop_shadow((uintptr_t)p, n);
  tsan_reset_range(__tsan_get_current_fiber(), 0, (uintptr_t)p + n - PAGE, PAGE);
  tsan_unmap_shadow(__tsan_get_current_fiber(), (uintptr_t)p + n - OUTER_FRAMES, OUTER_FRAMES);
}

void race_stack(race_g *g, const void *lo, const void *hi) {
  atomic_store_explicit(&ours(g)->info->stack_lo, (uintptr_t)lo, memory_order_relaxed);
  atomic_store_explicit(&ours(g)->info->stack_hi, (uintptr_t)hi, memory_order_relaxed);
}

// ---- frames ----------------------------------------------------------------------------------------

void race_enter(uintptr_t pc) { __tsan_func_entry((void *)pc); }
void race_leave(void) { __tsan_func_exit(); }

uint32_t race_context(uintptr_t pc) {
  struct self *me = &self;
  if (!me->cur || me->hidden) return 0;
  return tsan_stack_here(me->cur->state, pc);
}

size_t race_context_stack(uint32_t context, uintptr_t *pcs, size_t max) {
  return ctx_stack(context, 0, pcs, max, NULL);
}

// ---- the runtime's own threads -------------------------------------------------------------------------

void race_hide_begin(void) {
  struct self *me = &self;
  if (me->hidden++ > 0) return;
  expect_end(me);
  me->hid = __tsan_get_current_fiber();
  ignore(me->hid);
}

void race_hide_end(void) {
  struct self *me = &self;
  if (--me->hidden == 0) unignore(me->hid);
}
