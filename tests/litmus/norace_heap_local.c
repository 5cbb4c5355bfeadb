// SPDX-License-Identifier: Apache-2.0
// Allocations of every kind, each used by the thread that made it.
#define LITMUS_PTHREAD
#include "litmus.h"

static void *worker(void *arg) {
  for (int i = 1; i < 200; i++) {
    char *a = malloc(i), *b = calloc(i, 3), *c = NULL;
    memset(a, i, i);
    memset(b, i, 3 * i);
    a = realloc(a, 20 * i);
    a[20 * i - 1] = 1;
    if (posix_memalign((void **)&c, 64, i)) abort();
    memset(c, 1, i);
    char *d = aligned_alloc(32, 32 * i), *e = strdup(memset(calloc(1, i + 1), 'x', i));
    d[i] = e[i - 1];
    free(a);
    free(b);
    free(c);
    free(d);
    free(e);
  }
  return arg;
}

int main(void) {
  pthread_t t[3];
  for (int i = 0; i < 3; i++) t[i] = spawn(worker, NULL);
  for (int i = 0; i < 3; i++) pthread_join(t[i], NULL);
}
