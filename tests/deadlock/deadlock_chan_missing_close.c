// SPDX-License-Identifier: Apache-2.0
// The parser sends all records and forgets to close: the consumer's loop waits for one more.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: total(...)
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
