// SPDX-License-Identifier: Apache-2.0
// slot.c: who owns which slot, who owned it before, and when it can be given on.
//
//          slot_take                slot_retire
//     new ----------> LIVE -------------------------> RETIRED ----- a creator covers it (chain) --> LIVE
//                      ^                                 |
//                      +---- FREE <--- a scan found no --+
//                                      record of it
//
// `last` is the last clock of the slot with an access. A new owner's clocks start at last + 1, so a
// clock that knows of an old owner never covers a new one's epoch; and in the chain case whoever
// learns of the new owner's epochs learns of the creator's past, so of the old owner's too.
//
// What a single race_g knows all of is SETTLED (slot_single): so does every one that descends from it, and a slot is
// not looked at again. A race_g that nobody created knows nothing of that: they are RETIRED again.
//
// History: owners oldest first, each with its first clock. An owner's entry goes when the owner has
// ended and a scan that began later found none of its epochs.
//
// Lock: slot_lock guards everything here. Rank: page lock > slot lock > ginfo and allocator locks.
#include "slot.h"

#include <stdatomic.h>
#include <string.h>

#include "alloc.h"
#include "epoch.h"
#include "reserve.h"
#include "single.h"
#include "spin.h"

enum {
  SLOT_MAX = 1 << 28,
  CHAIN_TRIES = 8,     // retired slots looked at from either end of the list
  PRUNE_CHUNK = 1 << 16,
};

enum state { UNUSED, LIVE, RETIRED, SETTLED, FREE };

struct tenure {
  struct ginfo *who;
  uint32_t from;   // first clock
  uint32_t ended;  // scan_number when it ended, 0: it has not
  uint32_t seen;   // scan_number of the last scan that found an epoch of it
};

struct slot {
  struct tenure *history;  // oldest first; n == 1: &one
  struct tenure one;
  uint32_t n, cap;         // cap 0: history is `one`
  uint32_t last;
  uint32_t next, prev;     // list of retired slots, of settled, or of free ones
  uint8_t state;
};

struct list {
  uint32_t head, tail;  // 0: empty; slot 0 is never given out
};

static struct spin slot_lock;
static struct slot *slots;
static uint32_t top = 1;
static struct list retired, settled, unused;  // most recent first
static bool lost;                    // a slot that was not given on may have entries that nobody knows
static size_t nlive, nhistory;
static _Atomic size_t ndead;         // tenures that have ended and are still kept; changed under slot_lock
static uint32_t scan_number = 1;     // counts scans begun
static race_g *all_g;

void slot_init(void) { slots = race_reserve(sizeof *slots * (uint64_t)SLOT_MAX); }

// ---- lists ------------------------------------------------------------------------------------

static void list_push(struct list *l, uint32_t s) {
  slots[s].next = l->head;
  slots[s].prev = 0;
  if (l->head) slots[l->head].prev = s;
  else l->tail = s;
  l->head = s;
}

static void list_remove(struct list *l, uint32_t s) {
  struct slot *sl = &slots[s];
  if (sl->prev) slots[sl->prev].next = sl->next;
  else l->head = sl->next;
  if (sl->next) slots[sl->next].prev = sl->prev;
  else l->tail = sl->prev;
}

// ---- history ----------------------------------------------------------------------------------

static void history_add(struct slot *sl, struct ginfo *who, uint32_t from) {
  if (sl->n == 0) {
    sl->history = sl->cap ? sl->history : &sl->one;
  } else if (sl->cap == 0 || sl->n == sl->cap) {
    uint32_t cap = sl->cap ? 2 * sl->cap : 4;
    struct tenure *big = race_alloc(cap * sizeof *big);
    memcpy(big, sl->history, sl->n * sizeof *big);
    if (sl->cap) race_free(sl->history, sl->cap * sizeof *big);
    sl->history = big;
    sl->cap = cap;
  }
  sl->history[sl->n++] = (struct tenure){.who = ginfo_ref(who), .from = from};
  nhistory++;
}

// history_find returns the tenure that clk belongs to, nil: it is forgotten.
static struct tenure *history_find(const struct slot *sl, uint32_t clk) {
  for (uint32_t i = sl->n; i-- > 0;)
    if (sl->history[i].from <= clk) return &sl->history[i];
  return NULL;
}

