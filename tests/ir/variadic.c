// va_list is memory: where it lies, and what it points to, is read like any other.
// RUN: %cc -O0 -S -emit-llvm %s -o - | opt-%version -passes=verify -disable-output
// RUN: %cc -O2 -S -emit-llvm %s -o - | %check
#include <stdarg.h>
// CHECK-LABEL: define {{.*}}@next(
// CHECK: call {{.*}}@__tsan_{{.*}}read4(
// CHECK: call {{.*}}@__tsan_{{.*}}write4(
int next(va_list *a) { return va_arg(*a, int); }
// CHECK-LABEL: define {{.*}}@first(
// CHECK: ret i32
int first(int n, ...) {
  va_list a;
  va_start(a, n);
  int r = va_arg(a, int);
  va_end(a);
  return r;
}
