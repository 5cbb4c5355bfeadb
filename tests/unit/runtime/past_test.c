// SPDX-License-Identifier: Apache-2.0
// past_test.c: sparse clocks against plain arrays.
#include "diag/order/past.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LINES = 12, THINGS = 6, STEPS = 200000 };

// Model: of each thing the latest time that it knows of each line.
static uint32_t model[THINGS][LINES];
static struct past *real[THINGS];

static void same(int t) {
  for (uint32_t i = 0; i < LINES; i++) {
    struct moment at = {i + 1, model[t][i]}, later = {i + 1, model[t][i] + 1};
    assert_int_equal(past_has(real[t], at), model[t][i] > 0);
    assert_false(past_has(real[t], later));
  }
}

static void randomly(void **state) {
  (void)state;
  uint32_t now[LINES] = {0};
  srand(1);
  for (int step = 0; step < STEPS; step++) {
    int a = rand() % THINGS, b = rand() % THINGS, line = rand() % LINES;
    switch (rand() % 8) {
      case 0:
        model[a][line] = ++now[line];
        real[a] = past_add(real[a], (struct moment){(uint32_t)line + 1, now[line]});
        break;
      case 1:
        past_drop(real[a]);
        real[a] = NULL;
        memset(model[a], 0, sizeof model[a]);
        break;
      default:
        for (int i = 0; i < LINES; i++)
          if (model[b][i] > model[a][i]) model[a][i] = model[b][i];
        real[a] = past_join(real[a], real[b]);
    }
    same(a);
  }
  for (int i = 0; i < THINGS; i++) past_drop(real[i]);
}

// Objects keep what was released, all of it, until they are forgotten; also when there are very many.
static void objects(void **state) {
  (void)state;
  enum { MANY = 70000 };
  static char object[MANY];
  struct past *p = past_add(NULL, (struct moment){1, 1}), *q = past_add(NULL, (struct moment){2, 5});
  past_release(&object[0], p, 0);
  past_release(&object[0], q, 3);
  uint64_t count = 1;
  struct past *mine = past_acquire(&object[0], NULL, &count);
  assert_int_equal(count, 3);
  assert_true(past_has(mine, (struct moment){1, 1}) && past_has(mine, (struct moment){2, 5}));
  past_drop(mine);
  past_forget(&object[0]);
  assert_null(past_acquire(&object[0], NULL, &count));
  for (int i = 0; i < MANY; i++) past_release(&object[i], p, 0);
  for (int i = 0; i < MANY; i++) {
    struct past *got = past_acquire(&object[i], NULL, &count);
    assert_true(past_has(got, (struct moment){1, 1}));
    past_drop(got);
  }
  past_drop(p);
  past_drop(q);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(randomly), cmocka_unit_test(objects)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
