# The questions of a ./configure script are answered as clang answers them, with and without -race.
. "$(dirname "$0")/lib.sh"
ac() { printf '%s\n' "$1" >conftest.c; }
# answers NAME FLAGS...: clang and crun-cc -race accept or refuse conftest.c alike, and are as quiet.
answers() {
  name=$1
  shift
  a=0; clang-19 -o conftest "$@" conftest.c >a.out 2>a.err || a=$?
  for race in '' -race; do
    b=0; "$cc" $race -o conftest "$@" conftest.c >b.out 2>b.err || b=$?
    [ $a -eq $b ] || { cp b.err err; fail "$name $race: $b where clang says $a"; }
    cmp -s a.err b.err || [ $a -ne 0 ] || { cp b.err err; fail "$name $race: other words than clang's"; }
  done
}
ac 'int main(void) { return 0; }'
answers works
answers c11 -std=gnu11 -Werror
answers c90 -std=c90 -pedantic-errors -Werror
answers fpic -fPIC -Werror
answers visibility -fvisibility=hidden -Werror
answers everything -Weverything -Werror
answers bad_warning -Werror -Wfrobnicate
answers linker_flag -Wl,--as-needed -Wl,-z,relro,-z,now
answers bad_linker_flag -Wl,--frobnicate
answers lpthread -lpthread -pthread
answers lm -lm
answers nosuchlib -lnosuchlib
answers unused_linker_flag -Werror -c -Wl,--as-needed
ac 'int deflate(void); int main(void) { return deflate(); }'
answers missing_function
ac '#include <nosuch.h>
int main(void) { return 0; }'
answers missing_header
answers cpp -E
ac 'int main(void) { static int a[1 - 2 * !(sizeof(long) == 8)]; a[0] = 0; return a[0]; }'
answers sizeof_long
ac 'int main(void) { static int a[1 - 2 * !(sizeof(long) == 4)]; a[0] = 0; return a[0]; }'
answers sizeof_long_wrong
# What the probe builds also runs, and a variable of its own named like ours is no trouble.
ac 'int lock, unlock, park, ready, go, chan, select_; int main(void) { return lock + go + 5; }'
run 0 "$cc" -race conftest.c -o conftest
run 5 ./conftest
