// SPDX-License-Identifier: Apache-2.0
// The parser closes what it sends on, so the consumer's loop ends.
#include <crun/crun.h>
#include <crun/short.h>

struct record {
  int key, amount;
};

static void parse(chan(struct record) out, const int *amounts, int n) {
  for (int i = 0; i < n; i++) {
    struct record r = {i, amounts[i]};
    chan_send(out, r);
  }
  chan_close(out);
}

static int total(chan(struct record) in) {
  int sum = 0;
  for_chan (struct record, r, in) sum += r.amount;
  return sum;
}

int main(void) {
  static const int amounts[] = {3, 4, 5};
  chan(struct record) records = chan_make(struct record, 2);
  go(parse, records, amounts, 3);
  return total(records) != 12;
}
