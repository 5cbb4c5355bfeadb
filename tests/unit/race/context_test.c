// SPDX-License-Identifier: Apache-2.0
// context_test.c: stacks come back as they were, recursion stays bounded, longjmp leaves no frames; by example, and at
// random against naive models.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "access.h"
#include "context.h"
#include "epoch.h"
#include "frame.h"
#include "init.h"
#include "shadow.h"
#include "slot.h"

void report_race(const struct race_report *r) {}

static race_g *g;

static size_t stack(ctx_id c, uintptr_t *pcs, bool *folded) { return ctx_stack(c, 0, pcs, 64, folded); }

static void test_stack(void **state) {
  uintptr_t pcs[64];
  bool folded;
  for (int i = 1; i <= 20; i++) frame_push(g, 0x100 + i, 0x1000 * i, 0x7fff0000 - 64 * i);
  ctx_id c = ctx_current(g, 0x42);
  assert_int_equal(stack(c, pcs, &folded), 21);
  assert_false(folded);
  assert_int_equal(pcs[0], 0x42);
  for (int i = 1; i <= 20; i++) assert_int_equal(pcs[i], 0x100 + 21 - i);
  assert_int_equal(ctx_current(g, 0x42), c);
  assert_int_not_equal(ctx_current(g, 0x43), c);
  assert_int_equal(ctx_stack(c, 0, pcs, 5, &folded), 5);
  for (int i = 20; i >= 1; i--) frame_pop(g, 0x7fff0000 - 64 * i, 0);
  assert_ptr_equal(g->sp, g->base);
  assert_int_equal(stack(ctx_current(g, 0x42), pcs, &folded), 1);
}

// mk(d) calls itself at two places to any depth: four nodes, and the stack names the first activation
// and the last.
static void mk(int depth, uintptr_t call_pc) {
  frame_push(g, call_pc, 0x5000, 0x7fff0000 - 64 * depth);
  ctx_current(g, 0x5010);
  if (depth < 16) {
    mk(depth + 1, 0x5020);
    mk(depth + 1, 0x5030);
  } else {
    uintptr_t pcs[64];
    bool folded;
    assert_int_equal(stack(ctx_current(g, 0x5010), pcs, &folded), 4);
    assert_true(folded);
    assert_true(pcs[1] == 0x5020 || pcs[1] == 0x5030);
    assert_int_equal(pcs[2], 0x600);
    assert_int_equal(pcs[3], 0x700);
  }
  frame_pop(g, 0x7fff0000 - 64 * depth, 0);
}

static void test_recursion(void **state) {
  size_t nodes = ctx_nodes(), contexts = ctx_count();
  frame_push(g, 0x700, 0x4000, 0x7fffffff);
  mk(1, 0x600);
  frame_pop(g, 0x7fffffff, 0);
  assert_int_equal(ctx_nodes() - nodes, 4);
  assert_int_equal(ctx_count() - contexts, 3);
}

// Functions that call each other at random: paths are without number, nodes are not.
static void test_mutual_recursion(void **state) {
  size_t nodes = ctx_nodes();
  uint64_t s = 88172645463325252ull;
  for (int round = 0; round < 3000; round++) {
    int depth = 1 + round % 300;
    for (int i = 1; i <= depth; i++) {
      s ^= s << 13, s ^= s >> 7, s ^= s << 17;
      unsigned f = s % 4;
      frame_push(g, 0x8000 + f, 0x9000 + 16 * f, 0x7fff0000 - 64 * i);
    }
    uintptr_t pcs[64];
    assert_in_range(stack(ctx_current(g, 1), pcs, NULL), 2, 2 + 2 * 4);
    while (g->sp > g->base) g_pop(g);
  }
  assert_true(ctx_nodes() - nodes < 2000);
}

// A million activations deep: the shadow call stack grows, and shrinks with the calls.
static void test_deep(void **state) {
  for (int i = 0; i < 1000000; i++) frame_push(g, 0x11, 0x12, 0x7fff0000 - 16 * i);
  uintptr_t pcs[64];
  bool folded;
  assert_int_equal(stack(ctx_current(g, 0x13), pcs, &folded), 3);
  for (int i = 1000000; i-- > 0;) frame_pop(g, 0x7fff0000 - 16 * i, 0);
  assert_ptr_equal(g->sp, g->base);
}

