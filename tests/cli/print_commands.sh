# -x prints a command that can be typed; -x LANGUAGE is clang's.
. "$(dirname "$0")/lib.sh"
mkdir 'a dir'
hello "a dir/it's.c"
run 0 "$crun" build -race -x -o prog "a dir/it's.c"
grep clang err >command
rm prog
sh ./command || fail "the printed command fails"
run 0 ./prog
out_is hello
hello text
run 0 "$crun" build -x c text -o prog2
err_empty
