// SPDX-License-Identifier: Apache-2.0
// judge.c: the events written down, and the sets of accesses that follow from them.
#include "judge.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = JUDGE_ACCESSES / 64 };

struct set {
  uint64_t bits[WORDS];
};

struct access {
  int actor, object, low, high;
  unsigned flags;
};

enum what { ACCESS, LEARN, STORE, MERGE, JOIN, EMPTY };

struct event {
  enum what what;
  int a, b;
};

static struct access accesses[JUDGE_ACCESSES];
static struct event events[JUDGE_EVENTS];
static int naccesses, nevents, nclocks;

static struct set known[JUDGE_ACTORS], clocks[JUDGE_CLOCKS], past[JUDGE_ACCESSES];
static bool races[JUDGE_OBJECTS][JUDGE_BYTES], sure[JUDGE_OBJECTS][JUDGE_BYTES];

// ---- writing down ---------------------------------------------------------------------------------

void judge_begin(void) { naccesses = nevents = nclocks = 0; }

bool judge_full(void) {
  return naccesses > JUDGE_ACCESSES - 100 || nevents > JUDGE_EVENTS - 400 || nclocks > JUDGE_CLOCKS - 80;
}

static void note(enum what what, int a, int b) {
  if (nevents == JUDGE_EVENTS) abort();
  events[nevents++] = (struct event){what, a, b};
}

void judge_access(int actor, int object, int at, int n, unsigned flags) {
  if (naccesses == JUDGE_ACCESSES || at < 0 || at + n > JUDGE_BYTES || object >= JUDGE_OBJECTS) abort();
  accesses[naccesses] = (struct access){actor, object, at, at + n, flags};
  note(ACCESS, actor, naccesses++);
}

int judge_clock(void) {
  if (nclocks == JUDGE_CLOCKS) abort();
  return nclocks++;
}

void judge_learn(int actor, int clock) { note(LEARN, actor, clock); }
void judge_store(int actor, int clock) { note(STORE, actor, clock); }
void judge_merge(int actor, int clock) { note(MERGE, actor, clock); }
void judge_join(int clock, int other) { note(JOIN, clock, other); }
void judge_empty(int clock) { note(EMPTY, clock, 0); }

// ---- judging --------------------------------------------------------------------------------------

static void add(struct set *to, const struct set *from) {
  for (int i = 0; i < WORDS; i++) to->bits[i] |= from->bits[i];
}

static bool has(const struct set *s, int n) { return s->bits[n / 64] >> n % 64 & 1; }

static void step(const struct event *e) {
  switch (e->what) {
    case ACCESS:
      past[e->b] = known[e->a];
      known[e->a].bits[e->b / 64] |= 1ull << e->b % 64;
      break;
    case LEARN: add(&known[e->a], &clocks[e->b]); break;
    case STORE: clocks[e->b] = known[e->a]; break;
    case MERGE: add(&clocks[e->b], &known[e->a]); break;
    case JOIN: add(&clocks[e->a], &clocks[e->b]); break;
    case EMPTY: clocks[e->a] = (struct set){0}; break;
  }
}

// race tells whether accesses i and j, i the earlier one, race.
static bool race(int i, int j) {
  const struct access *a = &accesses[i], *b = &accesses[j];
  if (a->object != b->object || a->actor == b->actor || a->low >= b->high || b->low >= a->high) return false;
  if (!((a->flags | b->flags) & JUDGE_WRITE) || a->flags & b->flags & JUDGE_ATOMIC) return false;
  return !has(&past[j], i);
}

static void mark(const struct access *a, const struct access *b) {
  int low = a->low > b->low ? a->low : b->low, high = a->high < b->high ? a->high : b->high;
  for (int byte = low; byte < high; byte++) {
    races[a->object][byte] = true;
    if (!((a->flags | b->flags) & JUDGE_MAYBE)) sure[a->object][byte] = true;
  }
}

void judge(void) {
  memset(known, 0, sizeof known);
  memset(clocks, 0, nclocks * sizeof *clocks);
  memset(races, 0, sizeof races);
  memset(sure, 0, sizeof sure);
  for (int i = 0; i < nevents; i++) step(&events[i]);
  for (int j = 0; j < naccesses; j++)
    for (int i = 0; i < j; i++)
      if (race(i, j)) mark(&accesses[i], &accesses[j]);
}

static bool is_on(int i, int object, int byte) {
  return accesses[i].object == object && accesses[i].low <= byte && byte < accesses[i].high;
}

bool judge_races(int object, int byte, int actor, int other) {
  for (int j = 0; j < naccesses; j++) {
    if (!is_on(j, object, byte) || (accesses[j].actor != actor && accesses[j].actor != other)) continue;
    int who = accesses[j].actor == actor ? other : actor;
    for (int i = 0; i < j; i++)
      if (accesses[i].actor == who && is_on(i, object, byte) && race(i, j)) return true;
  }
  return false;
}

bool judge_byte_races(int object, int byte) { return races[object][byte]; }
bool judge_byte_is_sure(int object, int byte) { return sure[object][byte]; }
