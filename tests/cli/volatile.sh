# -race-volatile=atomic: volatile accesses do not race with each other, but with plain ones they do, and order nothing.
. "$(dirname "$0")/lib.sh"
cat >volatile.c <<'TEXT'
#include <crun/crun.h>
#include <crun/short.h>
volatile int flag;
volatile double real;
char *volatile text;
int plain;
static void act(void) { flag = 1, real = real + 1, text = "a"; }
static void races(waitgroup *wg) {
#ifdef MIXED
  *(volatile int *)&plain = 1;
#endif
#ifdef BEHIND
  plain = 1;
#endif
  act();
  wg_done(wg);
}
int main(void) {
  waitgroup wg = {0};
  wg_add(&wg, 1);
  go(races, &wg);
  act();
#if defined MIXED || defined BEHIND
  plain = 2;
#endif
  wg_wait(&wg);
}
TEXT
run 66 "$crun" run -race volatile.c
run 66 "$crun" run -race -race-volatile=plain volatile.c
for level in -O0 -O2; do
  run 0 "$crun" run -race -race-volatile=atomic $level volatile.c
  err_empty
  run 66 "$crun" run -race -race-volatile=atomic $level -DBEHIND volatile.c
  err_has 'Found 1 data race'
  run 66 "$crun" run -race -race-volatile=atomic $level -DMIXED volatile.c
  err_has 'tomic write at'
done
run 2 "$crun" build -race -race-volatile=no volatile.c
err_has '-race-volatile=plain'
run 2 "$crun" build -race-volatile=atomic volatile.c
err_has 'need -race'
run 2 "$crun" build -race=tsan -race-volatile=atomic volatile.c
