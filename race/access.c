// SPDX-License-Identifier: Apache-2.0
// access.c: the out-of-line path of a check of at most 64 bytes, and what it finds.
//
// Invariants: 1. a cell with epoch E is made only by the race_g whose epoch E is, under the page's
//   lock; others may drop bytes of it. So what a lock-free hit sees was checked in full, and by me.
//   2. between a hit's cell and the hit there was no release of mine: whoever is not ordered with
//   this access is not ordered with that one, and was compared with it or will be.
//   3. epoch_open comes before the lock (it may scan); race_inside covers all from there to unlock.
#include "access.h"

#include <stdatomic.h>
#include <time.h>

#include "alloc.h"
#include "batch.h"
#include "defer.h"
#include "inside.h"
#include "kernel.h"
#include "self.h"
#include "single.h"
#include "slot.h"
#include "tls.h"
#include "touch.h"
#include "update.h"

// ---- findings ----------------------------------------------------------------------------------

// telling counts the checks that found a race and have not told it yet: a process that exits waits
// for them, or a race found at the last moment would be lost.
static _Atomic unsigned telling;
static _Thread_local unsigned my_telling __attribute__((tls_model("local-exec")));

enum { TELL_PATIENCE_MS = 5000 };

void access_all_told(void) {
  batch_all_checked();
  for (int ms = 0; ms < TELL_PATIENCE_MS; ms++) {
    if (atomic_load_explicit(&telling, memory_order_acquire) <= my_telling) return;
    kernel_sleep(&(struct timespec){.tv_nsec = 1000000});
  }
}

// access_tells_each_byte: a race of a pair of code places is told for each byte that has it. For tests.
bool access_tells_each_byte;

// found_before tells whether this pair of code places was found already since the last find_tell.
static bool found_before(const struct update *u, uint64_t what) {
  if (access_tells_each_byte) return false;
  for (unsigned i = 0; i < u->nfound; i++)
    if (u->found[i].what == what) return true;
  return false;
}

// bytes_of returns the bytes around byte that cell x has with context ctx: others of a composite were
// accessed elsewhere.
static unsigned bytes_of(uint64_t x, ctx_id ctx, unsigned byte) {
  unsigned from = byte, to = byte + 1;
  while (from > 0 && x >> (from - 1) & 1 && ctx_of_byte(cell_ctx(x), from - 1) == ctx) from--;
  while (to < 8 && x >> to & 1 && ctx_of_byte(cell_ctx(x), to) == ctx) to++;
  return (CELL_BYTES >> (8 - (to - from))) << from;
}

// my_access is where my access to byte began, and its size.
static struct race_access my_access(const struct update *u, unsigned byte) {
  uintptr_t at = u->word_addr + byte, skipped = u->each ? (at - u->addr) / u->each * u->each : 0;
  return (struct race_access){.addr = u->addr + skipped, .size = u->each ? u->each : u->size, .flags = u->flags,
                              .who = u->g->info, .ctx = cell_ctx(u->cell), .byte = byte,
                              .locks = lockset_of(cell_epoch(u->cell))};
}

static void note_byte(struct update *u, uint64_t x, unsigned byte) {
  ctx_id ctx = ctx_of_byte(cell_ctx(x), byte);
  uint64_t what = (uint64_t)ctx << CELL_CTX_SHIFT | (x & CELL_KIND);
  bool told = u->told >> byte & 1;
  u->told |= 1u << byte;
  if (found_before(u, what) || (told && (access_tells_each_byte || u->nfound >= FOUND_ENOUGH))) return;
  struct epoch e = epoch_get(cell_epoch(x));
  if (u->nfound == 0) {
    atomic_fetch_add_explicit(&telling, 1, memory_order_relaxed);
    my_telling++;
  }
  unsigned bytes = bytes_of(x, ctx, byte);
  uint32_t began;
  struct ginfo *who = slot_owner_since(e.slot, e.clk, &began);
  struct found *f = &u->found[u->nfound++];
  f->what = what;
  f->report = race_alloc(sizeof *f->report);
  *f->report = (struct race_report){
      .current = my_access(u, byte),
      .previous = {.addr = u->word_addr + __builtin_ctz(bytes), .size = __builtin_popcount(bytes),
                   .flags = (x & CELL_READ ? ACCESS_READ : ACCESS_WRITE) | (x & CELL_ATOMIC ? ACCESS_ATOMIC : 0),
                   .who = who, .ctx = ctx, .byte = byte, .locks = lockset_of(cell_epoch(x))},
      .meeting = meeting_find(u->g, e.slot, began),
  };
}

