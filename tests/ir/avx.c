// A loop that is vectorized for AVX is checked: in front of the loop; wide accesses are too.
// RUN: %cc -O3 -march=x86-64-v3 -S -emit-llvm %s -o - | %check
// And it keeps its speed: the checks came before vectorizing.
// RUN: %cc -O3 -march=x86-64-v3 -S %s -o - | %check --check-prefix=YMM
// RUN: %cc -O3 -march=x86-64-v4 -mprefer-vector-width=512 -S %s -o - | %check --check-prefix=ZMM
// RUN: %cc -O3 -march=x86-64 -mavx512f -mprefer-vector-width=512 -S %s -o - | %check --check-prefix=ZMM
// YMM-LABEL: fill:
// YMM: __crun_read_elements
// YMM: __crun_write_elements
// YMM: v{{add|mul}}pd {{.*}}%ymm
// YMM-LABEL: wide:
// ZMM-LABEL: fill:
// ZMM: __crun_read_elements
// ZMM: __crun_write_elements
// ZMM: v{{add|mul}}pd {{.*}}%zmm
// ZMM-LABEL: wide:
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
