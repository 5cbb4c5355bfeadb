# A program that uses nothing of crun gets nothing of crun; one that does gets it with either linker.
. "$(dirname "$0")/lib.sh"
hello
run 0 "$cc" hello.c -o hello
readelf -d hello | grep -E 'libdw|libunwind' && fail "hello loads libraries of crun"
printf '#include <crun/crun.h>\nint main(void) { cr_yield(); return 0; }\n' >yield.c
for linker in '' -fuse-ld=lld; do
  run 0 "$cc" $linker yield.c -o yield
  nm yield | grep -q ' cr_yield$' || fail "yield is not linked with the runtime $linker"
  run 0 ./yield
  run 0 "$cc" $linker hello.c -o hello
  nm hello | grep ' cr_' && fail "hello is linked with the runtime $linker"
done
# Freestanding code links as with clang.
echo 'void _start(void) { __asm__ volatile("mov $60, %eax; mov $9, %edi; syscall"); }' >bare.c
run 0 "$cc" -nostdlib -static-pie -c bare.c
run 0 "$cc" -nostdlib bare.o -o bare
run 9 ./bare
run 68 "$cc" -static hello.c
err_has '-static is not supported'