__attribute__((noinline)) void find_note(struct update *u, uint64_t x, uint8_t bytes) {
  for (unsigned m = bytes; m; m &= m - 1) note_byte(u, x, __builtin_ctz(m));
}

__attribute__((noinline)) void find_tell(struct update *u) {
  for (unsigned i = 0; i < u->nfound; i++) {
    struct race_report *r = u->found[i].report;
    race_found(r);
    ginfo_unref(r->previous.who);
    lockset_unpin(r->previous.locks);
    lockset_unpin(r->current.locks);
    race_free(r, sizeof *r);
  }
  u->nfound = 0;
  my_telling--;
  atomic_fetch_sub_explicit(&telling, 1, memory_order_release);
}

// ---- the rule ------------------------------------------------------------------------------------

// thread_orders: elsewhere than on this thread the order is gone, so that stays_read cannot rely on it.
static bool thread_orders(uintptr_t addr, uint64_t x) {
  if (!tls_orders(cell_epoch(x))) return false;
  page_unfavoured(page_stripe_of(addr));
  return true;
}

uint64_t settle_overlap(struct update *u, uint64_t x, bool lazy) {
  uint64_t both = x & u->need;
  bool covers = kind_covers(u->cell, x);
  if (cell_same_epoch(x, u->cell)) {
    if (kind_covers(x, u->cell)) {
      u->need &= ~both;
      u->mine = x;
      return x;
    }
    return covers ? x & ~both : x;
  }
  bool conflicts = kind_conflicts(u->cell, x);
  if (!conflicts && !covers) return x;
  bool ordered = lazy && !conflicts ? epoch_slot(cell_epoch(x)) == u->g->slot : access_is_ordered(u->g, cell_epoch(x));
  if (conflicts && !ordered && tls_is_own(u->word_addr)) ordered = thread_orders(u->word_addr, x);
  if (conflicts && !ordered) {
    find_note(u, x, (uint8_t)both);
    return x & ~both;
  }
  return ordered && covers ? x & ~both : x;
}

// ---- joining -------------------------------------------------------------------------------------

// joins: what this thread joined last. Contexts never change their meaning, so nothing goes stale.
enum { JOINS = 128 };

static _Thread_local struct {
  uint64_t a, b;  // context and bytes of the two cells
  ctx_id ctx;
} joins[JOINS] __attribute__((tls_model("local-exec")));

__attribute__((noinline)) uint64_t cell_join_slow(uint64_t x, uint64_t new) {
  uint64_t a = x & (CELL_CTX | CELL_BYTES), b = new & (CELL_CTX | CELL_BYTES);
  uint64_t rest = (x | new) & ~CELL_CTX;
  unsigned i = ((a ^ b * 5) * 0x9e3779b97f4a7c15ull) >> 57;
  if (joins[i].a == a && joins[i].b == b) return rest | (uint64_t)joins[i].ctx << CELL_CTX_SHIFT;
  bool ok;
  ctx_id ctx = ctx_composite(cell_ctx(x), x & CELL_BYTES, cell_ctx(new), new & CELL_BYTES, &ok);
  if (!ok) return 0;
  joins[i].a = a, joins[i].b = b, joins[i].ctx = ctx;
  return rest | (uint64_t)ctx << CELL_CTX_SHIFT;
}

