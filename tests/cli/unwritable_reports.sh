# Records or a log that cannot be written are an error before the program runs, not a race lost after it.
. "$(dirname "$0")/lib.sh"
racy
echo 'int main(void) { return 0; }' >clean.c
sed 's/int main(void) {/#include <stdio.h>\n&puts("ran");/' racy.c >loud.c
run 68 "$crun" run -race -json /nonexistent/j loud.c
err_has 'cannot write /nonexistent/j'
err_one_line
[ ! -s out ] || fail "the program ran"
mkdir folder
run 68 "$crun" run -race -json folder loud.c
err_has 'cannot write folder'
run 68 env CRUNRACE='halt_on_error=0 log_path=/nonexistent/log' "$crun" run -race loud.c
err_has 'cannot write log_path /nonexistent/log'
[ ! -s out ] || fail "the program ran"
run 66 env CRUNRACE="log_path=$work/log" "$crun" run -race racy.c
err_lacks 'DATA RACE'
set -- log.*
[ $# -eq 1 ] && grep -q 'DATA RACE' "$1" || fail "the log has no report"
# Records: one a line, for this run only, wherever the program goes, in a file of any name.
cat >move.c <<'C'
#include <unistd.h>
#include <pthread.h>
int shared;
static void *body(void *arg) { shared = 1; return arg; }
int main(void) {
  if (chdir("/")) return 1;
  pthread_t a, b;
  pthread_create(&a, 0, body, 0);
  pthread_create(&b, 0, body, 0);
  pthread_join(a, 0);
  pthread_join(b, 0);
}
C
for time in first second; do
  run 66 "$crun" run -race -json "a 'file, = here" move.c
  [ "$(grep -c '^{.*"id":"' "a 'file, = here")" -eq 1 ] || fail "$time run: not one record"
done
run 66 "$crun" run -race -json=j racy.c
run 0 "$crun" run -race -json j clean.c
[ -e j ] && [ ! -s j ] || fail "records of an earlier run"
# A program that is built already.
run 0 "$crun" build -race racy.c
run 66 "$crun" run -race -json j ./racy
[ "$(wc -l <j)" -eq 1 ] || fail "no record"
run 0 "$crun" build -o plain racy.c
run 68 "$crun" run -json j ./plain
err_has 'plain has nothing of crun in it'
run 68 "$crun" run -race ./plain
err_has 'plain was not built with -race'
# Without -race other findings are recorded; a program without crun has none, which is said.
printf '#include <crun/crun.h>\nint main(void) { cr_yield(); return 0; }\n' >yield.c
run 0 "$crun" run -json j yield.c
[ -e j ] && [ ! -s j ] && [ ! -s err ] || fail "records of a program without findings"
run 0 "$crun" run -json j clean.c
err_has 'clean.c uses nothing of crun'
run 0 "$crun" build yield.c
strip yield
rm j
run 0 "$crun" run -json j ./yield
[ -e j ] || fail "no file"
run 68 env CRUNRACE=log_path=/nonexistent/log "$crun" run yield.c
err_has 'cannot write log_path'
tmp_empty
