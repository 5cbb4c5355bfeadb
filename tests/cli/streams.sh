# The program has crun's standard streams and exactly the arguments after the file.
. "$(dirname "$0")/lib.sh"
cat >echo.c <<'C'
#include <stdio.h>
int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) printf("[%s]", argv[i]);
  puts("");
  for (int c; (c = getchar()) != EOF;) putchar(c);
  fputs("to stderr\n", stderr);
}
C
printf 'in\n' >in
run 0 "$crun" run echo.c -race -x '' 'a b' '*' -- @in -o x.c <in
printf '[-race][-x][][a b][*][--][@in][-o][x.c]\nin\n' | cmp -s - out || fail "other arguments"
[ "$(cat err)" = 'to stderr' ] || fail "other stderr"
run 0 "$crun" run -O1 echo.c -- -- x.c <in
printf '[--][x.c]\nin\n' | cmp -s - out || fail "-- is not dropped once"
run 0 "$crun" build echo.c
run 0 "$crun" run ./echo -race x.c <in
printf '[-race][x.c]\nin\n' | cmp -s - out || fail "other arguments for a built program"
run 0 "$crun" run echo.c </dev/null
# stdin, stdout or stderr closed: the program runs, and its file descriptors are what they would be.
cat >fds.c <<'C'
#include <fcntl.h>
#include <stdlib.h>
int main(int argc, char **argv) { return fcntl(atoi(argv[1]), F_GETFD) == -1 ? 10 : 11; }
C
racy
for race in '' -race; do
  run 11 "$crun" run $race fds.c 2
  code=0; "$crun" run $race fds.c 2 2>&- || code=$?
  [ $code -eq 10 ] || fail "closed stderr: $code"
  code=0; "$crun" run $race fds.c 0 <&- || code=$?
  [ $code -eq 10 ] || fail "closed stdin: $code"
  code=0; "$crun" run $race fds.c 1 >&- || code=$?
  [ $code -eq 10 ] || fail "closed stdout: $code"
done
code=0; "$crun" run -race racy.c 2>&- || code=$?
[ $code -eq 66 ] || fail "a race with closed stderr: $code"
code=0; "$crun" run -race -json j racy.c 2>&- || code=$?
[ $code -eq 66 ] && [ "$(wc -l <j)" -eq 1 ] || fail "a record with closed stderr: $code"
code=0; "$crun" run nosuch.c 2>&- || code=$?
[ $code -eq 1 ] || fail "an error with closed stderr: $code"
tmp_empty
