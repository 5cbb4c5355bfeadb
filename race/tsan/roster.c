// SPDX-License-Identifier: Apache-2.0
// roster.c: infos of goroutines by their number, those that ended too for a while.
//
// Lock: roster_lock, above the allocator.
#include "roster.h"

#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "spin.h"

enum { BUCKETS = 1 << 14, REMEMBERED = 1 << 13 };

struct entry {
  struct ginfo *info;
  struct entry *next;
};

static struct spin roster_lock;
static struct entry *buckets[BUCKETS];    // under roster_lock, as the next
static struct ginfo *ended[REMEMBERED];   // a ring of those that ended last
static size_t nended;

static const char prefix[] = "crun goroutine ";

static void leave_locked(struct ginfo *gi) {
  struct entry **link = &buckets[gi->goid % BUCKETS];
  while (*link && (*link)->info != gi) link = &(*link)->next;
  struct entry *e = *link;
  if (!e) return;
  *link = e->next;
  race_free(e, sizeof *e);
}

void roster_add(tsan_state *fiber, struct ginfo *gi) {
  char name[sizeof prefix + 24];
  struct entry *e = race_alloc(sizeof *e);
  snprintf(name, sizeof name, "%s%llu", prefix, (unsigned long long)gi->goid);
  __tsan_set_fiber_name(fiber, name);
  e->info = gi;
  spin_lock(&roster_lock);
  e->next = buckets[gi->goid % BUCKETS];
  buckets[gi->goid % BUCKETS] = e;
  spin_unlock(&roster_lock);
}

void roster_ended(struct ginfo *gi) {
  atomic_store_explicit(&gi->ended, true, memory_order_relaxed);
  spin_lock(&roster_lock);
  struct ginfo *oldest = ended[nended % REMEMBERED];
  ended[nended++ % REMEMBERED] = gi;
  if (oldest) leave_locked(oldest);
  spin_unlock(&roster_lock);
  ginfo_unref(oldest);
}

struct ginfo *roster_find(const char *name, uint64_t *goid) {
  unsigned long long number = 0;
  *goid = 0;
  if (!name || strncmp(name, prefix, sizeof prefix - 1) != 0) return NULL;
  if (sscanf(name + sizeof prefix - 1, "%llu", &number) != 1) return NULL;
  *goid = number;
  spin_lock(&roster_lock);
  struct entry *e = buckets[number % BUCKETS];
  while (e && e->info->goid != number) e = e->next;
  struct ginfo *gi = e ? ginfo_ref(e->info) : NULL;
  spin_unlock(&roster_lock);
  return gi;
}
