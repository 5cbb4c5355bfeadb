// SPDX-License-Identifier: Apache-2.0
// racy_close.c: the first answer wins, and main closes the channel on the others; on a bad day this panics.
#include <crun/crun.h>
#include <crun/short.h>
#include <stdio.h>

static void ask(int server, chan(int) answers) {
  go_sleep(server * CR_MILLISECOND);
  chan_send(answers, server);
}

int main(void) {
  chan(int) answers = chan_make(int, 3);
  int first;
  for (int server = 1; server <= 3; server++) go(ask, server, answers);
  chan_recv(answers, &first);
  go_sleep(200 * CR_MILLISECOND);  // today the others are done by now
  chan_close(answers);             // the mistake: it is for the senders to close, or for nobody
  printf("an answer came\n");
}
