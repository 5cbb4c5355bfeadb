// With -D_FORTIFY_SOURCE libc's functions have other names.
// RUN: %cc -O2 -D_FORTIFY_SOURCE=2 -S -emit-llvm %s -o - | %check
#include <stdio.h>
#include <string.h>
#include <unistd.h>
extern char buf[16];
// CHECK-LABEL: define {{.*}}@f(
// CHECK: @__crun___strcpy_chk(
// CHECK: @__crun___sprintf_chk(
// CHECK: @__crun_read(
void f(const char *s, size_t n) {
  strcpy(buf, s);
  sprintf(buf, "%s", buf + 1);
  if (read(0, buf, n) < 0) return;
}