// longjmp over ten activations: the function that it lands in leaves its own frame, not one of them.
static void test_longjmp(void **state) {
  frame_push(g, 1, 2, 0x10000);
  frame_push(g, 3, 4, 0xf000);
  for (int i = 0; i < 10; i++) frame_push(g, 5, 6, 0xe000 - 256 * i);
  frame_pop(g, 0xf000, 0);
  assert_ptr_equal(g->sp, g->base + 1);
  assert_int_equal(g->sp->call_pc, 1);
  for (int i = 0; i < 10; i++) frame_push(g, 5, 6, 0xe000 - 256 * i);
  frames_unwind(g, 0xff00);  // what the plugin calls after setjmp, some way into the function's frame
  assert_ptr_equal(g->sp, g->base + 1);
  frame_pop(g, 0x10000, 0);
  assert_ptr_equal(g->sp, g->base);
  frame_pop(g, 0x10000, 0);  // a function entered before there was a race_g
  assert_ptr_equal(g->sp, g->base);
}

// A function whose last jump is func_exit has no machine frame any more; with and without activations that
// longjmp left, and called from where it is called by itself.
static void test_exit_by_jump(void **state) {
  frame_push(g, 1, 2, 0x10000);
  frame_push(g, 3, 4, 0xf000);
  frame_pop(g, 0xf028, 3);
  assert_ptr_equal(g->sp, g->base + 1);
  frame_push(g, 3, 4, 0xf000);
  for (int i = 0; i < 10; i++) frame_push(g, 5, 4, 0xe000 - 256 * i);
  frame_pop(g, 0x10000, 3);
  assert_ptr_equal(g->sp, g->base + 1);
  assert_int_equal(g->sp->call_pc, 1);
  frame_pop(g, 0x10028, 1);
  assert_ptr_equal(g->sp, g->base);
}

// siglongjmp from a handler on an alternate stack: frames outside g's own stack go.
static void test_altstack(void **state) {
  atomic_store(&g->info->stack_lo, 0x10000);
  atomic_store(&g->info->stack_hi, 0x20000);
  frame_push(g, 1, 2, 0x1f000);
  frame_push(g, 3, 4, 0x90000);  // the handler, above
  frame_push(g, 5, 6, 0x8f000);
  frames_unwind(g, 0x1ef00);
  assert_ptr_equal(g->sp, g->base + 1);
  frame_push(g, 3, 4, 0x8000);  // below
  frames_unwind(g, 0x1ef00);
  assert_ptr_equal(g->sp, g->base + 1);
  frame_pop(g, 0x1f000, 0);
  assert_ptr_equal(g->sp, g->base);
}

static void test_composite(void **state) {
  bool ok;
  uintptr_t pc;
  ctx_id a = ctx_current(g, 0xa), b = ctx_current(g, 0xb), c = ctx_current(g, 0xc);
  ctx_id ab = ctx_composite(a, 0x0f, b, 0xf0, &ok);
  assert_true(ok);
  assert_int_equal(ctx_composite(b, 0xf0, a, 0x0f, &ok), ab);
  assert_int_equal(ctx_composite(a, 0x0f, a, 0xf0, &ok), a);
  ctx_id abc = ctx_composite(c, 0x03, ab, 0xfc, &ok);
  static const uintptr_t want[8] = {0xc, 0xc, 0xa, 0xa, 0xb, 0xb, 0xb, 0xb};
  for (int i = 0; i < 8; i++) {
    assert_int_equal(ctx_stack(abc, i, &pc, 1, NULL), 1);
    assert_int_equal(pc, want[i]);
  }
  assert_int_equal(ctx_composite(a, 0xff, abc, 0, &ok), a);
}

// ---- against naive models ------------------------------------------------------------------------

static uint64_t seed;
static unsigned rnd(unsigned n) {
  seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
  return seed % n;
}

// What is called is a list of activations. What a stack shows is that list after each entry of a function that is on it
// already cut it back to that function's first activation.
enum { DEEPEST = 60, KEPT = 400 };

struct call {
  uintptr_t pc, func;
};

static size_t shown(const struct call *calls, int n, struct call *path, bool *folded) {
  size_t len = 0;
  int first_fold = -1;
  for (int i = 0; i < n; i++) {
    size_t k = 0;
    while (k < len && path[k].func != calls[i].func) k++;
    if (k < len) {
      len = k + 1;
      if (first_fold < 0 || first_fold > (int)len) first_fold = len;
    } else if (first_fold >= (int)len) {
      first_fold = -1;
    }
    path[len++] = calls[i];
  }
  *folded = first_fold >= 0 && first_fold < (int)len;
  return len;
}

static struct kept {
  ctx_id ctx;
  size_t n;
  uintptr_t pcs[DEEPEST + 1];
  bool folded;
} kept[KEPT];

