// SPDX-License-Identifier: Apache-2.0
// runq_model.c: the run queue's put, get and grab under every interleaving of their loads and stores.
//
// The model is runtime/sched/runq.c with a ring of 4, cut into steps of one shared access each, as an owner and
// two thieves make them. All schedules are walked depth first; a state seen before is not walked again.
// At the end every goroutine put was taken exactly once or is still in the ring, and while running no
// slot is read that was never written.
//
//   runq_model [mutation]   mutations plant a mistake each, and must be found:
//     late_slot   put publishes the tail before it has written the slot
//     early_tail  put does not look at the head, so it overwrites what is not taken yet
//     blind_head  get takes with a store instead of a compare-and-swap
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RING = 4, PUTS = 6, THREADS = 3, GRAB = RING / 2, ITEMS = PUTS + 1 };
enum { OWNER, THIEF_A, THIEF_B };

static bool late_slot, early_tail, blind_head;

struct thread {
  uint8_t pc;               // the step it does next
  uint8_t head, tail, item; // its registers
  uint8_t n, i;             // of grab: how many, which
  uint8_t batch[GRAB];
  uint8_t next;             // owner: the next item to put
  uint8_t rounds;           // operations left
};

struct state {
  uint8_t head, tail;
  uint8_t ring[RING];
  uint8_t taken[ITEMS];  // how often each item was taken
  struct thread t[THREADS];
};

static void wrong(const char *what) {
  printf("found: %s\n", what);
  exit(1);
}

static void take(struct state *s, uint8_t item) {
  if (item == 0) wrong("a slot was read that nobody wrote");
  if (++s->taken[item] > 1) wrong("an item was taken twice");
}

// The owner puts PUTS items; after the second, and when the ring is full, it gets one.
enum { O_NEXT, P_HEAD, P_SLOT, P_TAIL, G_HEAD, G_SLOT, G_CAS, O_DONE };

static void put_done(struct thread *o) {
  o->next++;
  o->pc = o->next == 3 ? G_HEAD : O_NEXT;
}

static void owner_step(struct state *s) {
  struct thread *o = &s->t[OWNER];
  switch (o->pc) {
    case O_NEXT: o->pc = o->next > PUTS ? O_DONE : P_HEAD; break;
    case P_HEAD:
      o->head = early_tail ? s->tail : s->head;
      if ((uint8_t)(s->tail - o->head) >= RING) o->pc = G_HEAD;  // full: get makes room
      else o->pc = late_slot ? P_TAIL : P_SLOT;
      break;
    case P_SLOT:
      s->ring[(uint8_t)(s->tail - late_slot) % RING] = o->next;
      if (late_slot) put_done(o);
      else o->pc = P_TAIL;
      break;
    case P_TAIL:
      s->tail++;
      if (late_slot) o->pc = P_SLOT;
      else put_done(o);
      break;
    case G_HEAD:
      o->head = s->head;
      o->pc = o->head == s->tail ? O_NEXT : G_SLOT;
      break;
    case G_SLOT:
      o->item = s->ring[o->head % RING];
      o->pc = G_CAS;
      break;
    case G_CAS:
      if (blind_head || s->head == o->head) {
        s->head = o->head + 1;
        take(s, o->item);
        o->pc = O_NEXT;
      } else {
        o->pc = G_HEAD;
      }
      break;
  }
}

enum { S_HEAD, S_TAIL, S_SLOT, S_CAS, S_DONE };

static void thief_step(struct state *s, struct thread *t) {
  switch (t->pc) {
    case S_HEAD:
      t->head = s->head;
      t->pc = S_TAIL;
      break;
    case S_TAIL:
      t->tail = s->tail;
      t->n = t->tail - t->head;
      t->n -= t->n / 2;
      t->i = 0;
      if (t->n == 0) t->pc = --t->rounds ? S_HEAD : S_DONE;
      else t->pc = t->n > GRAB ? S_HEAD : S_SLOT;
      break;
    case S_SLOT:
      t->batch[t->i] = s->ring[(uint8_t)(t->head + t->i) % RING];
      if (++t->i == t->n) t->pc = S_CAS;
      break;
    case S_CAS:
      if (s->head == t->head) {
        s->head = t->head + t->n;
        for (uint8_t i = 0; i < t->n; i++) take(s, t->batch[i]);
        t->pc = --t->rounds ? S_HEAD : S_DONE;
      } else {
        t->pc = S_HEAD;
      }
      memset(t->batch, 0, sizeof t->batch);  // dead registers would only make more states
      break;
  }
}

static bool done(const struct state *s, int who) { return s->t[who].pc == (who == OWNER ? (uint8_t)O_DONE : (uint8_t)S_DONE); }

static void check_end(const struct state *s) {
  uint8_t seen[ITEMS];
  memcpy(seen, s->taken, sizeof seen);
  if ((uint8_t)(s->tail - s->head) > RING) wrong("more items than places");
  for (uint8_t i = s->head; i != s->tail; i++) seen[s->ring[i % RING]]++;
  for (int i = 1; i < ITEMS; i++)
    if (seen[i] != 1) wrong("an item was lost");
}

// ---- the walk ------------------------------------------------------------------------------------

enum { TABLE = 1 << 23 };
static uint64_t *table;
static size_t states, ends;

static uint64_t hash(const struct state *s) {
  uint64_t h = 1469598103934665603u;
  const uint8_t *p = (const uint8_t *)s;
  for (size_t i = 0; i < sizeof *s; i++) h = (h ^ p[i]) * 1099511628211u;
  h ^= h >> 32;
  return h ? h : 1;
}

// seen tells whether s was walked, by a hash of 64 bits.
static bool seen(const struct state *s) {
  uint64_t h = hash(s);
  size_t i = h % TABLE;
  while (table[i] && table[i] != h) i = (i + 1) % TABLE;
  if (table[i]) return true;
  if (++states > TABLE / 2) {
    printf("too many states\n");
    exit(2);
  }
  table[i] = h;
  return false;
}

static void walk(const struct state *s) {
  bool moved = false;
  if (seen(s)) return;
  for (int who = 0; who < THREADS; who++) {
    if (done(s, who)) continue;
    struct state next = *s;
    if (who == OWNER) owner_step(&next);
    else thief_step(&next, &next.t[who]);
    moved = true;
    walk(&next);
  }
  if (moved) return;
  ends++;
  check_end(s);
}

int main(int argc, char **argv) {
  const char *mutation = argc > 1 ? argv[1] : "none";
  late_slot = strcmp(mutation, "late_slot") == 0;
  early_tail = strcmp(mutation, "early_tail") == 0;
  blind_head = strcmp(mutation, "blind_head") == 0;
  table = calloc(TABLE, sizeof *table);
  if (!table) return 2;
  struct state s;
  memset(&s, 0, sizeof s);
  s.head = s.tail = 254;  // the counters wrap while they are used
  s.t[OWNER].next = 1;
  s.t[THIEF_A].rounds = s.t[THIEF_B].rounds = 2;
  walk(&s);
  printf("%zu states, %zu ends: each item is taken once\n", states, ends);
  return ends ? 0 : 2;
}
