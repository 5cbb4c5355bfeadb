# -race=tsan is LLVM's detector with crun's report: goroutines and threads, the record, the options, the exit code. Objects
# of the two engines do not go into one program, and what only crun's detector has is refused.
. "$(dirname "$0")/lib.sh"
cat >go.c <<'C'
#include <crun/crun.h>
#include <crun/short.h>
int counter;
static void add(waitgroup *wg) { for (int i = 0; i < 1000; i++) counter++; wg_done(wg); }
int main(void) {
  waitgroup wg = {0};
  wg_add(&wg, 2);
  cr_go_with(cr_go_opts(.name = "left"), add, &wg);
  go(add, &wg);
  wg_wait(&wg);
  return 0;
}
C
sed 's/counter++;/cr_mutex_lock(\&m), counter++, cr_mutex_unlock(\&m);/; s/^int counter;/int counter; mutex m;/' go.c >ordered.c
run 66 "$crun" run -race=tsan -json go.json go.c
err_has 'WARNING: DATA RACE'
err_has 'go.c:4:'
err_has 'Goroutine 3 ('
err_has 'Goroutine 2 "left" ('
err_has 'created at:'
err_has 'Location: global variable counter'
err_has 'Found 1 data race(s)'
err_lacks 'ThreadSanitizer'
id=$(sed -n 's/^Id: //p' err)
grep -qF "\"id\":\"$id\",\"kind\":\"race\"" go.json || fail "the record has another id"
run 66 "$crun" run -race go.c
err_has "Id: $id"
run 0 "$crun" run -race=tsan ordered.c
err_empty
racy
run 66 "$crun" run -race=tsan racy.c
err_has 'Write at 0x'
err_has 'racy.c:3:'
echo "id:$id" >none
CRUNRACE="suppressions=none" run 0 "$crun" run -race=tsan go.c
err_lacks 'WARNING'
CRUNRACE="exitcode=5" run 5 "$crun" run -race=tsan go.c
CRUNRACE="halt_on_error=1" run 66 "$crun" run -race=tsan go.c
err_has 'Found 1 data race(s)'
# The runtime's own findings, C11's threads, a fork, and a fault.
cat >deadlock.c <<'C'
#include <crun/crun.h>
int main(void) { cr_chan(int) c = cr_chan_make(int, 0); cr_chan_send(c, 1); }
C
run 2 "$crun" run -race=tsan deadlock.c
err_has 'all goroutines are asleep - deadlock!'
err_lacks 'ThreadSanitizer'
cat >c11.c <<'C'
#include <stdlib.h>
#include <threads.h>
int shared;
mtx_t m;
static int body(void *arg) {
  if (!arg) mtx_lock(&m);
  shared++;
  if (!arg) mtx_unlock(&m);
  return 7;
}
int main(int argc, char **argv) {
  thrd_t t;
  int result;
  mtx_init(&m, mtx_plain);
  thrd_create(&t, body, argc > 1 ? argv : NULL);
  body(NULL);
  return thrd_join(t, &result) == thrd_success && result == 7 ? 0 : 1;
}
C
run 0 "$crun" run -race=tsan c11.c
err_empty
run 66 "$crun" run -race=tsan c11.c racing
err_has 'c11.c:7:'
err_has 'c11.c:16:'
cat >forks.c <<'C'
#include <crun/crun.h>
#include <sys/wait.h>
#include <unistd.h>
static int shared;
static void add(cr_waitgroup *wg) { shared++; cr_waitgroup_done(wg); }
static void once(void) {
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 1);
  cr_go(add, &wg);
  cr_waitgroup_wait(&wg);
}
int main(void) {
  int status = 1;
  once();
  pid_t child = fork();
  once();
  if (child == 0) return shared - 2;
  waitpid(child, &status, 0);
  return status;
}
C
run 0 "$crun" run -race=tsan forks.c
err_empty
printf '#include <crun/crun.h>\nstatic void w(int *p) { *p = 1; }\nint main(void) { cr_go(w, (int *)8); cr_sleep(CR_SECOND); }\n' >fault.c
run 139 "$crun" run -race=tsan fault.c
err_has 'goroutine 2 [running]:'
# One program, one engine.
run 0 "$cc" -race=tsan -c go.c -o tsan.o
run 0 "$cc" -race -c go.c -o ours.o
run 68 "$crun" build -race tsan.o -o both
err_has 'tsan.o was built with -race=tsan and cannot be linked with -race'
run 68 "$crun" build -race=tsan ours.o -o both
err_has 'ours.o was built with -race and cannot be linked with -race=tsan'
ar rcs libours.a ours.o
run 68 "$crun" build -race=tsan racy.c libours.a -o both
err_has 'libours.a(ours.o) was built with -race'
[ ! -e both ] || fail "a program was built"
run 0 "$cc" -race=tsan -flto -c go.c -o lto.o
run 68 "$crun" build -race -flto -fuse-ld=lld lto.o -o both
err_has 'lto.o was built with -race=tsan'
run 0 "$crun" build -race=tsan tsan.o -o program
run 66 "$crun" run -race=tsan ./program
run 68 "$crun" run -race ./program
err_has './program was not built with -race'
# What it does not have.
run 68 "$crun" build -race=tsan -leak go.c
err_has '-leak needs'
run 2 "$crun" build -race=tsan -race-checks=all go.c
run 2 "$crun" build -race=llvm go.c
tmp_empty
