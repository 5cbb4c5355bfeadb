# A program that uses nothing of crun gets nothing of crun; one that does gets its main as a goroutine.
. "$(dirname "$0")/lib.sh"
hello
run 0 "$cc" hello.c -o hello
readelf -d hello | grep -E 'libdw|libunwind' && fail "hello loads libraries of crun"
nm hello | grep -q ' T __libc_start_main' && fail "hello starts by way of the runtime"
printf '#include <crun/crun.h>\nint main(void) { cr_yield(); return 0; }\n' >yield.c
for linker in '' -fuse-ld=lld; do
  run 0 "$cc" $linker yield.c -o yield
  nm yield | grep -qi ' T __libc_start_main' || fail "yield does not start by way of the runtime $linker"
  run 0 ./yield
  run 0 "$cc" $linker hello.c -o hello
  nm hello | grep -qi ' T __libc_start_main' && fail "hello starts by way of the runtime $linker"
done
# Freestanding code links as with clang.
echo 'void _start(void) { __asm__ volatile("mov $60, %eax; mov $9, %edi; syscall"); }' >bare.c
run 0 "$cc" -nostdlib -static-pie -c bare.c
run 0 "$cc" -nostdlib bare.o -o bare
run 9 ./bare
run 68 "$cc" -static hello.c
err_has '-static is not supported'
