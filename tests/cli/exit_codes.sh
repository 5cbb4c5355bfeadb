# crun run ends as the program did: its code, or 128 + the signal that killed it.
. "$(dirname "$0")/lib.sh"
cat >end.c <<'C'
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
int main(int argc, char **argv) {
  int n = atoi(argv[1]);
  if (n < 256) return n;
  signal(n - 256, SIG_DFL);
  kill(getpid(), n - 256);
  pause();
}
C
run 0 "$crun" build end.c
run 0 "$crun" build -race -o end_race end.c
for n in 0 1 2 66 67 68 77 126 127 128 130 255; do
  run $n "$crun" run ./end $n
  run $n "$crun" run ./end_race $n
  err_empty
done
run 127 "$crun" run end.c 127
err_empty
run 66 "$crun" run -race end.c 66
err_empty
for signal in 1 2 3 6 9 11 15; do
  run $((128 + signal)) "$crun" run end.c $((256 + signal))
  run $((128 + signal)) "$crun" run ./end $((256 + signal))
done
racy
run 0 "$crun" run racy.c
run 66 "$crun" run -race racy.c
run 9 env CRUNRACE=exitcode=9 "$crun" run -race racy.c
tmp_empty