// enter puts c among cell[0..*n), joined with one of its epoch and kind if that can be; there is room
// for one more. It returns the entry it became.
static uint64_t enter(uint64_t *cell, size_t *n, uint64_t c) {
  for (size_t i = 0; i < *n; i++) {
    uint64_t joined = cell_join(cell[i], c);
    if (joined) return cell[i] = joined;
  }
  return cell[(*n)++] = c;
}

// ---- words with a node ---------------------------------------------------------------------------

// rebuild settles every entry of w, drops all that the access covers, and stores the rest anew.
static void rebuild(struct update *u, struct word *w) {
  struct bag b;
  bag_init(&b);
  bag_take(&b, w);
  size_t kept = 0;
  for (size_t i = 0; i < b.n; i++) {
    uint64_t x = settle(u, b.cells[i], false);
    if (x & CELL_BYTES) b.cells[kept++] = x;
  }
  b.n = kept;
  word_store(w, &b, u->need ? enter(b.cells, &b.n, u->cell | u->need) : u->mine);
  bag_free(&b);
}

static size_t list_settle(struct update *u, struct node *n, bool lazy) {
  size_t kept = 0;
  for (uint32_t i = 0; i < n->used; i++) {
    uint64_t x = settle(u, n->cell[i], lazy);
    if (x & CELL_BYTES) n->cell[kept++] = x;
  }
  return n->used = kept;
}

// list_store makes a list of two or fewer entries cells again.
static void list_store(struct word *w, struct node *n, uint64_t first) {
  word_set(w, 0, first);
  if (n->used > 2) return;
  word_set(w, 1, n->used < 2 ? 0 : n->cell[n->cell[0] == first]);
  node_free(n);
}

// list_update handles a list in place, and lets it grow. False: it is to become a table.
static bool list_update(struct update *u, struct word *w, struct node *n) {
  size_t kept = list_settle(u, n, true);
  if (kept == n->room) kept = list_settle(u, n, false);
  if (kept == n->room && u->need) {
    if (n->room == NODE_LIST) return false;
    n = list_grow(w, n);
  }
  uint64_t first = u->need ? enter(n->cell, &kept, u->cell | u->need) : u->mine;
  n->used = kept;
  list_store(w, n, first);
  return true;
}

static void writes_settle(struct update *u, struct node *n) {
  uint32_t kept = 0;
  uint64_t *cell = node_writes(n);
  for (uint32_t i = 0; i < n->writes; i++) {
    uint64_t x = settle(u, cell[i], true);
    if (x & CELL_BYTES) cell[kept++] = x;
  }
  for (uint32_t i = kept; i < n->writes; i++) cell[i] = 0;
  n->writes = kept;
}

// conflicting_kinds: kinds among the hashed entries that conflict with an access of this kind.
static uint32_t conflicting_kinds(uint64_t kind) {
  uint32_t read = 1u << (CELL_READ >> 8), atomic_write = 1u << (CELL_ATOMIC >> 8);
  return kind == CELL_READ ? atomic_write : kind == CELL_ATOMIC ? read : 0;
}

// table_enter looks for u's own entries from slot i on, joins the new cell to one or adds it.
static uint64_t table_enter(struct node *n, uint64_t new) {
  uint64_t *cell = node_slots(n);
  uint32_t i = node_slot(n, cell_epoch(new));
  for (; cell[i]; i = (i + 1) % node_cap(n)) {
    uint64_t joined = cell[i] & CELL_BYTES ? cell_join(cell[i], new) : 0;
    if (joined) return cell[i] = joined;
  }
  n->used++;
  n->kinds |= 1u << ((new & CELL_KIND) >> 8);
  return cell[i] = new;
}

