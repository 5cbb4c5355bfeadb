# read(2) and its kin park in programs that use goroutines; other programs, and libraries, keep libc's.
. "$(dirname "$0")/lib.sh"

# Without goroutines: nothing of crun is linked, whatever is called.
cat >plain.c <<'C'
#include <poll.h>
#include <stdio.h>
#include <unistd.h>
int main(void) {
  char c;
  poll(NULL, 0, 0);
  usleep(1);
  printf("%d\n", (int)read(0, &c, 1));
  return 0;
}
C
# With: a hundred that wait are no hundred threads, with one P as with two.
cat >parks.c <<'C'
#include <crun/crun.h>
#include <crun/short.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
static _Atomic int begun;
static void reads(int fd, waitgroup *wg) {
  char c[2];
  begun++;
  if (read(fd, c, sizeof c) == 1) wg_done(wg);
}
int main(void) {
  int p[100][2], threads = 0;
  char line[200];
  waitgroup wg = {0};
  for (int i = 0; i < 100; i++) {
    if (pipe(p[i])) return 1;
    wg_add(&wg, 1);
    go(reads, p[i][0], &wg);
  }
  while (begun < 100) go_yield();
  for (int i = 0; i < 200; i++) go_yield();  // the last of them goes into its read
  FILE *f = fopen("/proc/self/status", "r");
  while (fgets(line, sizeof line, f)) sscanf(line, "Threads: %d", &threads);
  for (int i = 0; i < 100; i++)
    if (write(p[i][1], "x", 1) != 1) return 1;
  wg_wait(&wg);
  puts(threads <= 8 ? "parked" : "blocked");
  return 0;
}
C
# One that has a function of the name keeps it.
cat >own.c <<'C'
#include <crun/crun.h>
#include <stdio.h>
int send(int a, int b) { return a + b; }
int main(void) {
  cr_sleep(1);
  printf("%d\n", send(20, 22));
  return 0;
}
C
for mode in '' -race '-O2 -flto' -fuse-ld=lld '-race -fuse-ld=lld' '-O2 -D_FORTIFY_SOURCE=2'; do
  run 0 "$cc" $mode -w plain.c -o plain
  run 0 ./plain </dev/null
  out_is 0
  nm plain | grep ' cr_' && fail "a plain program is linked with the runtime: $mode"
  run 0 "$cc" $mode -w own.c -o own
  run 0 ./own
  out_is 42
  run 0 "$cc" $mode -w parks.c -o parks
  for procs in 1 2; do
    CRUNMAXPROCS=$procs run 0 ./parks
    out_is parked
    err_empty
  done
  nm -D parks | grep -w ' T read' && fail "read is exported to libraries: $mode"
done

# A library's call blocks its thread, and the rest goes on.
cat >lib.c <<'C'
#include <unistd.h>
int lib_read(int fd) { char c; return (int)read(fd, &c, 1); }
C
cat >uses.c <<'C'
#include <crun/crun.h>
#include <stdio.h>
#include <unistd.h>
int lib_read(int fd);
static void writes(int fd) { if (write(fd, "x", 1) != 1) _exit(3); }
int main(void) {
  int p[2];
  if (pipe(p)) return 1;
  cr_go(writes, p[1]);
  printf("%d\n", lib_read(p[0]));
  return 0;
}
C
run 0 "$cc" -shared -fPIC lib.c -o liblib.so
run 0 "$cc" uses.c -L. -llib -Wl,-rpath,"$work" -o uses
CRUNMAXPROCS=1 run 0 ./uses
out_is 1
