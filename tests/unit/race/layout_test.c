// SPDX-License-Identifier: Apache-2.0
// layout_test.c: wherever a program and its mappings are said to fit, no two of their addresses share a shadow.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "layout.h"
#include "shadow.h"

#define TIB (1ull << 40)

static void kernels_choices(void **state) {
  assert_true(layout_fits(0x555555554000, 0x7ffff7fff000));  // addresses that are not random
  assert_true(layout_fits(0x400000, 0x7ffff7fff000));        // not PIE
  assert_true(layout_fits(0x5654ffffe000, 0x7eff00000000));  // the ends of 28 bits
  assert_false(layout_fits(0x6554ffffe000, 0x7fff00000000));  // and of 32
  assert_false(layout_fits(0x555555554000, 0x6fff00000000));
  assert_false(layout_fits(0x555555554000, 0x2aaaaaaab000));  // stacks have no limit
}

// What is mapped lies below the first mapping, but the table of sync objects takes the 16 TiB below about two of ours.
static void no_two_share_a_shadow(void **state) {
  for (uintptr_t program = 0; program < 128 * TIB; program += TIB / 4)
    for (uintptr_t top = 64 * TIB; top < 128 * TIB; top += TIB / 4) {
      if (!layout_fits(program, top)) continue;
      for (uintptr_t used = top - 2 * TIB; used <= top; used += TIB / 4)
        assert_ptr_not_equal(shadow_of(program), shadow_of(used));
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(kernels_choices), cmocka_unit_test(no_two_share_a_shadow)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
