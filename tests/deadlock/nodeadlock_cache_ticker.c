// SPDX-License-Identifier: Apache-2.0
// A cache whose cleaner wakes by a ticker for as long as the program runs.
#include <crun/crun.h>
#include <crun/short.h>

struct cache {
  mutex mu;
  int entries;  // under mu
  cr_ticker *ticker;
};
static struct cache cache;
static chan(int) cleaned;

static void clean(void) {
  for_chan (int64_t, now, cr_ticker_chan(cache.ticker)) {
    mutex_lock(&cache.mu);
    cache.entries = now > 0 ? 0 : 1;
    mutex_unlock(&cache.mu);
    chan_try_send(cleaned, 1);
  }
}

int main(void) {
  cache.entries = 5;
  cache.ticker = ticker_new(CR_MILLISECOND);
  cleaned = chan_make(int, 1);
  go(clean);
  chan_recv(cleaned, NULL);
  mutex_lock(&cache.mu);
  int left = cache.entries;
  mutex_unlock(&cache.mu);
  return left;
}
