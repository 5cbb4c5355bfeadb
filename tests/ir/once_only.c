// clang's own instrumentation is off at every level: an access has one check, a function one entry.
// RUN: for o in -O0 -O1 -O2 -O3 -Os -Oz "-O2 -flto" "-O2 -flto=thin" "-O0 -flto"; do %cc $o -S -emit-llvm %s -o %t.ll && %check < %t.ll || exit 1; done
// CHECK-LABEL: define {{.*}}@f(
// CHECK: call {{.*}}@__tsan_func_entry
// CHECK-NOT: call {{.*}}@__tsan_func_entry
// CHECK: call {{.*}}@__tsan_write4
// CHECK-NOT: call {{.*}}@__tsan_write4
// CHECK: call {{.*}}@__tsan_atomic32_fetch_add
// CHECK-NOT: call {{.*}}@__tsan_atomic32
// CHECK: call {{.*}}@__tsan_func_exit
// CHECK-NOT: call {{.*}}@__tsan_func_exit
// CHECK: ret void
void f(int *p, _Atomic int *a) {
  *p = 1;
  ++*a;
}
