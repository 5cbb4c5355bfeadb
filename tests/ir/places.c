// Two places in the source stay two places in the machine code: the pcs of the checks, and the return
// addresses of calls.
// RUN: %cc -O2 -g -c %s -o %t.o
// RUN: llvm-objdump-%version -dl --no-show-raw-insn --no-leading-addr %t.o > %t.s
// RUN: test $(grep -c 'R_X86_64_PLT32.*__tsan_write4' <(llvm-objdump-%version -dr %t.o)) = 2
// RUN: test $(grep -c 'R_X86_64_PLT32.*<*same' <(llvm-objdump-%version -dr %t.o)) = 2
// RUN: %cc -O2 -g -S -emit-llvm %s -o - | %check
void same(int);

// CHECK-LABEL: define {{.*}}@checks(
// CHECK: call {{.*}}@__tsan_write4({{.*}}){{.*}}, !dbg [[A:![0-9]+]]
// CHECK: call {{.*}}@__tsan_write4({{.*}}){{.*}}, !dbg [[B:![0-9]+]]
void checks(int c, int *p) {
  if (c) {
    p[0] = 1;
    __asm__ volatile("nop");
  } else {
    __asm__ volatile("nop");
    p[0] = 1;
  }
}

// CHECK-LABEL: define {{.*}}@calls(
// CHECK: call void @same({{.*}}){{.*}}, !dbg [[C:![0-9]+]]
// CHECK: call void @same({{.*}}){{.*}}, !dbg [[D:![0-9]+]]
void calls(int c) {
  if (c)
    same(1);
  else
    same(2);
}
// CHECK-DAG: [[A]] = !DILocation(line: 15, column: 10
// CHECK-DAG: [[B]] = !DILocation(line: 19, column: 10
// CHECK-DAG: [[C]] = !DILocation(line: 28, column: 5
// CHECK-DAG: [[D]] = !DILocation(line: 30, column: 5
