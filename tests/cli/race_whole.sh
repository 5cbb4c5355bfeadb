# -race-whole: the accesses are checked at the link, of all files as one program; the races found are the same.
. "$(dirname "$0")/lib.sh"
cat >a.c <<'C'
#include <crun/crun.h>
#include <crun/short.h>
int count(int *p);
int limit, racy;
static void worker(int n, waitgroup *wg) {
  for (int i = 0; i < limit; i++) n += count(&n);
  racy += n;
  wg_done(wg);
}
int main(int argc, char **argv) {
  limit = argc + 3;
  waitgroup wg = {0};
  for (int i = 0; i < 2; i++) {
    wg_add(&wg, 1);
    go(worker, i, &wg);
  }
  wg_wait(&wg);
}
C
printf 'int calls;\nint count(int *p) { calls++; return *p + 1; }\n' >b.c
for whole in '' -race-whole; do
  run 0 "$crun" build -race $whole -O2 -o program a.c b.c
  err_empty
  run 66 ./program
  err_has 'Found 2 data race'
  err_has 'a.c:7:'
  err_has 'b.c:2:'
done
run 2 "$crun" build -race-whole a.c b.c
err_has 'need -race'
run 2 "$crun" build -race -race-whole -race-stats -o program a.c b.c
err_has 'the linker'
run 2 "$cc" -race -race-whole -c a.c
err_has 'from all its sources'
