// SPDX-License-Identifier: Apache-2.0
// play.c: plays random programs and holds the races that the detector told of against those of judge.c.
//
//   play [--seed N] [--count N] [--until SECONDS] [--stop] [--trace]
//
// A program is made from its seed while it runs: the actors take turns, which only uninstrumented code can see (a word,
// on which goroutines yield and threads sleep by futex), and whoever has the turn draws what it does next (draw.c,
// wait.c). What select chose is seen, not foretold. When all have ended the judge says which bytes had a race.
#include "play.h"

#include <linux/futex.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "race.h"

#include "harness.h"
#include "judge.h"

enum { SAID = 1 << 18 };

struct program prog;
struct shared shared;
bool may_arm;

static _Atomic int turn_of;  // the actor whose turn it is
static _Atomic int gone;     // how many actors have ended
static _Atomic bool over;    // actor 0 has, the last of all
static uint64_t rnd_state;
static char said[SAID];
static size_t nsaid;
static int nfound;           // races, before the program was cleared away

unsigned rnd(unsigned n) {
  rnd_state += 0x9e3779b97f4a7c15ull;
  uint64_t x = rnd_state;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ x >> 27) * 0x94d049bb133111ebull;
  return (x ^ x >> 31) % n;
}

void say(int actor, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  if (nsaid < SAID - 200) {
    nsaid += snprintf(said + nsaid, 16, "  a%-3d", actor);
    nsaid += vsnprintf(said + nsaid, 180, fmt, args);
    said[nsaid++] = '\n';
  }
  va_end(args);
}

// ---- turns --------------------------------------------------------------------------------------------

static void wait_turn(int me) {
  for (int now; (now = atomic_load(&turn_of)) != me;)
    if (prog.actor[me].is_thread) syscall(SYS_futex, &turn_of, FUTEX_WAIT_PRIVATE, now, NULL, NULL, 0);
    else cr_yield();
}

