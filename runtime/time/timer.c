// SPDX-License-Identifier: Apache-2.0
// timer.c: the heap of armed timers: four children a node, one lock, the earliest time in an atomic.
//
// Invariant: heap[i]->index == i + 1, and no timer is due before its parent.
// Lock: timers_lock, a leaf; it is not held while a timer's function runs.
#include "time/timer.h"

#include <stdlib.h>

#include "base/atomic.h"
#include "base/lock.h"
#include "base/os.h"
#include "sched/sched.h"
#include "sched/wake.h"

static struct lock timers_lock;
static struct timer **heap;
static uint32_t heap_len, heap_cap;
static const void *sysmon_arg;  // of the timer's function that sysmon runs; written under timers_lock when it begins
_Atomic int64_t timers_next_ns = INT64_MAX;

static void put_at(struct timer *t, uint32_t i) {
  heap[i] = t;
  t->index = i + 1;
}

static void sift_up(struct timer *t, uint32_t i) {
  while (i > 0 && heap[(i - 1) / 4]->when_ns > t->when_ns) {
    put_at(heap[(i - 1) / 4], i);
    i = (i - 1) / 4;
  }
  put_at(t, i);
}

static void sift_down(struct timer *t, uint32_t i) {
  for (;;) {
    uint32_t least = 0;
    for (uint32_t c = 4 * i + 1; c <= 4 * i + 4 && c < heap_len; c++)
      if (!least || heap[c]->when_ns < heap[least]->when_ns) least = c;
    if (!least || heap[least]->when_ns >= t->when_ns) break;
    put_at(heap[least], i);
    i = least;
  }
  put_at(t, i);
}

static void note_next_locked(void) { store_rel(&timers_next_ns, heap_len ? heap[0]->when_ns : INT64_MAX); }

static void remove_locked(struct timer *t) {
  uint32_t i = t->index - 1;
  t->index = 0;
  struct timer *last = heap[--heap_len];
  if (last == t) return;
  sift_up(last, i);
  if (last->index == i + 1) sift_down(last, i);
}

static void add_locked(struct timer *t) {
  if (heap_len == heap_cap) {
    race_hide_begin();
    heap_cap = heap_cap ? 2 * heap_cap : 64;
    heap = realloc(heap, heap_cap * sizeof *heap);
    race_hide_end();
    if (!heap) throw("out of memory for timers");
  }
  heap_len++;
  sift_up(t, heap_len - 1);
}

void timer_start(struct timer *t, int64_t when_ns, void (*fn)(void *arg), void *arg) {
  lock(&timers_lock);
  if (t->index) remove_locked(t);
  t->when_ns = when_ns;
  t->fn = fn;
  t->arg = arg;
  add_locked(t);
  bool earliest = heap[0] == t;
  note_next_locked();
  unlock(&timers_lock);
  if (earliest) sched_timer_earlier();
}

bool timer_stop(struct timer *t) {
  lock(&timers_lock);
  bool armed = t->index != 0;
  if (armed) remove_locked(t);
  note_next_locked();
  unlock(&timers_lock);
  return armed;
}

uint32_t timers_armed(void) {
  lock(&timers_lock);
  uint32_t n = heap_len;
  unlock(&timers_lock);
  return n;
}

bool timers_wake(void) {
  bool wake = false;
  if (timers_next() == INT64_MAX) return false;
  lock(&timers_lock);
  for (uint32_t i = 0; i < heap_len && !wake; i++) wake = !heap[i]->heard;
  unlock(&timers_lock);
  return wake;
}

bool timers_heard(void) {
  bool heard = false;
  lock(&timers_lock);
  for (uint32_t i = 0; i < heap_len && !heard; i++) heard = !heap[i]->heard || heap[i]->heard(heap[i]->arg);
  unlock(&timers_lock);
  return heard;
}

void timers_forget(void) {
  for (uint32_t i = 0; i < heap_len; i++) heap[i]->index = 0;
  heap_len = 0;
  store_rel(&timers_next_ns, INT64_MAX);
  timers_lock = (struct lock){0};
}

void timers_locks(void) { lock(&timers_lock); }
void timers_unlocks(void) { unlock(&timers_lock); }
const void *timers_sysmon_arg(void) { return sysmon_arg; }
const void *timers_memory(void) { return heap; }

void timers_each(void (*fn)(struct timer *t, void *arg), void *arg) {
  for (uint32_t i = 0; i < heap_len; i++) fn(heap[i], arg);
}

int timers_run(int64_t now) {
  int n = 0;
  struct m *mp = getm();
  const void **running = mp ? &mp->timer_arg : &sysmon_arg;
  for (; timers_next() <= now; n++) {
    lock(&timers_lock);
    struct timer *t = heap_len && heap[0]->when_ns <= now ? heap[0] : NULL;
    void (*fn)(void *) = t ? t->fn : NULL;
    void *arg = t ? t->arg : NULL;
    if (t) remove_locked(t);
    *running = arg;
    note_next_locked();
    unlock(&timers_lock);
    if (!t) break;
    fn(arg);
    *running = NULL;
  }
  return n;
}
