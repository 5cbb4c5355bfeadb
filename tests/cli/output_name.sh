# crun build names the program after its first file, and never writes over a file it was given.
. "$(dirname "$0")/lib.sh"
mkdir -p src
hello src/my.prog.c
run 0 "$crun" build src/my.prog.c
run 0 ./my.prog
run 0 "$crun" build -o other src/my.prog.c
run 0 ./other
run 0 "$crun" build src/my.prog.c -oglued
run 0 ./glued
hello bare
cp bare copy
run 0 "$crun" build -x c bare
cmp -s bare copy || fail "the source was written over"
run 0 ./a.out
run 0 "$crun" build -c src/my.prog.c
[ -s my.prog.o ] || fail "no my.prog.o"
run 0 "$crun" build -shared -fPIC src/my.prog.c
[ -s my.prog.so ] || fail "no my.prog.so"
run 1 "$crun" build -o /nonexistent/prog src/my.prog.c
err_has /nonexistent/prog
run 2 "$crun" run -o prog src/my.prog.c
err_has 'crun build -o prog'
