// SPDX-License-Identifier: Apache-2.0
// Every goroutine waits for another: Go's text, why each waits, exit code 2.
// exit: 2
#include <crun/crun.h>
#include <crun/short.h>

static void receives(chan(int) c) {
  int v;
  chan_recv(c, &v);
}
static void sends(chan(int) c) { chan_send(c, 1); }
static void locks(mutex *m) { mutex_lock(m); }
static void waits(waitgroup *wg) { wg_wait(wg); }

int main(void) {
  chan(int) in = chan_make(int), out = chan_make(int), none = NULL;
  mutex m = {0};
  waitgroup wg = {0};
  wg_add(&wg, 1);
  mutex_lock(&m);
  go(receives, in);
  go_yield();
  go(receives, none);
  go_yield();
  go(sends, out);
  go_yield();
  go(locks, &m);
  go_yield();
  go(waits, &wg);
  chan_send(none, 1);
}
// | fatal error: all goroutines are asleep - deadlock!
// |
// | goroutine 1 [chan send (nil chan)]:
// | cr_chan_send_raw(...)
// | main(...)
// | 	deadlock.c:30
// |
// | goroutine 2 [chan receive]:
// | cr_chan_recv_raw(...)
// | receives(...)
// | 	deadlock.c:9
// | created by main in goroutine 1
// | 	deadlock.c:21
// |
// | goroutine 3 [chan receive (nil chan)]:
// | cr_chan_recv_raw(...)
// | receives(...)
// | 	deadlock.c:9
// | created by main in goroutine 1
// | 	deadlock.c:23
// |
// | goroutine 4 [chan send]:
// | cr_chan_send_raw(...)
// | sends(...)
// | 	deadlock.c:11
// | created by main in goroutine 1
// | 	deadlock.c:25
// |
// | goroutine 5 [sync.Mutex.Lock, owner goroutine 1]:
// | cr_mutex_lock(...)
// | locks(...)
// | 	deadlock.c:12
// | created by main in goroutine 1
// | 	deadlock.c:27
// |
// | goroutine 6 [sync.WaitGroup.Wait]:
// | cr_waitgroup_wait(...)
// | waits(...)
// | 	deadlock.c:13
// | created by main in goroutine 1
// | 	deadlock.c:29
// |
