// SPDX-License-Identifier: Apache-2.0
// A goroutine that is locked to its thread is sent what it waits for.
#include <crun/crun.h>
#include <crun/short.h>

static void renders(chan(int) frames, chan(int) shown) {
  int n = 0;
  cr_lock_thread();
  for_chan (int, f, frames) n++;
  cr_unlock_thread();
  chan_send(shown, n);
}

int main(void) {
  chan(int) frames = chan_make(int), shown = chan_make(int);
  int n;
  go(renders, frames, shown);
  for (int f = 0; f < 3; f++) chan_send(frames, f);
  chan_close(frames);
  chan_recv(shown, &n);
  return n != 3;
}