// history_sweep drops the tenures that had ended before scan `before` and of which it saw no epoch.
static void history_sweep(struct slot *sl, uint32_t before) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < sl->n; i++) {
    struct tenure *t = &sl->history[i];
    if (t->ended && t->ended < before && t->seen != before) {
      ginfo_unref(t->who);
      nhistory--;
      ndead--;
    } else {
      sl->history[kept++] = *t;
    }
  }
  sl->n = kept;
  if (kept <= 1 && sl->cap) {
    if (kept) sl->one = sl->history[0];
    race_free(sl->history, sl->cap * sizeof *sl->history);
    sl->history = &sl->one;
    sl->cap = 0;
  }
}

// ---- giving and taking back -------------------------------------------------------------------

static bool covers(const race_g *creator, uint32_t s) {
  uint32_t last = slots[s].last;
  return last == 0 || (creator && (creator->slot == s || vclock_get(&creator->vc, s) >= last));
}

// chain_find returns a retired slot that a child of creator can go on with, 0: none among those
// looked at: the newest (spawn and join by turns) and the oldest (a pool that was waited for).
static uint32_t chain_find(const race_g *creator) {
  uint32_t s = settled.head;
  if (s && covers(creator, s)) return s;
  s = retired.head;
  for (int i = 0; s && i < CHAIN_TRIES; i++, s = slots[s].next)
    if (covers(creator, s)) return s;
  s = retired.tail;
  for (int i = 0; s && i < CHAIN_TRIES; i++, s = slots[s].prev)
    if (covers(creator, s)) return s;
  return 0;
}

static uint32_t find(const race_g *creator) {
  uint32_t s = chain_find(creator);
  if (s) {
    list_remove(slots[s].state == SETTLED ? &settled : &retired, s);
  } else if ((s = unused.head) != 0) {
    list_remove(&unused, s);
  } else {
    if (top == SLOT_MAX) race_fatal("2^28 goroutines with records");
    s = top++;
    reserve_commit(&slots[s], sizeof *slots);
  }
  return s;
}

static void unsettle_locked(void) {
  for (uint32_t s; (s = settled.head) != 0;) {
    list_remove(&settled, s);
    slots[s].state = RETIRED;
    list_push(&retired, s);
  }
}

static void take_locked(race_g *g, const race_g *creator) {
  if (!creator) unsettle_locked();
  uint32_t s = find(creator);
  struct slot *sl = &slots[s];
  sl->state = LIVE;
  single_count_locked(++nlive);
  g->slot = s;
  g->clk = sl->last + 1;
  history_add(sl, g->info, g->clk);
}

static void end_tenure(race_g *g, uint32_t last) {
  struct slot *sl = &slots[g->slot];
  struct tenure *t = &sl->history[sl->n - 1];
  sl->state = RETIRED;
  single_count_locked(--nlive);
  if (last < t->from) {  // it made no access: nothing can name it
    ginfo_unref(t->who);
    sl->n--;
    nhistory--;
  } else {
    sl->last = last;
    t->ended = scan_number;
    ndead++;
  }
}

void slot_take(race_g *g, const race_g *creator) {
  spin_lock(&slot_lock);
  take_locked(g, creator);
  g->prev = NULL;
  g->next = all_g;
  if (all_g) all_g->prev = g;
  all_g = g;
  spin_unlock(&slot_lock);
}

void slot_retire(race_g *g) {
  bool open = epoch_has_access(g);
  spin_lock(&slot_lock);
  end_tenure(g, open ? g->clk : g->clk - 1);
  // A slot whose clocks are nearly used up is never given on.
  if (slots[g->slot].last < UINT32_MAX / 2) list_push(&retired, g->slot);
  else lost = true;
  if (g->prev) g->prev->next = g->next;
  else all_g = g->next;
  if (g->next) g->next->prev = g->prev;
  spin_unlock(&slot_lock);
}

void slot_renew(race_g *g) {
  spin_lock(&slot_lock);
  end_tenure(g, g->clk - 1);
  take_locked(g, g);
  spin_unlock(&slot_lock);
}

