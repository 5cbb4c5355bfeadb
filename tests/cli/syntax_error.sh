# clang's text about a mistake reaches the user as clang wrote it; the exit code is 1.
. "$(dirname "$0")/lib.sh"
printf 'int main(void) { int x = "a"; return 0 }\n' >wrong.c
clang-19 -fsyntax-only wrong.c 2>expected && fail "clang accepts it"
for command in run build 'run -race' 'build -race' 'cc' 'cc -race'; do
  run 1 "$crun" $command wrong.c
  cmp -s expected err || fail "$command: not clang's text"
done
tmp_empty