// table_update handles a table in place: the plain writes, then the access's own entries, or all if
// some of them can conflict. False: rebuild.
static bool table_update(struct update *u, struct word *w, struct node *n) {
  uint64_t kind = u->cell & CELL_KIND;
  if (!kind || n->used >= node_cap(n) / 8 * 7) return false;
  uint64_t *cell = node_slots(n);
  writes_settle(u, n);
  if (n->kinds & conflicting_kinds(kind)) {
    for (uint32_t i = 0; i < node_cap(n); i++)
      if (cell[i]) cell[i] = settle(u, cell[i], false);
  } else {
    for (uint32_t i = node_slot(n, cell_epoch(u->cell)); cell[i]; i = (i + 1) % node_cap(n))
      if (cell_same_epoch(cell[i], u->cell)) cell[i] = settle(u, cell[i], true);
  }
  word_set(w, 0, u->need ? table_enter(n, u->cell | u->need) : u->mine);
  return true;
}

// set_own settles the entries of u's own epoch in set n; false: one would have to change.
static bool set_own(struct update *u, const struct node *n) {
  const struct roster *r = set_roster(n);
  uint32_t epoch = cell_epoch(u->cell);
  unsigned at = roster_first(r, epoch);
  for (int i; u->need && (i = roster_next(r, epoch, &at)) != ROSTER_NONE;)
    if (set_has(n, i) && settle(u, r->cell[i], true) != r->cell[i]) return false;
  return true;
}

// set_join adds u's entry to one that n has of the same epoch, if it can be; else alone.
static bool set_join(const struct update *u, struct word *w, struct node *n, uint64_t *first) {
  const struct roster *r = set_roster(n);
  uint32_t epoch = cell_epoch(u->cell);
  unsigned at = roster_first(r, epoch);
  for (int i; (i = roster_next(r, epoch, &at)) != ROSTER_NONE;) {
    if (!set_has(n, i) || !(*first = cell_join(r->cell[i], u->cell | u->need))) continue;
    if (!set_enter(w, n, *first, ROSTER_NONE)) return false;
    set_leave(w, i);
    return true;
  }
  return set_enter(w, n, *first = u->cell | u->need, ROSTER_NONE);
}

// set_lacks tells whether n has no entry of u's epoch; *known is then the index of u's in the roster.
static inline bool set_lacks(const struct update *u, const struct node *n, int *known) {
  const struct roster *r = set_roster(n);
  uint32_t epoch = cell_epoch(u->cell);
  unsigned at = roster_first(r, epoch);
  *known = ROSTER_NONE;
  for (int i; (i = roster_next(r, epoch, &at)) != ROSTER_NONE;) {
    if (set_has(n, i)) return false;
    if (r->cell[i] == (u->cell | u->need)) *known = i;
  }
  return true;
}

// set_update handles a set in place, when nothing but plain writes can conflict. False: rebuild.
static bool set_update(struct update *u, struct word *w, struct node *n) {
  uint64_t kind = u->cell & CELL_KIND, first;
  int known;
  if (!kind || n->kinds & conflicting_kinds(kind)) return false;
  writes_settle(u, n);
  if (u->need && set_lacks(u, n, &known)) {
    if (!set_enter(w, n, first = u->cell | u->need, known)) return false;
  } else {
    if (!set_own(u, n)) return false;
    if (!u->need) first = u->mine;
    else if (!set_join(u, w, n, &first)) return false;
  }
  word_set(w, 0, first);
  return true;
}

__attribute__((noinline)) void word_overflow(struct update *u, struct word *w) {
  struct node *n = node_of(word_get(w, 1));
  bool done = node_is_set(n) ? set_update(u, w, n) : n->table ? table_update(u, w, n) : list_update(u, w, n);
  if (!done) rebuild(u, w);
}

// ---- the check -----------------------------------------------------------------------------------

static inline void update_start(struct update *u, race_g *g, uintptr_t addr, size_t size, unsigned flags) {
  u->g = g;
  u->addr = addr;
  u->size = size;
  u->flags = flags;
  u->each = 0;
  u->nfound = 0;
}

static inline void tell_if_found(struct update *u) {
  if (__builtin_expect(u->nfound == 0, 1)) return;
  inside_end();
  find_tell(u);
  inside_begin();
}