// settle_locked moves what g knows all of; false: that is not all there is.
static bool settle_locked(const race_g *g) {
  for (uint32_t s; (s = retired.head) != 0;) {
    if (!covers(g, s)) return false;
    list_remove(&retired, s);
    slots[s].state = SETTLED;
    list_push(&settled, s);
  }
  return !lost;
}

void slot_single(const race_g *g) {
  spin_lock(&slot_lock);
  if (single_may_locked()) {
    if (settle_locked(g)) single_begin_locked();
    else single_wait_locked();
  }
  spin_unlock(&slot_lock);
}

struct ginfo *slot_owner(uint32_t slot, uint32_t clk) {
  uint32_t began;
  return slot_owner_since(slot, clk, &began);
}

struct ginfo *slot_owner_since(uint32_t slot, uint32_t clk, uint32_t *began) {
  spin_lock(&slot_lock);
  struct tenure *t = slot < top ? history_find(&slots[slot], clk) : NULL;
  struct ginfo *who = t ? ginfo_ref(t->who) : NULL;
  *began = t ? t->from : 0;
  spin_unlock(&slot_lock);
  return who;
}

static size_t counted(const size_t *n) {
  spin_lock(&slot_lock);
  size_t v = *n;
  spin_unlock(&slot_lock);
  return v;
}

size_t slot_live(void) { return counted(&nlive); }
size_t slot_history(void) { return counted(&nhistory); }
size_t slot_ended(void) { return atomic_load_explicit(&ndead, memory_order_relaxed); }

uint32_t slot_top(void) {
  spin_lock(&slot_lock);
  uint32_t t = top;
  spin_unlock(&slot_lock);
  return t;
}

// ---- the scan -----------------------------------------------------------------------------------

uint32_t slot_scan_begin(void) {
  spin_lock(&slot_lock);
  uint32_t n = ++scan_number;
  spin_unlock(&slot_lock);
  return n;
}

void slot_roots(void (*fn)(uint32_t id, void *arg), void *arg) {
  spin_lock(&slot_lock);
  for (race_g *g = all_g; g; g = g->next)
    fn(atomic_load_explicit(&g->cur, memory_order_acquire) >> EPOCH_SHIFT, arg);  // A2
  spin_unlock(&slot_lock);
}

static void note_seen(uint32_t unit, uint32_t number) {
  struct epoch e = epoch_get(unit << 1);
  if (e.slot >= top) return;
  struct tenure *t = history_find(&slots[e.slot], e.clk);
  if (t) t->seen = number;
}

static void prune_slot(uint32_t s, uint32_t number) {
  struct slot *sl = &slots[s];
  if (sl->state != LIVE && sl->state != RETIRED && sl->state != SETTLED) return;
  history_sweep(sl, number);
  if (sl->state == LIVE || sl->n || sl->last >= UINT32_MAX / 2) return;
  list_remove(sl->state == SETTLED ? &settled : &retired, s);
  sl->state = FREE;
  list_push(&unused, s);
}

// slot_prune runs while goroutines come and go: the lock is given up between chunks. What begins
// or ends meanwhile has `ended` 0 or the present number, and is left to the next scan.
void slot_prune(const uint64_t *marked, uint32_t units, uint32_t number) {
  if (slot_ended() == 0) return;
  for (uint32_t w = 0; w * 64ull < units;) {
    spin_lock(&slot_lock);
    for (uint32_t end = w + PRUNE_CHUNK / 64; w < end && w * 64ull < units; w++)
      for (uint64_t m = marked[w]; m; m &= m - 1) note_seen(w * 64 + __builtin_ctzll(m), number);
    spin_unlock(&slot_lock);
  }
  uint32_t n = slot_top();
  for (uint32_t s = 1; s < n;) {
    spin_lock(&slot_lock);
    for (uint32_t end = s + PRUNE_CHUNK / 64; s < end && s < n; s++) prune_slot(s, number);
    spin_unlock(&slot_lock);
  }
}

void slot_lock_all(void) { spin_lock(&slot_lock); }
void slot_unlock_all(void) { spin_unlock(&slot_lock); }
