// SPDX-License-Identifier: Apache-2.0
// quota.c: the quotas of a control group and of those above it, of version 2 (cpu.max) and 1 (cpu.cfs_quota_us).
//
// In a container the path that /proc/self/cgroup gives may be one of the host's, and what is mounted the container's own
// group. So a folder that is not there is passed over, up to where the groups are mounted.
#include "base/quota.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

// least is the lesser of two numbers of processors, of which 0 is no limit.
static int least(int a, int b) { return a == 0 || (b != 0 && b < a) ? b : a; }

static int rounded_up(long quota, long period) {
  return quota > 0 && period > 0 ? (int)((quota + period - 1) / period) : 0;
}

// numbers reads up to two numbers from dir/name, and returns how many there were.
static int numbers(const char *dir, const char *name, long *a, long *b) {
  char path[PATH_MAX];
  if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path) return 0;
  FILE *f = fopen(path, "re");
  if (!f) return 0;
  int n = fscanf(f, "%ld %ld", a, b);
  fclose(f);
  return n;
}

// "max 100000" has no number in front: no limit. Version 1 says -1.
static int quota_of(const char *dir) {
  long quota = 0, period = 0, none;
  if (numbers(dir, "cpu.max", &quota, &period) == 2) return rounded_up(quota, period);
  if (numbers(dir, "cpu.cfs_quota_us", &quota, &none) < 1 || numbers(dir, "cpu.cfs_period_us", &period, &none) < 1) return 0;
  return rounded_up(quota, period);
}

// up_from is the least quota of mount/group and all folders above it, mount included.
static int up_from(const char *mount, const char *group) {
  char dir[PATH_MAX];
  size_t top = strlen(mount);
  if (snprintf(dir, sizeof dir, "%s%s", mount, group) >= (int)sizeof dir) return quota_of(mount);
  int n = 0;
  for (;;) {
    n = least(n, quota_of(dir));
    char *slash = strrchr(dir, '/');
    if (!slash || slash < dir + top) return n;
    *slash = 0;
  }
}

// names_cpu tells whether a list of controllers has that of quotas.
static bool names_cpu(const char *list) {
  for (const char *at = list; (at = strstr(at, "cpu")); at += 3)
    if ((at == list || at[-1] == ',') && (at[3] == ',' || at[3] == 0)) return true;
  return false;
}

// of_line is the quota by a line of cgroups, "number:controllers:group". Version 2 has no controllers, and is mounted
// at root or, beside version 1, at root/unified.
static int of_line(const char *root, char *line) {
  char mount[PATH_MAX], *list = strchr(line, ':'), *group = list ? strchr(list + 1, ':') : NULL;
  if (!group) return 0;
  *group++ = 0;
  group[strcspn(group, "\n")] = 0;
  list++;
  if (*list && !names_cpu(list)) return 0;
  if (snprintf(mount, sizeof mount, "%s/%s", root, *list ? list : "unified") >= (int)sizeof mount) return 0;
  int n = up_from(mount, group);
  if (*list && strcmp(list, "cpu") == 0) return n;
  if (*list) snprintf(mount, sizeof mount, "%s/cpu", root);  // mostly a link to the other
  return least(n, up_from(*list ? mount : root, group));
}

int quota_procs(const char *root, const char *cgroups) {
  char line[PATH_MAX];
  int n = 0;
  FILE *f = fopen(cgroups, "re");
  while (f && fgets(line, sizeof line, f)) n = least(n, of_line(root, line));
  if (f) fclose(f);
  return f ? n : quota_of(root);
}
