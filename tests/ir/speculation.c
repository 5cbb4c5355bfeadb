// A conditional read stays conditional: without -fsanitize=thread clang makes it an unconditional load,
// and a check of that is a false alarm on correct code.
// RUN: %cc -O2 -S -emit-llvm %s -o - | %check
int g;
// CHECK-LABEL: define {{.*}}@choose(
// CHECK-NOT: @__tsan_read4
// CHECK: br i1
// CHECK: call {{.*}}@__tsan_read4(
// CHECK-NEXT: load i32, ptr @g
int choose(int c, int y) { return c ? g : y; }

// CHECK-LABEL: define {{.*}}@loop(
// CHECK: br i1
int loop(int *p, int n, int c) {
  int s = 0;
  for (int i = 0; i < n; i++)
    if (p[i] == c) s += g;
  return s;
}

// Nor is the variable loaded in front of the loop, to be kept in a register.
int h;
// CHECK-LABEL: define {{.*}}@promoted(
// CHECK-NOT: ptr @h
// CHECK: phi
// CHECK: call {{.*}}@__tsan_write4({{.*}}ptr {{.*}}@h)
void promoted(int *p, int n) {
  for (int i = 0; i < n; i++)
    if (p[i]) h ^= i;
}

// CHECK-LABEL: define {{.*}}@quiet(
// CHECK-NOT: @__tsan
// CHECK: ret i32
__attribute__((no_sanitize("thread"))) int quiet(int *p) { return *p; }