static void check_words(struct update *u, uintptr_t addr, size_t size) {
  uintptr_t end = addr + size;
  while (addr < end) {
    uintptr_t next = (addr | 7) + 1;
    unsigned n = (next < end ? next : end) - addr;
    update_at(u, addr, (CELL_BYTES >> (8 - n)) << addr % 8);
    page_lock(addr);
    word_update(u, shadow_of(addr));
    page_unlock(addr);
    tell_if_found(u);
    addr = next;
  }
}

void access_check(race_g *g, uintptr_t addr, size_t size, unsigned flags, uintptr_t pc) {
  if (single_is_on() || race_inside || (race_hidden && g == race_cur) || g_ignores(g, flags & ACCESS_WRITE)) return;
  inside_begin();
  tls_note(g, addr);
  struct update u;
  update_start(&u, g, addr, size, flags);
  u.cell = epoch_open(g) | (uint64_t)ctx_current(g, pc) << CELL_CTX_SHIFT | kind_of(flags);
  check_words(&u, addr, size);
  inside_end();
}

// ---- first touches -------------------------------------------------------------------------------
//
// What is not a hit is mostly the first access of an epoch to a word that only this line of execution
// used of late, or one that it has from another in order, or that two read. That is decided here, in
// registers, for two cells at once.

// A pair is the cell of an access and the two that it finds.
struct pair {
  uint64_t new, bytes;
  uint64_t cell[2];
};

// keep decides for one of the two cells: it stays whole, or in part, or (0) not at all. False: that
// takes more than this.
static inline __attribute__((always_inline)) bool keep(const race_g *g, struct pair *p, int i) {
  uint64_t x = p->cell[i], differ = x ^ p->new;
  if (!x) return true;
  if (i == 1 && x >= CELL_NODE) return false;  // cell 0 is one of its entries
  if ((differ & CELL_EPOCH) == 0) {
    if ((differ & (CELL_KIND | CELL_CTX)) == 0) {
      p->new |= x;
      p->cell[i] = 0;
      return true;
    }
    if ((x & ~p->bytes & CELL_BYTES) == 0 && kind_covers(p->new, x)) {
      p->cell[i] = 0;
      return true;
    }
    return (differ & CELL_KIND) && !(x & p->bytes);
  }
  if (x >= CELL_NODE) return false;
  if (!(x & p->bytes)) return true;
  if (epoch_slot(cell_epoch(x)) != g->slot) {
    if (!kind_conflicts(p->new, x)) return true;  // unasked: two readers take turns
    if (!access_is_ordered(g, cell_epoch(x))) return false;
  }
  if (kind_covers(p->new, x)) {
    x &= ~p->bytes;
    p->cell[i] = x & CELL_BYTES ? x : 0;
  }
  return true;
}

// first_touch enters an access that nothing can race with; false: nothing was done.
static inline __attribute__((always_inline)) bool first_touch(const race_g *g, uintptr_t addr, struct word *w,
                                                              uint64_t new) {
  struct pair p = {new, new & CELL_BYTES, {word_get(w, 0), word_get(w, 1)}};
  if (!p.cell[0]) {
    if (!page_is_touched(addr)) return false;
  } else if (!keep(g, &p, 0) || !keep(g, &p, 1) || (p.cell[0] && p.cell[1])) {
    return false;
  }
  word_set(w, 0, p.new);
  word_set(w, 1, p.cell[0] | p.cell[1]);
  return true;
}

// The functions below call each other last, so that the common way needs no stack frame.

// update_slow applies the whole rule to one word, which is locked and gets unlocked.
static __attribute__((noinline)) void update_slow(race_g *g, uintptr_t addr, uint64_t new) {
  struct update u;
  unsigned flags = (new & CELL_READ ? ACCESS_READ : ACCESS_WRITE) | (new & CELL_ATOMIC ? ACCESS_ATOMIC : 0);
  unsigned bytes = new & CELL_BYTES;
  update_start(&u, g, addr, 32 - __builtin_clz(bytes) - __builtin_ctz(bytes), flags);
  u.cell = new & ~CELL_BYTES;
  update_at(&u, addr, new & CELL_BYTES);
  word_update(&u, shadow_of(addr));
  page_unlock(addr);
  tell_if_found(&u);
  inside_end();
}

