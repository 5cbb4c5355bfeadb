// SPDX-License-Identifier: Apache-2.0
// Two goroutines each hold a mutex and wait for the other's: told as the cycle closes, before all sleep.
// exit: 2
#include <crun/crun.h>
#include <crun/short.h>

static mutex from;
static struct { int money; mutex mu; } to;

static void back(chan(int) turn) {
  int v;
  mutex_lock(&to.mu);
  chan_send(turn, 1);
  chan_recv(turn, &v);
  mutex_lock(&from);
}

int main(void) {
  chan(int) turn = chan_make(int);
  int v;
  mutex_lock(&from);
  cr_set_name("main");
  go(back, turn);
  chan_recv(turn, &v);
  chan_send(turn, 1);
  mutex_lock(&to.mu);
}
// | ==================
// | WARNING: DEADLOCK: 2 goroutines wait for each other's locks
// | Goroutine 2 [sync.Mutex.Lock] waits for mutex from (0xN), held by goroutine 1, at:
// |   back()
// |       lock_cycle.c:15:3
// |         15 |   mutex_lock(&from);
// |            |   ^
// |
// | Goroutine 2 locked mutex to.mu (0xN) at:
// |   back()
// |       lock_cycle.c:12:3
// |
// | Goroutine 1 "main" [sync.Mutex.Lock] waits for mutex to.mu (0xN), held by goroutine 2, at:
// |   main()
// |       lock_cycle.c:26:3
// |         26 |   mutex_lock(&to.mu);
// |            |   ^
// |
// | Goroutine 1 "main" locked mutex from (0xN) at:
// |   main()
// |       lock_cycle.c:21:3
// |
// | Id: N
// | ==================
// | fatal error: all goroutines are asleep - deadlock!
// |
// | goroutine 1 "main" [sync.Mutex.Lock, owner goroutine 2]:
// | cr_mutex_lock(...)
// | main(...)
// | 	lock_cycle.c:26
// |
// | goroutine 2 [sync.Mutex.Lock, owner goroutine 1]:
// | cr_mutex_lock(...)
// | back(...)
// | 	lock_cycle.c:15
// | created by main in goroutine 1
// | 	lock_cycle.c:23
// |
// | Found 1 problem(s)
