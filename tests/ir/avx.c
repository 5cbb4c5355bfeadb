// A loop that is vectorized for AVX is checked: in front of the loop; wide accesses are too.
// RUN: %cc -O3 -march=x86-64-v3 -S -emit-llvm %s -o - | %check
// CHECK-LABEL: define {{.*}}@fill(
// CHECK: call void @__crun_read_elements({{.*}}, i64 4096, i64 8, i64 8)
// CHECK: call void @__crun_write_elements({{.*}}, i64 4096, i64 8, i64 8)
void fill(double *restrict p, double *restrict q) {
  for (int i = 0; i < 4096; i++) p[i] = q[i] * 2;
}
typedef double v4 __attribute__((vector_size(32)));
// CHECK-LABEL: define {{.*}}@wide(
// CHECK: call void @__tsan_read_range({{.*}}, i64 32)
// CHECK: call void @__tsan_write_range({{.*}}, i64 32)
void wide(v4 *p, v4 *q) { *p = *q + *q; }