static void give_turn(int to) {
  atomic_store(&turn_of, to);
  syscall(SYS_futex, &turn_of, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

static int next_actor(void) {
  int can[ACTORS], n = 0;
  for (int i = 0; i < prog.nactors; i++)
    if (prog.actor[i].can_run) can[n++] = i;
  if (n == 0) {
    fprintf(stderr, "seed %lu: nobody can go on\n%.*s", prog.seed, (int)nsaid, said);
    abort();
  }
  return can[rnd(n)];
}

static bool others_can_run(int me) {
  for (int i = 0; i < prog.nactors; i++)
    if (i != me && prog.actor[i].can_run) return true;
  return false;
}

static void pass_turn(int me) {
  (void)me;
  give_turn(next_actor());
}

// ---- an actor's life -------------------------------------------------------------------------------------

// settle: what this actor waited for and got is free for others again.
static void settle(struct actor *a) {
  while (a->nbusy) *a->busy[--a->nbusy] = NOBODY;
}

static void segment(int me) {
  for (int n = 1 + rnd(4); n-- > 0;) {
    if (judge_full()) prog.finishing = true;
    if (prog.finishing) return;
    draw_step(me);
    if (chance(40)) wait_end(me);
  }
  wait_end(me);
}

static void let_all_go(int me) {
  while (wait_end(me) || draw_let_go(me)) continue;
}

static bool others_live(int me) {
  for (int i = 0; i < prog.nactors; i++)
    if (i != me && prog.actor[i].how != START_OPS && !prog.actor[i].ended) return true;
  return false;
}

// ends tells whether me has done all it will do.
static bool ends(int me) {
  struct actor *a = &prog.actor[me];
  if (prog.finishing) {
    let_all_go(me);
    return a->held == 0 && (me != 0 || !others_live(me));
  }
  if (me == 0 || a->held || !others_can_run(me)) return false;
  return chance(a->brief ? 70 : 12);
}

static void end(int me) {
  struct actor *a = &prog.actor[me];
  say(me, "ends");
  a->can_run = false;
  a->ended = true;
  judge_store(me, a->end);
  wait_joined(me);
  if (me != 0) pass_turn(me);
}

static void live(int me) {
  struct actor *a = &prog.actor[me];
  wait_turn(me);
  actor(me);
  for (;;) {
    settle(a);
    segment(me);
    if (prog.turns-- <= 0) prog.finishing = true;
    if (ends(me)) break;
    if (prog.finishing || !chance(45) || !wait_draw(me, pass_turn)) pass_turn(me);
    wait_turn(me);
  }
  end(me);
}

void play(int me) {
  live(me);
  atomic_fetch_add(&gone, 1);
  if (me == 0) atomic_store(&over, true);
}

// ---- a program -------------------------------------------------------------------------------------------

static void begin(uint64_t seed, int number) {
  memset(&prog, 0, sizeof prog);
  prog.seed = seed;
  rnd_state = seed * 0x2545f4914f6cdd1dull;
  nsaid = 0;
  atomic_store(&gone, 0);
  atomic_store(&over, false);
  atomic_store(&turn_of, 0);
  judge_begin();
  scenario(number);
  forget_races();
  draw_cast();
}

static void run(void) {
  if (chance(50)) {
    play(0);
  } else {
    op_start(START_GO, 0, NULL);
    while (!atomic_load(&over)) cr_yield();
  }
  int begun = 0;
  for (int i = 0; i < prog.nactors; i++) begun += prog.actor[i].ended;
  while (atomic_load(&gone) < begun) cr_yield();
  const struct race_found *r;
  nfound = races_found(&r);
  draw_clear();
}

static int complain(int wrong, const char *what, int object, int byte, int a, int b) {
  if (!wrong) printf("seed %lu is wrong:\n%.*s", prog.seed, (int)nsaid, said);
  printf("  %s: object %d byte %d actors %d %d\n", what, object, byte, a, b);
  return wrong + 1;
}

// differences says what of the told races is wrong, and what is missing.
static int differences(void) {
  static bool told[JUDGE_OBJECTS][JUDGE_BYTES], right[JUDGE_OBJECTS][JUDGE_BYTES];
  const struct race_found *r;
  int wrong = 0;
  races_found(&r);
  memset(told, 0, sizeof told);
  memset(right, 0, sizeof right);
  for (int i = 0; i < nfound; i++) {
    int o = r[i].object, byte = (int)r[i].byte;
    if (o < 0 || byte >= JUDGE_BYTES || !judge_byte_races(o, byte)) {
      wrong = complain(wrong, "false alarm", o, byte, r[i].actor[0], r[i].actor[1]);
      continue;
    }
    told[o][byte] = true;
    if (judge_races(o, byte, r[i].actor[0], r[i].actor[1])) right[o][byte] = true;
  }
  for (int o = 0; o < JUDGE_OBJECTS; o++)
    for (int byte = 0; byte < JUDGE_BYTES; byte++) {
      if (told[o][byte] && !right[o][byte]) wrong = complain(wrong, "wrong actors", o, byte, -1, -1);
      if (told[o][byte] || !judge_byte_is_sure(o, byte)) continue;
      int pair[2] = {-1, -1};
      for (int a = 0; a < prog.nactors; a++)
        for (int b = 0; b < a; b++)
          if (judge_races(o, byte, a, b)) pair[0] = b, pair[1] = a;
      wrong = complain(wrong, "missed", o, byte, pair[0], pair[1]);
    }
  return wrong;
}

static long racing_bytes(void) {
  long n = 0;
  for (int o = 0; o < JUDGE_OBJECTS; o++)
    for (int byte = 0; byte < JUDGE_BYTES; byte++) n += judge_byte_is_sure(o, byte);
  return n;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
  uint64_t seed = 1, count = 1000, wrong = 0, racy = 0, k = 0;
  long bytes = 0;
  double until = 1e9, begun = now();
  bool trace = false, stop = false;
  for (int i = 1; i < argc; i++) {
    if (!strcmp(argv[i], "--seed")) seed = strtoull(argv[++i], NULL, 10);
    else if (!strcmp(argv[i], "--count")) count = strtoull(argv[++i], NULL, 10);
    else if (!strcmp(argv[i], "--until")) until = strtod(argv[++i], NULL);
    else if (!strcmp(argv[i], "--stop")) stop = true;
    else trace = true;
  }
  for (; k < count && now() - begun < until && !(stop && wrong); k++) {
    may_arm = k >= count / 4 || k >= 2000;
    begin(seed + k, 0);
    run();
    judge();
    wrong += differences() > 0;
    long n = racing_bytes();
    racy += n > 0;
    bytes += n;
    if (trace) printf("seed %lu, %ld bytes race:\n%.*s", prog.seed, n, (int)nsaid, said);
    fflush(stdout);
  }
  printf("%lu programs from seed %lu, %lu of them with races on %ld bytes; %lu wrong, %.0f s\n", k, seed, racy, bytes, wrong, now() - begun);
  fflush(stdout);
  _exit(wrong ? 1 : 0);
}
