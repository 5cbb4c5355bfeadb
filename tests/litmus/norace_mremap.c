// SPDX-License-Identifier: Apache-2.0
// Mappings that grow, move, shrink and go, at addresses that the other thread has at once: each is fresh memory.
// TSAN: unsure
#define LITMUS_PTHREAD
#define _GNU_SOURCE
#include "litmus.h"

#include <sys/mman.h>

static void *worker(void *arg) {
  for (int i = 0; i < 40; i++) {
    char *p = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(p, 1, 65536);
    p = mremap(p, 65536, 131072, MREMAP_MAYMOVE);
    if (p == MAP_FAILED || p[65535] != 1) exit(3);
    memset(p, 2, 131072);
    if (mremap(p, 131072, 65536, 0) != p || p[65535] != 2) exit(3);
    munmap(p, 65536);
  }
  return arg;
}

int main(void) {
  pthread_t t = spawn(worker, NULL);
  worker(NULL);
  pthread_join(t, NULL);
}
