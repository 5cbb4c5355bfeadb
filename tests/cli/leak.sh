# -leak: what is told when main has ended and how the program ends; leakcheck, leaksignal, cr_leak_check; and nothing without it.
. "$(dirname "$0")/lib.sh"
cat >head.h <<'C'
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <crun/crun.h>
#include <crun/short.h>
static void receive(chan(int) c) { int v; chan_recv(c, &v); }
C
# leaky.c: three goroutines wait on a channel that only main had.
cat >leaky.c <<'C'
#include "head.h"
static void start(void) {
  chan(int) c = chan_make(int, 0);
  for (int i = 0; i < 3; i++) go(receive, c);
}
int main(void) { start(); puts("main ends"); return 0; }
C
cat >clean.c <<'C'
#include "head.h"
static chan(int) volatile jobs;
static mutex m;
static void sleep_long(chan(int) c) { cr_sleep(INT64_C(3600000000000)); chan_send(c, 1); }
static void finish(waitgroup *wg) { mutex_lock(&m); mutex_unlock(&m); wg_done(wg); }
int main(void) {
  waitgroup wg = {0};
  jobs = chan_make(int, 0);
  go(receive, jobs);               // a daemon
  chan(int) c = chan_make(int, 0);
  go(receive, c);
  go(sleep_long, c);
  for (int i = 0; i < 100; i++) { wg_add(&wg, 1); go(finish, &wg); }
  wg_wait(&wg);
  return 0;
}
C
cat >locked.c <<'C'
#include "head.h"
static mutex m;
static chan(int) volatile never;
static chan(int) held;
static void hold(void) { mutex_lock(&m); chan_send(held, 1); receive(never); }
static void lock(void) { mutex_lock(&m); }
int main(void) {
  never = chan_make(int, 0);
  held = chan_make(int, 0);
  go(hold);
  chan_recv(held, NULL);
  go(lock);
  return 0;
}
C
cat >exits.c <<'C'
#include "head.h"
static mutex m;
static void lock(void) { mutex_lock(&m); }
int main(void) { mutex_lock(&m); go(lock); exit(0); }  // who can run does so before the search
C
cat >check.c <<'C'
#include "head.h"
static void leaves_one(chan(int) done) {
  cr_leak_check k;
  cr_leak_check_begin(&k);
  go(receive, chan_make(int, 0));
  printf("leaves %d\n", cr_leak_check_end(&k));
  chan_send(done, 1);
}
static void nap(void) { cr_sleep(20000000); }
static void leaves_none(chan(int) done) {
  cr_leak_check k;
  cr_leak_check_begin(&k);
  chan(int) c = chan_make(int, 0);
  go(receive, c);
  go(nap);
  chan_send(c, 1);
  printf("leaves %d\n", cr_leak_check_end(&k));
  chan_send(done, 1);
}
int main(void) {
  chan(int) done = chan_make(int, 0);
  int v;
  for (int i = 0; i < 4; i++) { go(leaves_one, done); go(leaves_none, done); }
  for (int i = 0; i < 8; i++) chan_recv(done, &v);
  return 0;
}
C
cat >serve.c <<'C'
#include "head.h"
// A server that leaks and goes on until the report is there.
static void start(void) { go(receive, chan_make(int, 0)); }
int main(int argc, char **argv) {
  (void)argc;
  start();
  for (int i = 0; i < 6000; i++) {
    char text[4096] = "", name[300];
    if (argv[2]) kill(getpid(), SIGUSR2);
    cr_sleep(10000000);
    snprintf(name, sizeof name, "%s.%d", argv[1], getpid());
    FILE *f = fopen(name, "r");
    if (f && fread(text, 1, sizeof text - 1, f) && strstr(text, "Id: ")) return 0;
    if (f) fclose(f);
  }
  return 3;
}
C
for kind in "-leak" "-race -leak"; do
  run 67 "$crun" run $kind leaky.c
  out_is 'main ends'
  err_has 'WARNING: LEAK: 3 goroutines wait for what nobody can reach'
  err_has '[chan receive] waits for channel 0x'
  err_has ' of int (unbuffered) at:'
  err_has 'was made at:'
  err_has 'start()'
  err_has 'was created by goroutine 1 at:'
  err_has 'Found 1 problem(s)'
  run 0 "$crun" run $kind clean.c
  err_empty
  run 0 "$crun" run $kind exits.c
  err_empty
  run 67 "$crun" run $kind locked.c
  err_has 'WARNING: LEAK: a goroutine waits at the end, when nobody can run'
  err_has '[sync.Mutex.Lock] waits for mutex 0x'
  run 67 "$crun" run $kind check.c
  [ "$(sort out | uniq -c | tr -s ' \n' ' ')" = ' 4 leaves 0 4 leaves 1 ' ] || fail 'a test is blamed for another'
  err_has 'LEAK: a goroutine waits after its test has ended'
  for how in 'leakcheck=20ms' 'leaksignal=1'; do
    rm -f log.*
    [ "$how" = leaksignal=1 ] && signal=1 || signal=
    CRUNDEBUG=$how CRUNRACE="log_path=$work/log" run 67 "$crun" run $kind serve.c "$work/log" $signal
  done
done
# Without -leak the program ends as it did, and cr_leak_check still works.
run 0 "$crun" run leaky.c
err_empty
run 0 "$crun" run -race leaky.c
err_empty
run 67 "$crun" run check.c
[ "$(sort out | uniq -c | tr -s ' \n' ' ')" = ' 4 leaves 0 4 leaves 1 ' ] || fail 'a test is blamed for another'
# What globals lead to is a daemon's, unless asked otherwise.
CRUNDEBUG=leakstrict=1 run 0 "$crun" run -leak clean.c
sed -i 's/go(sleep_long, c);/chan_send(c, 1);/' clean.c
run 0 "$crun" run -leak clean.c
CRUNDEBUG=leakstrict=1 run 67 "$crun" run -leak clean.c
err_has 'LEAK: a goroutine waits at the end, when nobody can run'
# Programs that bring processes or their own threads along.
cat >forks.c <<'C'
#include "head.h"
#include <sys/wait.h>
int main(void) {
  static chan(int) volatile kept;
  kept = chan_make(int, 0);
  go(receive, kept);
  cr_yield();
  int status;
  if (fork() == 0) exit(0);
  wait(&status);
  return status;
}
C
run 0 "$crun" run -leak forks.c
err_empty
cat >find.c <<'C'
#include "head.h"
int main(void) { return cr_find_leaks() == -1 ? 0 : 3; }
C
run 0 "$crun" run find.c
err_has 'build with -leak or -race'
err_one_line
run 2 "$crun" build -leak=all leaky.c
