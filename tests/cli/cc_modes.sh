# crun-cc answers what build systems ask a compiler, with nothing on stderr even under -Werror.
. "$(dirname "$0")/lib.sh"
hello
for race in '' -race; do
  flags="$race -Werror -Wall"
  run 0 "$cc" $flags -E hello.c; err_empty; out_has 'int main'
  run 0 "$cc" $flags -E -dM -x c /dev/null; err_empty; out_has __clang__
  run 0 "$cc" $flags -S hello.c; err_empty; [ -s hello.s ] || fail "no hello.s"
  run 0 "$cc" $flags -c hello.c; err_empty; [ -s hello.o ] || fail "no hello.o"
  run 0 "$cc" $flags hello.o -o prog; err_empty
  run 0 ./prog; out_is hello
  run 0 "$cc" $flags -M hello.c; err_empty; out_has stdio.h
  run 0 "$cc" $flags -MM hello.c; err_empty; out_is 'hello.o: hello.c'
  run 0 "$cc" $flags -MMD -MF deps -MT target -c hello.c; err_empty; grep -q '^target: hello.c' deps || fail deps
  run 0 "$cc" $flags -MD -MP -c hello.c -o sub.o; err_empty; [ -s sub.d ] || fail "no sub.d"
  run 0 "$cc" $flags -fsyntax-only hello.c; err_empty
  run 0 "$cc" $flags -x c - -o stdin <hello.c; err_empty; run 0 ./stdin; out_is hello
  run 0 "$cc" $flags -xc -c /dev/null -o null.o; err_empty
  run 0 "$cc" $flags -O2 -flto -c hello.c -o lto.o; err_empty
  run 0 "$cc" $flags -flto -fuse-ld=lld lto.o -o lto; err_empty; run 0 ./lto; out_is hello
  run 0 "$cc" $flags -r hello.o -o partial.o; err_empty
  run 0 "$cc" $flags -no-pie hello.c -o nopie; err_empty; run 0 ./nopie; out_is hello
  run 0 "$cc" $race '-###' hello.c; err_has '"-cc1"'
  run 0 "$cc" $race -v
  run 0 "$cc" $race -print-prog-name=ld
  run 0 "$cc" $race -dumpmachine
  run 0 "$cc" $race -print-file-name=libc.so
  run 1 "$cc" $race
  err_has 'no input files'
  run 1 "$cc" $race hello.c -o
  err_has "argument to '-o' is missing"
  run 1 "$cc" $race @nosuch.rsp
done
# An unknown flag is clang's to refuse.
run 1 "$cc" -frobnicate -c hello.c
err_has "unknown argument: '-frobnicate'"