static void check_shows(ctx_id c, const uintptr_t *want, size_t n, bool folded) {
  uintptr_t pcs[64];
  bool is_folded;
  assert_int_equal(stack(c, pcs, &is_folded), n);
  assert_memory_equal(pcs, want, n * sizeof *want);
  assert_int_equal(is_folded, folded);
}

static void check_current(const struct call *calls, int n, struct kept *k) {
  struct call path[DEEPEST];
  size_t len = shown(calls, n, path, &k->folded);
  uintptr_t pc = k->pcs[0] = 0x100 + rnd(3);
  for (size_t i = 0; i < len; i++) k->pcs[len - i] = path[i].pc;
  k->n = len + 1;
  k->ctx = ctx_current(g, pc);
  check_shows(k->ctx, k->pcs, k->n, k->folded);
  assert_int_equal(ctx_current(g, pc), k->ctx);
}

// Calls, returns and longjmps at random; functions few enough to recurse in every way. An id shows the same ever after.
static void test_random_calls(void **state) {
  static struct call calls[DEEPEST];
  for (int program = 1; program <= 300; program++) {
    seed = program * 0x9e3779b97f4a7c15ull;
    int n = 0, nkept = 0;
    unsigned functions = 1 + rnd(12), sites = 1 + rnd(6);
    for (int step = 0; step < 1500; step++) {
      unsigned what = rnd(20);
      if (what < 11 && n < DEEPEST) {
        unsigned f = rnd(functions);
        calls[n] = (struct call){0x8000 + 16 * rnd(sites), 0x9000 + 16 * f};
        frame_push(g, calls[n].pc, calls[n].func, 0x7fff0000 - 64 * n);
        n++;
      } else if (what < 19 && n > 0) {
        n--;
        frame_pop(g, 0x7fff0000 - 64 * n, 0);
      } else if (n > 0) {
        n = 1 + rnd(n);
        frames_unwind(g, 0x7fff0000 - 64 * (n - 1) - 8);  // longjmp into the frame that is the last now
      }
      if (rnd(3) == 0) check_current(calls, n, &kept[nkept++ % KEPT]);
    }
    for (int i = 0; i < nkept && i < KEPT; i++) check_shows(kept[i].ctx, kept[i].pcs, kept[i].n, kept[i].folded);
    while (g->sp > g->base) g_pop(g);
  }
}

// Composites of composites, against what each byte was given.
static void test_random_composites(void **state) {
  enum { CELLS = 64 };
  static struct {
    ctx_id ctx, of[8];
  } cell[CELLS];
  ctx_id leaf[12];
  uintptr_t pc;
  seed = 7;
  for (int i = 0; i < 12; i++) leaf[i] = ctx_current(g, 0xf00 + i);
  for (int i = 0; i < CELLS; i++) {
    cell[i].ctx = leaf[rnd(12)];
    for (int k = 0; k < 8; k++) cell[i].of[k] = cell[i].ctx;
  }
  for (int round = 0; round < 20000; round++) {
    int a = rnd(CELLS), b = rnd(CELLS), to = rnd(CELLS);
    uint8_t bytes = rnd(256);
    bool ok;
    ctx_id c = ctx_composite(cell[a].ctx, bytes, cell[b].ctx, (uint8_t)~bytes, &ok);
    if (!ok) continue;
    ctx_id of[8];
    for (int k = 0; k < 8; k++) of[k] = bytes >> k & 1 ? cell[a].of[k] : cell[b].of[k];
    for (int k = 0; k < 8; k++) {
      assert_int_equal(ctx_of_byte(c, k), of[k]);
      assert_int_equal(ctx_stack(c, k, &pc, 1, NULL), 1);
      assert_in_range(pc, 0xf00, 0xf00 + 11);
      assert_int_equal(ctx_current(g, pc), of[k]);
    }
    cell[to].ctx = c;
    memcpy(cell[to].of, of, sizeof of);
  }
}

int main(void) {
  race_init();
  race_cur = NULL;  // nothing is checked but what a test checks itself
  g = race_g_new(NULL, ginfo_new(NULL, 1, 0, false));
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_stack), cmocka_unit_test(test_recursion), cmocka_unit_test(test_mutual_recursion),
      cmocka_unit_test(test_deep),  cmocka_unit_test(test_longjmp), cmocka_unit_test(test_exit_by_jump),   cmocka_unit_test(test_altstack),
      cmocka_unit_test(test_composite), cmocka_unit_test(test_random_calls), cmocka_unit_test(test_random_composites),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
