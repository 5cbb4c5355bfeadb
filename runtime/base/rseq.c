// SPDX-License-Identifier: Apache-2.0
// rseq.c: whether restartable sequences can be used, and their barrier.
#include "base/rseq.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/check.h"

// glibc's, since 2.35.
extern const ptrdiff_t __rseq_offset __attribute__((weak));
extern const unsigned int __rseq_size __attribute__((weak));

struct rseq_use rseq_use;

static bool membarrier(int command) { return syscall(SYS_membarrier, command, 0, 0) == 0; }

void rseq_init(void) {
  if (!&__rseq_size || __rseq_size == 0) return;
  int saved = errno;
  rseq_use.area = __rseq_offset;
  store_rel(&rseq_use.is_usable, membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ));
  errno = saved;
}

void rseq_barrier(void) {
  int saved = errno;
  if (!membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ)) throw("membarrier worked at the start and fails now");
  errno = saved;
}
