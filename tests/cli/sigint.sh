# A signal to crun reaches the program; crun ends as the program does, and its folder is gone.
. "$(dirname "$0")/lib.sh"
cat >wait.c <<'C'
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
static void handler(int sig) { _exit(40 + sig); }
int main(int argc, char **argv) {
  if (argc > 2) signal(atoi(argv[2]), handler);
  FILE *f = fopen(argv[1], "w");
  fputs("ready\n", f);
  fclose(f);
  for (;;) pause();
}
C
mkfifo ready
# signalled CODE SIGNAL ARGS...: crun in the background (where a shell ignores SIGINT; env gives it back),
# the signal once the program says that it runs.
signalled() {
  want=$1 signal=$2
  shift 2
  env --default-signal=INT,QUIT "$crun" "$@" 2>err &
  pid=$!
  read -r line <ready
  [ "$line" = ready ] || fail "the program does not start"
  kill -s "$signal" $pid
  code=0
  wait $pid || code=$?
  [ $code -eq "$want" ] || fail "SIG$signal: exit code $code instead of $want: $*"
  tmp_empty
}
for race in '' -race; do
  signalled 130 INT run $race wait.c ready
  signalled 143 TERM run $race wait.c ready
  signalled 129 HUP run $race wait.c ready
  signalled 138 USR1 run $race wait.c ready
  signalled 42 INT run $race wait.c ready 2
  signalled 55 TERM run $race wait.c ready 15
done
run 0 "$crun" build wait.c
signalled 130 INT run ./wait ready
signalled 42 INT run ./wait ready 2
# While it compiles: the compiler is stopped, the program is never started.
printf '#!/bin/sh\ncase $1 in --version) echo clang version 19.1.7; exit;; esac\necho ready >ready\nexec sleep 1000\n' >clang
chmod +x clang
export CRUN_CC="$work/clang"
signalled 130 INT run -race wait.c ready
signalled 143 TERM run wait.c ready
# What an interrupted clang leaves behind goes with crun's folder; the program has the TMPDIR that the user has.
printf '#!/bin/sh\ncase $1 in --version) echo clang version 19.1.7; exit;; esac\n: >"$TMPDIR/left.o"\necho ready >ready\nexec sleep 1000\n' >clang
signalled 130 INT run wait.c ready
signalled 130 INT run -race wait.c ready
printf '#include <stdio.h>\n#include <stdlib.h>\nint main(void) { puts(getenv("TMPDIR")); }\n' >tmpdir.c
unset CRUN_CC
run 0 "$crun" run tmpdir.c
out_is "$TMPDIR"
