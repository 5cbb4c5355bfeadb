# A race is found whatever the limit on stacks is: none at all, or one that leaves no room for a report.
. "$(dirname "$0")/lib.sh"
cat >racy.c <<'C'
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
int shared;
static void *body(void *arg) { shared = 1; return arg; }
int main(int argc, char **argv) {
  pthread_t t;
  pthread_create(&t, 0, body, 0);
  shared = 2;
  pthread_join(t, 0);
  printf("%s %s %s\n", argv[0], argv[1], getenv("KEPT"));
}
C
run 0 "$crun" build -race -o 'a racy' racy.c
export KEPT=yes
for limit in unlimited 128 8192; do
  # What is above the hard limit cannot be asked for.
  (ulimit -S -s $limit) 2>/dev/null || continue
  run 66 sh -c "ulimit -S -s $limit; exec './a racy' 'one word'"
  out_is './a racy one word yes'
  err_has 'Found 1 data race(s)'
done
