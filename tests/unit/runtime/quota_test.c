// SPDX-License-Identifier: Apache-2.0
// quota_test.c: the quotas of control groups, of both versions, from folders that look like theirs; affinity, from the kernel.
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/os.h"
#include "base/quota.h"

static char root[64];

static int make_root(void **state) {
  strcpy(root, "/tmp/quota_test.XXXXXX");
  return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state) {
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s'", root);
  return system(command);
}

// put writes text to root/path, whose folders it makes.
static void put(const char *path, const char *text) {
  char full[256];
  snprintf(full, sizeof full, "%s/%s", root, path);
  for (char *at = full + strlen(root) + 1; (at = strchr(at, '/')); *at++ = '/') {
    *at = 0;
    mkdir(full, 0755);
  }
  FILE *f = fopen(full, "w");
  assert_non_null(f);
  fputs(text, f);
  fclose(f);
}

// procs is what is granted to a process in the groups that cgroups says.
static int procs(const char *cgroups) {
  char path[256];
  put("self", cgroups);
  snprintf(path, sizeof path, "%s/self", root);
  return quota_procs(root, path);
}

static void no_groups(void **state) {
  assert_int_equal(quota_procs("/nowhere", "/nowhere/self"), 0);
  assert_int_equal(procs("0::/\n"), 0);
  assert_int_equal(procs(""), 0);
  assert_int_equal(procs("no line of theirs\n\n::\n"), 0);
}

static void version_2(void **state) {
  put("a/cpu.max", "max 100000\n");
  assert_int_equal(procs("0::/a\n"), 0);
  put("a/cpu.max", "150000 100000\n");
  assert_int_equal(procs("0::/a\n"), 2);
  put("a/cpu.max", "1000 100000\n");
  assert_int_equal(procs("0::/a\n"), 1);
  assert_int_equal(procs("0::/\n"), 0);
}

// The least one counts, whether it is the process's own or one above it.
static void those_above(void **state) {
  put("a/cpu.max", "400000 100000\n");
  put("a/b/cpu.max", "max 100000\n");
  put("a/b/c/cpu.max", "800000 100000\n");
  assert_int_equal(procs("0::/a/b/c\n"), 4);
  put("a/b/c/cpu.max", "300000 100000\n");
  assert_int_equal(procs("0::/a/b/c\n"), 3);
}

// In a container the group's path is the host's, and its own quota stands where groups are mounted.
static void in_a_container(void **state) {
  put("cpu.max", "200000 100000\n");
  assert_int_equal(procs("0::/system.slice/docker-0123.scope\n"), 2);
  assert_int_equal(procs("0::/../..\n"), 2);
  assert_int_equal(quota_procs(root, "/nowhere/self"), 2);
}

static void version_1(void **state) {
  put("cpu/g/cpu.cfs_quota_us", "250000\n");
  put("cpu/g/cpu.cfs_period_us", "50000\n");
  assert_int_equal(procs("5:memory:/other\n2:cpu:/g\n0::/\n"), 5);
  assert_int_equal(procs("2:cpuset:/g\n3:cpuacct:/g\n"), 0);
  put("cpu/g/cpu.cfs_quota_us", "-1\n");
  assert_int_equal(procs("2:cpu:/g\n"), 0);
  put("cpu,cpuacct/g/cpu.cfs_quota_us", "100000\n");
  put("cpu,cpuacct/g/cpu.cfs_period_us", "100000\n");
  assert_int_equal(procs("4:cpu,cpuacct:/g\n"), 1);
}

static void affinity(void **state) {
  cpu_set_t all, one;
  assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
  assert_in_range(os_procs(), 1, CPU_COUNT(&all));
  CPU_ZERO(&one);
  for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++)
    if (CPU_ISSET(i, &all)) CPU_SET(i, &one);
  assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
  assert_int_equal(os_procs(), 1);
  sched_setaffinity(0, sizeof all, &all);
}

#define IN_ROOT(fn) cmocka_unit_test_setup_teardown(fn, make_root, remove_root)

int main(void) {
  const struct CMUnitTest tests[] = {IN_ROOT(no_groups), IN_ROOT(version_2), IN_ROOT(those_above),
                                     IN_ROOT(in_a_container), IN_ROOT(version_1), cmocka_unit_test(affinity)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
