// SPDX-License-Identifier: Apache-2.0
// A page of a file behind the file's end, read in a goroutine.
// exit: 135
#include <crun/crun.h>
#include <crun/short.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>

static volatile char seen;
static void bad(const char *p) { seen = *p; }

int main(void) {
  int fd = open("empty", O_RDWR | O_CREAT, 0600);
  char *p = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
  if (p == MAP_FAILED) abort();
  go(bad, p);
  go_sleep(CR_HOUR);
}
// | fatal error: unexpected signal
// | [signal SIGBUS: Bus error code=0xN addr=0xN]
// |
// | goroutine 2 [running]:
// | bad(...)
// | 	bus.c:11
// | created by main in goroutine 1
// | 	bus.c:17
// |
// | goroutine 1 [sleep]:
// | cr_sleep(...)
// | main(...)
// | 	bus.c:18
// |