enum { TOUCH_LIST = 4 };

// place_find looks among n entries for the one in whose place the plain read `new` may go: an older one of its own line
// that it serves. An entry that stands for new already is returned as it is. Nil: another way. Other reads stay unasked.
static uint64_t *place_find(const race_g *g, uint64_t *cell, unsigned n, uint64_t new) {
  uint64_t *place = NULL;
  for (unsigned i = 0; i < n; i++) {
    uint64_t x = __atomic_load_n(&cell[i], __ATOMIC_RELAXED);
    if (!(x & new & CELL_BYTES) && !cell_same_epoch(x, new)) continue;
    if (cell_same_epoch(x, new)) return kind_covers(x, new) && !(new & ~x & CELL_BYTES) ? &cell[i] : NULL;
    bool own = cell_is_own(g, x);
    if (kind_conflicts(new, x) && !own && !access_is_ordered(g, cell_epoch(x))) return NULL;
    if (!own || !cell_serves(new, x)) continue;
    if (place) return NULL;
    place = &cell[i];
  }
  return place;
}

// list_touch enters a plain read that takes the place of its own line's older one among a few entries: data that one
// goroutine made and several read. False: nothing was done.
static bool list_touch(const race_g *g, struct word *w, struct node *n, uint64_t new) {
  if (n->table || n->used > TOUCH_LIST || (new & CELL_KIND) != CELL_READ) return false;
  uint64_t *place = place_find(g, n->cell, n->used, new);
  if (!place) return false;
  if (!cell_same_epoch(*place, new)) *place = new;
  word_set(w, 0, *place);
  return true;
}

// share_touch does it where the page is shared: others do the same beside it, each to its own entry. The first cell, of
// which all would have to have the line for themselves, stays as it is, unless it is the entry that goes.
static bool share_touch(const race_g *g, uintptr_t addr, struct word *w, uint64_t new) {
  if ((new & CELL_KIND) != CELL_READ || !page_share(page_stripe_of(addr))) return false;
  uint64_t c1 = word_get(w, 1), *place = NULL;
  struct node *n = node_of(c1);
  if (cell_is_node(c1) && !n->table && n->used <= TOUCH_LIST) place = place_find(g, n->cell, n->used, new);
  uint64_t old = place ? *place : 0;
  if (place && !cell_same_epoch(old, new)) {
    __atomic_store_n(place, new, __ATOMIC_RELAXED);
    if (word_get(w, 0) == old) word_set(w, 0, new);
  }
  page_unlock_own();
  return place;
}

// touch_slow is for a word, whose page is locked, of which access_check_word could not decide.
static __attribute__((noinline)) void touch_slow(race_g *g, uintptr_t addr, uint64_t new, struct word *w) {
  uint64_t c1 = word_get(w, 1);
  if (cell_is_node(c1) ? !list_touch(g, w, node_of(c1), new) : !first_touch(g, addr, w, new)) {
    update_slow(g, addr, new);
    return;
  }
  if (cell_is_node(c1) && !page_self.user->in) page_could_share(page_stripe_of(addr));
  page_unlock(addr);
  inside_end();
}

// open_slow makes the epoch and the context that the ways below missed. race_inside is set, the page not locked.
static __attribute__((noinline)) void open_slow(race_g *g, uintptr_t addr, uint64_t kind_bytes, uintptr_t pc) {
  single_poll(g);
  uint64_t new = epoch_open(g) | (uint64_t)ctx_current(g, pc) << CELL_CTX_SHIFT | kind_bytes;
  page_lock(addr);
  update_slow(g, addr, new);
}

