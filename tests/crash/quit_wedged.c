// SPDX-License-Identifier: Apache-2.0
// SIGQUIT from outside while every thread computes and none comes back to the scheduler.
// exit: 2
#include <crun/crun.h>
#include <crun/short.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

static volatile int *spins;  // a child sees them

static void spin(int i) { for (spins[i] = 1;;) {} }

static void kill_parent(void) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  while (!spins[0] || !spins[1] || !spins[2]) sched_yield();
  kill(getppid(), SIGQUIT);
  _exit(0);
}

int main(void) {
  spins = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (fork() == 0) kill_parent();
  go(spin, 1);
  go(spin, 2);
  while (!spins[1] || !spins[2]) {}
  spin(0);
}
// | SIGQUIT: quit
// | PC=0xN m=0 sigcode=0
// |
// | goroutine 1 [running]:
// | spin(...)
// | 	quit_wedged.c:14
// | main(...)
// | 	quit_wedged.c:29
// |
// | goroutine 2 [running]:
// | spin(...)
// | 	quit_wedged.c:14
// | created by main in goroutine 1
// | 	quit_wedged.c:26
// |
// | goroutine 3 [running]:
// | spin(...)
// | 	quit_wedged.c:14
// | created by main in goroutine 1
// | 	quit_wedged.c:27
// |
