# Compiler flags that people build with: none of them breaks -race. One program, built with each line of the table
# and run twice: with an argument two threads race on a variable, and the report names the function and the line;
# without it they lock, and there is nothing to say. What the program does on the way is C's odd corners.
. "$(dirname "$0")/lib.sh"
cat >odd.c <<'C'
#include <pthread.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int shared;
static float sums[64];

__attribute__((noinline)) static void bump(int by) {
  shared += by; /* RACE */
}

/* A threaded interpreter: add, add, halt. */
__attribute__((noinline)) static int interpret(const unsigned char *code) {
  static void *const jump[] = {&&halt, &&add};
  int acc = 0;
  goto *jump[*code++];
add:
  acc += 2;
  goto *jump[*code++];
halt:
  return acc;
}

__attribute__((noinline)) static void leave(jmp_buf *out, int depth) {
  if (depth == 0) longjmp(*out, 7);
  leave(out, depth - 1);
}

__attribute__((noinline)) static int jumps(void) {
  jmp_buf out;
  int code = setjmp(out);
  if (code == 0) leave(&out, 3);
  return code;
}

__attribute__((noinline)) static int assembly(int x) {
#ifdef __x86_64__
  int y = x;
  __asm__("incl %0" : "+m"(y) : : "cc");
  return y;
#else
  return x + 1;
#endif
}

__attribute__((noinline)) static float add_up(float *a, int n, float by) {
  float sum = 0;
  int i;
  for (i = 0; i < n; i++) a[i] += by;
  for (i = 0; i < n; i++) sum += a[i];
  return sum;
}

static void *locked(void *arg) {
  pthread_mutex_lock(&lock);
  add_up(sums, 64, 1);
  bump(1);
  pthread_mutex_unlock(&lock);
  return arg;
}

static void *unlocked(void *arg) {
  bump(1);
  return arg;
}

int main(int argc, char **argv) {
  static const unsigned char code[] = {1, 1, 0};
  pthread_t t[2];
  int i;
  (void)argv;
  if (interpret(code) != 4 || jumps() != 7 || assembly(1) != 2) return 9;
  for (i = 0; i < 2; i++) pthread_create(&t[i], 0, argc > 1 ? unlocked : locked, 0);
  for (i = 0; i < 2; i++) pthread_join(t[i], 0);
  return argc > 1 || (add_up(sums, 64, 0) == 128 && shared == 2) ? 0 : 8;
}
C
line=$(grep -n RACE odd.c | cut -d: -f1)

# judged PROGRAM [HOW]: it races when asked to and is quiet else.
judged() {
  run 66 "./$1" race
  err_has 'Found 1 data race'
  grep -q '^  bump(' err && grep -q "odd.c:$line" err || fail "$2: function and line are not named"
  run 0 "./$1"
  err_empty
}

# try FLAGS...
try() {
  rm -f odd
  run 0 "$crun" build -race "$@" odd.c
  [ "$1" = -save-temps ] || err_empty
  judged odd "$*"
}

while read -r flags; do
  try $flags
done <<'FLAGS'
-O0
-O1 -g1
-Os
-Oz
-O3
-O2 -flto -fuse-ld=lld
-O2 -flto=thin -fuse-ld=lld
-O0 -flto -fuse-ld=lld
-O2 -gdwarf-4
-O2 -gdwarf-5 -gsplit-dwarf
-O2 -gdwarf-4 -gsplit-dwarf
-O2 -gz
-gz=zlib -fdebug-types-section
-O2 -gline-tables-only
-O2 -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer
-O2 -fomit-frame-pointer -fno-asynchronous-unwind-tables
-O2 -fsanitize=undefined -fno-sanitize-recover
-O2 -fcf-protection
-O2 -ffast-math
-O2 -fstack-clash-protection -fstack-protector-all
-O2 -fno-stack-clash-protection
-O2 -D_FORTIFY_SOURCE=3
-O2 -fPIC
-O2 -no-pie -fno-pie
-O2 -fno-plt
-O2 -ffunction-sections -fdata-sections -Wl,--gc-sections
-O2 --coverage
-O2 -fprofile-instr-generate -fcoverage-mapping
-O2 -std=gnu89
-O2 -std=gnu99
-O2 -std=c2x
-O2 -g0 -g
-save-temps -O2
FLAGS
grep -qw avx2 /proc/cpuinfo && try -O3 -march=x86-64-v3
grep -w avx512vl /proc/cpuinfo | grep -w avx512bw | grep -w avx512dq | grep -qw avx512cd && try -O3 -march=x86-64-v4

# A profile is written by one build and read by the next.
if command -v llvm-profdata-19 >/dev/null; then
  run 0 "$crun" build -race -O2 -fprofile-instr-generate odd.c
  run 0 env LLVM_PROFILE_FILE=one.profraw ./odd
  run 0 llvm-profdata-19 merge one.profraw -o odd.profdata
  try -O2 -fprofile-instr-use=odd.profdata
fi

# Through other forms of the program: assembly, bitcode, a precompiled header, a response file.
run 0 "$cc" -race -g -O2 -S odd.c -o odd.s
run 0 "$cc" -race -g -O2 -emit-llvm -c odd.c -o odd.bc
for half in odd.s odd.bc; do
  run 0 "$crun" build -race -o half $half
  judged half $half
done
printf '#include <pthread.h>\n#include <setjmp.h>\n#include <string.h>\n' >all.h
run 0 "$cc" -race -O2 -g -x c-header all.h -o all.h.pch
run 0 "$cc" -race -O2 -g -include-pch all.h.pch -MMD -c odd.c
grep -q 'all.h' odd.d || fail "the dependencies lack all.h"
printf -- '-race -O2\n"-o" with_response\nodd.o\n' >args.rsp
run 0 "$crun" build @args.rsp
judged with_response 'a precompiled header and a response file'

# What cannot be had is refused in a line.
run 68 "$crun" build -race -static odd.c
err_has '-static is not supported'
err_one_line
