# -race beside the user's -fsanitize: undefined goes with it, thread is what it does, address is refused.
. "$(dirname "$0")/lib.sh"
racy
echo 'int main(int argc, char **argv) { return argc + 0x7fffffff < 0; }' >overflow.c
run 1 "$crun" run -fsanitize=undefined -fno-sanitize-recover overflow.c
err_has 'signed integer overflow'
run 1 "$crun" run -race -O2 -fsanitize=undefined -fno-sanitize-recover overflow.c
err_has 'signed integer overflow'
run 66 "$crun" run -race -fsanitize=undefined racy.c
for flags in -fsanitize=thread -fsanitize=undefined,thread; do
  run 66 "$crun" run -race $flags racy.c
  err_has 'Found 1 data race'
done
run 0 "$cc" -race -fsanitize=thread -c racy.c
run 0 "$cc" -race -fsanitize=thread racy.o -o racy
run 66 ./racy
err_has 'Found 1 data race'
run 68 "$crun" run -race -fsanitize=address racy.c
err_has '-race and -fsanitize=address cannot be combined'
err_one_line
run 68 "$cc" -race -fsanitize=undefined,leak -c racy.c
run 66 "$crun" run -race -fno-sanitize=thread racy.c
