// SPDX-License-Identifier: Apache-2.0
// abi_test.c: whatever abi.inc says that compiled code may call is there, and said in known letters.
// A name that the engine lacks does not link.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { CHECK, SYNC };

#define RACE_ABI(name, signature, effect) extern void name(void);
#define RACE_LIBC(name, checked, signature) extern void checked(void);
#include "abi.inc"

static const struct entry {
  const char *name, *signature;
  void (*function)(void);
} entries[] = {
#define RACE_ABI(name, signature, effect) {#name, signature, name},
#define RACE_LIBC(name, checked, signature) {#checked, signature, checked},
#include "abi.inc"
};

static void complete(void **state) {
  assert_true(sizeof entries / sizeof *entries > 150);
  for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) assert_non_null(entries[i].function);
}

static void well_formed(void **state) {
  for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
    const char *s = entries[i].signature;
    size_t n = strlen(s);
    if (n < 3 || !strchr("vpzbhwdqilf", s[0]) || s[1] != '(' || s[n - 1] != ')')
      fail_msg("%s: %s", entries[i].name, s);
    if (strspn(s + 2, "pzbhwdqilf.") != n - 3) fail_msg("%s: %s", entries[i].name, s);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(complete), cmocka_unit_test(well_formed)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
