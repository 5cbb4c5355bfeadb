// SPDX-License-Identifier: Apache-2.0
// The answer is received once, and its value is what was checked.
#include <crun/crun.h>
#include <crun/short.h>

struct answer {
  int error, value;
};

static void resolver(chan(int) questions, chan(struct answer) answers) {
  for_chan (int, q, questions) {
    struct answer a = {q < 0, q * q};
    chan_send(answers, a);
  }
  chan_close(answers);
}

static int ask(chan(int) questions, chan(struct answer) answers, int q) {
  struct answer a;
  chan_send(questions, q);
  if (!chan_recv(answers, &a) || a.error) return -1;
  return a.value;
}

int main(void) {
  chan(int) questions = chan_make(int);
  chan(struct answer) answers = chan_make(struct answer);
  go(resolver, questions, answers);
  int v = ask(questions, answers, 5);
  chan_close(questions);
  return v != 25;
}
