// SPDX-License-Identifier: Apache-2.0
// limits_test.c: what does not depend on descriptors goes on when there are none left.
#include "sync_help.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { BLOCKED = 40 };

// The plain calls of libc: they block their thread, which is told from one that computes.
static void blocks(int fd, _Atomic int *begun, cr_waitgroup *wg) {
  char c;
  ++*begun;
  check_eq(read(fd, &c, 1), 1);
  cr_waitgroup_done(wg);
}

// More threads block than may compute: the watching thread gives all their Ps to others though it cannot open a file.
static void blocked_without_descriptors(void) {
  struct rlimit old;
  cr_waitgroup wg = {0};
  _Atomic int begun = 0;
  int p[2];
  check_eq(pipe(p), 0);
  getrlimit(RLIMIT_NOFILE, &old);
  check_eq(setrlimit(RLIMIT_NOFILE, &(struct rlimit){0, old.rlim_max}), 0);
  check_eq(open("/dev/null", O_RDONLY | O_CLOEXEC), -1);
  cr_waitgroup_add(&wg, BLOCKED);
  for (int i = 0; i < BLOCKED; i++) cr_go(blocks, p[0], &begun, &wg);
  while (begun < BLOCKED) cr_yield();
  char c[BLOCKED] = {0};
  check_eq(write(p[1], c, sizeof c), BLOCKED);
  cr_waitgroup_wait(&wg);
  setrlimit(RLIMIT_NOFILE, &old);
  close(p[0]);
  close(p[1]);
}

static int all_tests(void) {
  const struct CMUnitTest tests[] = {GO_TEST(blocked_without_descriptors)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_everywhere(argc, argv, NULL, 0, all_tests); }
