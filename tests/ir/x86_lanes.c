// What <immintrin.h> makes of masked accesses, through x86's own intrinsics.
// RUN: %cc -O1 -mavx512f -mavx512vl -S -emit-llvm %s -o - | %check
#include <immintrin.h>

// CHECK-LABEL: define {{.*}}@load(
// CHECK: icmp slt <8 x i32> %{{.*}}, zeroinitializer
// CHECK: call void @__crun_read_masked(ptr %{{.*}}, i64 4, i64 %{{.*}})
// CHECK: @llvm.x86.avx.maskload.ps.256
__m256 load(const float *p, __m256i m) { return _mm256_maskload_ps(p, m); }

// CHECK-LABEL: define {{.*}}@store(
// CHECK: call void @__crun_write_masked(ptr %{{.*}}, i64 8, i64 %{{.*}})
// CHECK: @llvm.x86.avx2.maskstore.q
void store(long long *p, __m128i m, __m128i v) { _mm_maskstore_epi64(p, m, v); }

// CHECK-LABEL: define {{.*}}@gather(
// CHECK: [[I:%.*]] = sext <4 x i32> %{{.*}} to <4 x i64>
// CHECK: [[A:%.*]] = getelementptr i8, ptr %{{.*}}, <4 x i64>
// CHECK: store <4 x ptr> [[A]], ptr [[S:%.*]],
// CHECK: call void @__crun_read_lanes(ptr {{.*}}[[S]], i64 8, i64 15)
// CHECK: @llvm.x86.avx2.gather.d.pd.256
__m256d gather(const double *p, __m128i i) { return _mm256_i32gather_pd(p, i, 8); }

// Four floats at two indices.
// CHECK-LABEL: define {{.*}}@two(
// CHECK: getelementptr i8, ptr %{{.*}}, <2 x i64>
// CHECK: call void @__crun_read_lanes(ptr {{.*}}, i64 4, i64 3)
__m128 two(const float *p, __m128i i) { return _mm_i64gather_ps(p, i, 4); }

// CHECK-LABEL: define {{.*}}@scatter(
// CHECK: call void @__crun_write_lanes(ptr {{.*}}, i64 4, i64 %{{.*}})
// CHECK: @llvm.x86.avx512.mask.scatter
void scatter(int *p, __mmask16 m, __m512i i, __m512i v) { _mm512_mask_i32scatter_epi32(p, m, i, v, 4); }

// CHECK-LABEL: define {{.*}}@tail(
// CHECK: call void @__crun_read_masked(ptr %{{.*}}, i64 4, i64 %{{.*}})
__m512i tail(const int *p, int n) { return _mm512_maskz_loadu_epi32((1u << n) - 1, p); }
