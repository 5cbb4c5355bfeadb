# -race works when compiling and linking are different commands; the object is instrumented either way.
. "$(dirname "$0")/lib.sh"
racy
run 0 "$cc" -race -c racy.c
run 0 "$cc" -race racy.o -o racy
err_empty
run 66 ./racy
err_has 'Found 1 data race'
# By way of preprocessed source, assembly, an archive and a response file.
run 0 "$cc" -race -E racy.c -o racy.i
run 0 "$cc" -race -S racy.i -o racy.s
run 0 "$cc" -race -c racy.s -o from_s.o
ar rcs libracy.a from_s.o
printf -- '-race\n"libracy.a" -o \\\nracy2' >link.rsp
printf -- '-race libracy.a -o racy2' >link.rsp
run 0 "$cc" @link.rsp
run 66 ./racy2
# The user's own flags cannot quietly switch it off.
run 66 "$crun" run -race -fno-sanitize=all racy.c
run 66 "$crun" run -race -g0 -O2 racy.c
run 66 "$crun" run --race racy.c
