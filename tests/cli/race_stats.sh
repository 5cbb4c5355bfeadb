# -race-stats says what became of each file's accesses; -race-checks=all leaves no check out.
. "$(dirname "$0")/lib.sh"
printf 'int x;\nint main(void) { x++; return x - 1; }\n' >twice.c
run 0 "$crun" build -race -race-stats -Werror -O1 -o twice twice.c
err_has 'crun: twice.c: 2 accesses, 1 checks; left out before a write 1, covered 0;'
err_one_line
run 0 "$crun" build -race -race-stats -Werror -O0 -o twice twice.c
err_has 'crun: twice.c: 3 accesses, 1 checks; left out before a write 1, covered 1;'
run 0 "$cc" -race -race-checks=all -race-stats -Werror -O0 -c twice.c
err_has 'crun: twice.c: 3 accesses, 3 checks; left out before a write 0, covered 0;'
run 0 "$cc" -race -race-checks=all -race-stats twice.o -o twice
err_empty
run 0 ./twice
racy
for checks in all needed; do
  run 66 "$crun" run -race -race-checks=$checks racy.c
  err_has 'Found 1 data race'
done
run 2 "$crun" build -race -race-checks=some twice.c
err_has '-race-checks=all'
run 2 "$crun" build -race -race-stats=1 twice.c
run 0 "$crun" build -race -race-size=0 -race-stats -O1 -o twice twice.c
err_has '; 0 functions have a copy'
run 0 "$crun" build -race -race-stats -O1 -o twice twice.c
err_has '; 1 functions have a copy without 100% of the checks, code +'
run 2 "$crun" build -race -race-size=much twice.c
err_has '-race-size=PERCENT'
run 2 "$crun" build -race-size=50 twice.c
run 2 "$crun" build -race-stats twice.c
err_has 'need -race'

# -race-stats=run: the program says which share of its accesses ran without checks.
cat >share.c <<'C'
#include <pthread.h>
int a[1000], sum;
__attribute__((noinline)) void *reads(void *p) {
  for (int i = 0; i < 1000; i++) sum += a[i];
  return p;
}
int main(int argc, char **argv) {
  pthread_t t;
  for (int r = 0; r < 3; r++) reads(argv);
  if (argc > 1) pthread_create(&t, 0, reads, 0), pthread_join(t, 0);
  return 0;
}
C
run 0 "$crun" build -race -O1 -race-stats=run -o share share.c
err_empty
run 0 ./share
err_has 'crun: 100.00% of '
run 0 ./share more
err_has '% of '
! grep -q '100.00%' err || fail 'a second thread ran without checks'
run 0 env CRUNRACE=single=0 ./share
err_has 'crun: 0.00% of '
run 2 "$crun" build -race -race-stats=never share.c