// word_slow is for a page of which this thread is not the favourite.
static __attribute__((noinline)) void word_slow(race_g *g, uintptr_t addr, uint64_t kind_bytes, uintptr_t pc,
                                                struct word *w) {
  inside_begin();
  tls_note(g, addr);
  ctx_id ctx = ctx_recall(g, pc);
  uint64_t cur = atomic_load_explicit(&g->cur, memory_order_relaxed);
  if (__builtin_expect(!cur || !ctx || single_is_due(), 0)) {
    open_slow(g, addr, kind_bytes, pc);
    return;
  }
  uint64_t new = cur | (uint64_t)ctx << CELL_CTX_SHIFT | kind_bytes;
  if (share_touch(g, addr, w, new)) {
    inside_end();
    return;
  }
  page_lock_word(page_stripe_of(addr));
  touch_slow(g, addr, new, w);
}

// own_open_slow and own_touch_slow go on from access_check_word: the page is locked by its favourite.
static __attribute__((noinline)) void own_open_slow(race_g *g, uintptr_t addr, uint64_t kind_bytes, uintptr_t pc) {
  inside_begin();
  page_unlock_own();
  open_slow(g, addr, kind_bytes, pc);
}

static __attribute__((noinline)) void own_touch_slow(race_g *g, uintptr_t addr, uint64_t new, struct word *w) {
  inside_begin();
  touch_slow(g, addr, new, w);
}

// first_slow is for a word that is empty, or whose first cell does not go.
static __attribute__((noinline)) void first_slow(race_g *g, uintptr_t addr, uint64_t new, struct word *w) {
  uint64_t c0 = word_get(w, 0);
  if (c0 ? !is_read_of_own(g, w, new, c0) : !page_is_touched(addr)) {
    own_touch_slow(g, addr, new, w);
    return;
  }
  word_set(w, 1, c0);
  word_set(w, 0, new);
  page_unlock_own();
  inside_over();
}

// off_slow is for a line of execution of which not every kind of access is checked now, or none since it is single.
static __attribute__((noinline)) void off_slow(race_g *g, uintptr_t addr, uint64_t kind_bytes, uintptr_t pc) {
  if (single_is_on() || g_is_off(g, !(kind_bytes & CELL_READ))) return;
  inside_begin();
  tls_note(g, addr);
  open_slow(g, addr, kind_bytes, pc);
}

// second_slow is for a word of two cells of which the first one goes.
static __attribute__((noinline)) void second_slow(race_g *g, uintptr_t addr, uint64_t new, struct word *w) {
  if (!second_stays(g, w, new, word_get(w, 1))) {
    own_touch_slow(g, addr, new, w);
    return;
  }
  word_set(w, 0, new);
  page_unlock_own();
  inside_over();
}

// node_slow is for the first access of an activation that is no hit.
static __attribute__((noinline)) void node_slow(race_g *g, uintptr_t addr, uint64_t kind_bytes, uintptr_t pc) {
  if (frame_node(g->sp)) {
    access_check_within(g, addr, kind_bytes, pc);
    return;
  }
  inside_begin();
  tls_note(g, addr);
  open_slow(g, addr, kind_bytes, pc);
}

// stays_read: my plain read may take the place of c0, and the second cell stay as it is, unasked. c0 is my read of the same
// bytes, and being first it was entered after the second: what that has was compared with me then, and is ordered still
// if it was (tls.h has the order that may end: page_unfavoured).
static inline bool stays_read(const race_g *g, const struct word *w, uint64_t new, uint64_t c0) {
  return ((c0 ^ new) & (CELL_KIND | CELL_BYTES)) == 0 && cell_is_own(g, c0) && !cell_is_node(word_get(w, 1));
}

