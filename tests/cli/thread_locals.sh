# A goroutine that comes back from a park on another thread uses that thread's errno and thread-locals, at
# every optimization level, with and without -race.
. "$(dirname "$0")/lib.sh"
cat >moves.c <<'C'
#include <crun/crun.h>
#include <crun/short.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static _Thread_local char scratch[64];
static _Thread_local long where;
static _Atomic long moved, wrong;

static void worker(int id, waitgroup *wg) {
  for (int i = 0; i < 2000; i++) {
    long before = where = syscall(SYS_gettid);
    errno = id;
    go_yield();
    long now = syscall(SYS_gettid);
    if (errno != id) wrong++;
    if (now != before) moved++, where = now;
    if (where != now) wrong++;
    memset(scratch, id, sizeof scratch);
    for (int k = 0; k < (int)sizeof scratch; k++) wrong += scratch[k] != (char)id;
  }
  wg_done(wg);
}

int main(void) {
  waitgroup wg = {0};
  wg_add(&wg, 16);
  for (int i = 0; i < 16; i++) go(worker, i + 1, &wg);
  wg_wait(&wg);
  printf("%ld moves\n", moved);
  return wrong != 0;
}
C
for level in -O0 -O1 -O2 -O3 '-O2 -fPIC'; do
  for race in '' -race; do
    run 0 "$crun" build $race $level -o moves moves.c
    run 0 env CRUNMAXPROCS=4 ./moves
    err_empty
    out_has moves
  done
done
tmp_empty
