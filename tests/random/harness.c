// SPDX-License-Identifier: Apache-2.0
// harness.c: turns, objects and the races found, for generated programs; compiled without the plugin.
//
// It takes report_race's place: each race on each byte arrives here, before reports leave out what they told before.
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>

#include "access.h"
#include "chan/hchan.h"
#include "race.h"

#include "harness.h"  // behind the runtime's own headers: its short names are macros

enum { OBJECTS = 64, ACTORS = 64, PLACES = 64, FOUND = 1 << 20 };

extern bool access_tells_each_byte __attribute__((weak));  // not there with the archive that users link

static _Atomic int turns;
static int now;  // the scenario

// ---- turns --------------------------------------------------------------------------------------

void turn(int n) {
  bool is_thread = race_self()->info->is_thread && race_self() != race_main_g();
  while (atomic_load(&turns) < n) {
    if (is_thread) sched_yield();
    else cr_yield();
  }
}

void next(void) { atomic_fetch_add(&turns, 1); }

void sink(unsigned long sum) { __asm__ volatile("" : : "r"(sum)); }

void there(const void *p, void *to, size_t size) { memcpy(to, p, size); }

unsigned long now_in(const void *p, size_t size) {
  unsigned long v = 0;
  memcpy(&v, p, size);
  return v;
}

// ---- names --------------------------------------------------------------------------------------

static struct {
  uintptr_t from, to;
  bool whole;
} objects[OBJECTS];

static struct {
  uint64_t goid;
  bool is_thread;
} actors[ACTORS];

static void *_Atomic places[PLACES];

void scenario(int n) {
  if (&access_tells_each_byte) access_tells_each_byte = true;
  now = n;
  memset(objects, 0, sizeof objects);
  memset(actors, 0, sizeof actors);
}

void actor(int number) {
  const struct ginfo *info = race_self()->info;
  actors[number].goid = info->goid;
  actors[number].is_thread = info->is_thread;
}

static void *begin(void *fn) {
  ((void (*)(void *))(uintptr_t)fn)(NULL);
  return NULL;
}

void thread(void (*fn)(void *)) {
  pthread_t t;
  if (pthread_create(&t, NULL, begin, (void *)(uintptr_t)fn)) abort();
  pthread_detach(t);
}

void forget(void *p, size_t n) { race_fresh(p, n); }

void named(int number, const void *p, size_t n, bool whole) {
  objects[number].whole = whole;
  objects[number].from = (uintptr_t)p;
  objects[number].to = (uintptr_t)p + n;
}

void object(int number, void *p, size_t n) {
  forget(p, n);
  named(number, p, n, false);
}

void handle(int number, const void *p) { named(number, p, offsetof(struct cr_chan, type), true); }

void place(int number, void *p) { atomic_store(&places[number], p); }
void *placed(int number) { return atomic_load(&places[number]); }

// ---- races --------------------------------------------------------------------------------------

static struct race_found found[FOUND];
static _Atomic int nfound;

static int object_of(uintptr_t byte) {
  for (int i = OBJECTS; i-- > 0;)
    if (byte >= objects[i].from && byte < objects[i].to) return i;
  return -1;
}

static int actor_of(const struct ginfo *who) {
  for (int i = 0; who && i < ACTORS; i++)
    if (actors[i].goid == who->goid && actors[i].is_thread == who->is_thread) return i;
  return -1;
}

void report_race(const struct race_report *r) {
  uintptr_t byte = (r->previous.addr & ~7ul) + r->previous.byte;
  int i = atomic_fetch_add(&nfound, 1), o = object_of(byte);
  if (i >= FOUND) abort();
  found[i].scenario = now;
  found[i].object = o;
  found[i].byte = o < 0 ? byte : objects[o].whole ? 0 : byte - objects[o].from;
  found[i].actor[0] = actor_of(r->current.who);
  found[i].actor[1] = actor_of(r->previous.who);
}

int races_found(const struct race_found **r) {
  *r = found;
  return nfound;
}

void forget_races(void) { nfound = 0; }

int results(void) {
  for (int i = 0; i < nfound; i++)
    printf("%d %d %ld %d %d\n", found[i].scenario, found[i].object, (long)found[i].byte, found[i].actor[0], found[i].actor[1]);
  puts("end");
  return fflush(stdout);
}
