# A library built with -race finds the checks in the program that loads it, linked or by dlopen.
. "$(dirname "$0")/lib.sh"
echo 'int shared; void touch(void) { shared++; }' >lib.c
cat >main.c <<'C'
#include <dlfcn.h>
#include <pthread.h>
static void (*touch)(void);
static void *body(void *arg) { touch(); return arg; }
int main(int argc, char **argv) {
  void *lib = dlopen(argv[argc - 1], RTLD_NOW);
  if (!lib) return 3;
  *(void **)&touch = dlsym(lib, "touch");
  pthread_t a, b;
  pthread_create(&a, 0, body, 0);
  pthread_create(&b, 0, body, 0);
  pthread_join(a, 0);
  pthread_join(b, 0);
  return 0;
}
C
run 0 "$cc" -race -shared -fPIC -Wl,-z,defs lib.c -o liblib.so
run 66 "$crun" run -race main.c -- ./liblib.so
run 0 "$cc" -shared -fPIC lib.c -o liblib.so
run 0 "$crun" run main.c -- "$work/liblib.so"