// touch enters an access into a page of which this thread is the favourite, if it takes no more than to store its cell.
// read: it is a plain one. It has no call but the last, so that it needs no stack frame, and the compiler makes
// one of it for each kind. From page_lock_own to page_unlock_own no signal handler runs (is_within in signal.c); no page that
// holds thread-locals of this thread has it for its favourite (page_lock.c), so they need no thought here.
static inline __attribute__((always_inline)) void touch(race_g *g, uintptr_t addr, uint64_t kind_bytes, uintptr_t pc,
                                                        struct word *w, bool read) {
  if (__builtin_expect(race_inside | race_hidden | g->ignores_any | single_asks(), 0)) {
    off_slow(g, addr, kind_bytes, pc);
    return;
  }
  uint32_t node = g->sp->node;
  if (__builtin_expect(!node, 0)) {
    node_slow(g, addr, kind_bytes, pc);
    return;
  }
  if (__builtin_expect(!page_lock_own(page_stripe_of(addr)), 0)) {
    word_slow(g, addr, kind_bytes, pc, w);
    return;
  }
  const struct ctx_memo *m = ctx_memo_of(pc, node);
  uint64_t cur = atomic_load_explicit(&g->cur, memory_order_relaxed);
  if (__builtin_expect(m->pc != pc || m->node != node || !cur, 0)) {
    own_open_slow(g, addr, kind_bytes, pc);
    return;
  }
  uint64_t new = cur | (uint64_t)m->ctx << CELL_CTX_SHIFT | kind_bytes, c0 = word_get(w, 0);
  if (!(read ? stays_read(g, w, new, c0) : cell_serves(new, c0) && cell_is_own(g, c0))) {
    first_slow(g, addr, new, w);
    return;
  }
  if (!read && word_get(w, 1)) {
    second_slow(g, addr, new, w);
    return;
  }
  word_set(w, 0, new);
  page_unlock_own();
  inside_over();
}

void access_check_word(race_g *g, uintptr_t addr, uint64_t kind_bytes, uintptr_t pc, struct word *w) {
  touch(g, addr, kind_bytes, pc, w, false);
}

void access_read_word(race_g *g, uintptr_t addr, uint64_t kind_bytes, uintptr_t pc, struct word *w) {
  touch(g, addr, kind_bytes, pc, w, true);
}

void access_keep_within(race_g *g, uintptr_t addr, uint64_t kind_bytes, uintptr_t pc) {
  if (!single_is_on()) {
    access_check_within(g, addr, kind_bytes, pc);
  } else if (!g_is_off(g, !(kind_bytes & CELL_READ))) {
    inside_begin();
    tls_note(g, addr);
    open_slow(g, addr, kind_bytes, pc);
  }
}

static __attribute__((noinline)) void check_slow(race_g *g, uintptr_t addr, size_t size, uint64_t kind, uintptr_t pc) {
  unsigned flags = (kind & CELL_READ ? ACCESS_READ : ACCESS_WRITE) | (kind & CELL_ATOMIC ? ACCESS_ATOMIC : 0);
  access_check(g, addr, size, flags, pc);
}

void access_check_across(race_g *g, uintptr_t addr, size_t size, uint64_t kind, uintptr_t pc) {
  if (single_is_on() || g_is_off(g, !(kind & CELL_READ))) return;
  inside_begin();
  tls_note(g, addr);
  ctx_id ctx = ctx_recall(g, pc);
  uint64_t cur = atomic_load_explicit(&g->cur, memory_order_relaxed);
  bool one_page = addr % SHADOW_PAGE_APP + size <= SHADOW_PAGE_APP;
  if (__builtin_expect(!cur || !one_page || !ctx, 0)) {
    inside_end();
    check_slow(g, addr, size, kind, pc);
    return;
  }
  uint64_t cell = cur | (uint64_t)ctx << CELL_CTX_SHIFT | kind;
  uint32_t bytes = ((1u << size) - 1) << addr % 8;
  bool done = true;
  page_lock(addr);
  for (struct word *w = shadow_of(addr); bytes && done; w++, bytes >>= 8)
    done = first_touch(g, addr, w, cell | (bytes & CELL_BYTES));
  page_unlock(addr);
  inside_end();
  if (__builtin_expect(!done, 0)) check_slow(g, addr, size, kind, pc);
}
