# Under -race an object without instrumentation is named; with nothing instrumented there is no program.
. "$(dirname "$0")/lib.sh"
hello
echo 'int util(void) { return 0; }' >util.c
echo 'int more(void) { return 0; }' >more.c
echo 'int data = 1;' >data.c
for f in util more data; do clang-19 -c $f.c; done
run 0 "$crun" build -race hello.c util.o
err_has 'note: util.o was not built with -race'
err_one_line
run 0 "$crun" build -race hello.c data.o
err_empty
ar rcs libutil.a util.o
run 0 "$crun" build -race hello.c libutil.a
err_has 'note: libutil.a(util.o) was not built with -race'
run 0 "$crun" build -race hello.c -L. -lutil
err_has 'libutil.a(util.o)'
ar rcs libutil.a more.o
run 0 "$crun" build -race hello.c libutil.a
err_has 'libutil.a(util.o) and 1 more were not built with -race'
err_one_line
run 0 "$crun" build hello.c util.o
err_empty
rm -f hello
clang-19 -c hello.c
run 68 "$cc" -race hello.o util.o -o hello
err_has 'nothing here was built with -race'
[ ! -e hello ] || fail "a program was built"
run 68 "$cc" -race -shared util.o -o libutil.so
# The same file under a name that is no object's.
cp util.o util.obj7
run 0 "$crun" build -race hello.c util.obj7
err_has 'util.obj7'
# Bitcode.
clang-19 -flto -c util.c -o util_lto.o
run 0 "$crun" build -race -flto -fuse-ld=lld hello.c util_lto.o
err_has 'util_lto.o was not built with -race'
# clang's own instrumentation is checked as far as it goes.
echo 'extern int shared; void touch(void) { shared++; }' >touch.c
clang-19 -fsanitize=thread -c touch.c
run 0 "$crun" build -race hello.c -c -o hello_race.o
echo 'int shared; int main(void) { return shared; }' >main.c
run 0 "$crun" build -race main.c touch.o
err_has 'touch.o was instrumented by another compiler'
