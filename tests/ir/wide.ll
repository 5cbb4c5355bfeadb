; Vectors above 16 bytes, which ThreadSanitizer's pass leaves out, are ranges.
; RUN: %opt %s | %check
; CHECK-LABEL: define void @f(
define void @f(ptr %p, ptr %q) sanitize_thread {
; CHECK: call void @__tsan_read_range(ptr %p, i64 32)
; CHECK-NEXT: load <4 x double>
  %a = load <4 x double>, ptr %p, align 32
; CHECK: call void @__tsan_write_range(ptr %q, i64 32)
; CHECK-NEXT: store <4 x double>
  store <4 x double> %a, ptr %q, align 8
; CHECK: call void @__tsan_read_range(ptr %p, i64 64)
  %b = load <16 x i32>, ptr %p, align 4
; CHECK: call void @__tsan_write_range(ptr %q, i64 64)
  store <16 x i32> %b, ptr %q, align 4
  ret void
}
; CHECK-LABEL: define void @scalable(
define void @scalable(ptr %p) sanitize_thread {
; CHECK: [[V:%.*]] = call i64 @llvm.vscale.i64()
; CHECK: [[N:%.*]] = mul {{.*}}[[V]], 16
; CHECK: call void @__tsan_read_range(ptr %p, i64 [[N]])
  %a = load <vscale x 4 x i32>, ptr %p
  ret void
}
