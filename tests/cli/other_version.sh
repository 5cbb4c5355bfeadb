# An object of another version of crun is refused by name.
. "$(dirname "$0")/lib.sh"
hello
cat >old.s <<'S'
  .text
  .globl old
old:
  ret
  .section .note.crun.race,"a",@note
  .p2align 2
  .long 5, 16, 1
  .ascii "crun\0\0\0\0"
  .long 99, 65536, 1245184, 0
S
clang-19 -c old.s
run 68 "$crun" build -race hello.c old.o
err_has 'old.o was built with -race by another version of crun'
err_one_line
ar rcs libold.a old.o
run 68 "$crun" build -race hello.c libold.a
err_has 'libold.a(old.o)'
