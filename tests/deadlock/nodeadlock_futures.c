// SPDX-License-Identifier: Apache-2.0
// Futures that await other futures, in a tree.
#include <crun/crun.h>
#include <crun/short.h>

static int leaves[8] = {1, 1, 1, 1, 1, 1, 1, 1};
static int sums[16];

static void *add(long node) {
  if (node >= 8) return &leaves[node - 8];
  future *f[2] = {async(add, 2 * node), async(add, 2 * node + 1)};
  int *v[2];
  await_all(2, f, (void **)v);
  sums[node] = *v[0] + *v[1];
  return &sums[node];
}

int main(void) {
  future *f = async(add, 1L);
  int *sum = await(f);
  int n = *sum;
  future_free(f);
  return n != 8;
}
