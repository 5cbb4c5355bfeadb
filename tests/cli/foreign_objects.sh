# Objects that clang and gcc made with their own -fsanitize=thread link with -race, and crun's detector checks them.
. "$(dirname "$0")/lib.sh"
racy
sed 's/shared = 1;/pthread_mutex_lock(\&m); shared = 1; pthread_mutex_unlock(\&m);/; s/^int shared;/int shared; pthread_mutex_t m;/' \
  racy.c >ordered.c
cat >atomic.c <<'C'
#include <pthread.h>
int shared;
_Atomic int ready;
static void *body(void *arg) { shared = 1; ready = 1; return arg; }
int main(void) {
  pthread_t t;
  pthread_create(&t, 0, body, 0);
  while (!ready) {}
  int r = shared;
  pthread_join(t, 0);
  return r - 1;
}
C
for compiler in clang-19 gcc; do
  command -v "$compiler" >/dev/null || fail "$compiler is missing"
  for level in -O0 -O2; do
    for engine in -race -race=tsan; do
      for p in racy ordered atomic; do
        "$compiler" -g $level -fsanitize=thread -c $p.c -o $p.o || fail "$compiler does not compile $p.c"
        run 0 "$crun" build $engine $p.o -o $p
        err_has "$p.o was instrumented by another compiler"
      done
      run 66 ./racy
      err_has 'WARNING: DATA RACE'
      err_has 'body()'
      err_has 'racy.c:3'
      run 0 ./ordered
      err_empty
      run 0 ./atomic
      err_empty
    done
  done
done
