// SPDX-License-Identifier: Apache-2.0
// limit.c: which limit refused memory. It allocates nothing, for there may be nothing left.
#include "base/limit.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "base/sys.h"

// slurp reads the beginning of a file of /proc; the number of bytes.
static size_t slurp(const char *path, char *buf, size_t size) {
  long fd = sys(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0), n = 0;
  if (fd >= 0) n = sys(SYS_read, fd, buf, size - 1);
  if (fd >= 0) sys(SYS_close, fd);
  if (n < 0) n = 0;
  buf[n] = 0;
  return (size_t)n;
}

// number reads the number behind key in a file; -1: it is not there.
static long number(const char *path, const char *key) {
  char buf[4096];
  slurp(path, buf, sizeof buf);
  const char *at = strstr(buf, key);
  return at && *buf ? atol(at + strlen(key)) : -1;
}

// mappings counts the lines of /proc/self/maps.
static long mappings(void) {
  long fd = sys(SYS_openat, AT_FDCWD, "/proc/self/maps", O_RDONLY | O_CLOEXEC, 0), n = 0;
  char buf[4096];
  for (long got; fd >= 0 && (got = sys(SYS_read, fd, buf, sizeof buf)) > 0;)
    for (long i = 0; i < got; i++) n += buf[i] == '\n';
  if (fd >= 0) sys(SYS_close, fd);
  return n;
}

void limit_of_memory(size_t bytes, int err, char text[LIMIT_TEXT]) {
  struct rlimit as;
  long used_kb = number("/proc/self/status", "VmSize:"), most = number("/proc/sys/vm/max_map_count", "");
  bool limited = getrlimit(RLIMIT_AS, &as) == 0 && as.rlim_cur != RLIM_INFINITY;
  if (limited && (used_kb < 0 || ((size_t)used_kb << 10) + bytes > as.rlim_cur))  // no descriptor is left to ask with
    snprintf(text, LIMIT_TEXT, "address space is limited to %zu KB (ulimit -v)", (size_t)as.rlim_cur >> 10);
  else if (most > 0 && mappings() + 2 >= most)
    snprintf(text, LIMIT_TEXT, "there are as many mappings as the kernel allows (vm.max_map_count=%ld)", most);
  else if (number("/proc/sys/vm/overcommit_memory", "") == 2)
    snprintf(text, LIMIT_TEXT, "all memory is committed (vm.overcommit_memory=2: %ld of %ld kB)",
             number("/proc/meminfo", "Committed_AS:"), number("/proc/meminfo", "CommitLimit:"));
  else
    snprintf(text, LIMIT_TEXT, "%s", strerrordesc_np(err));
}
