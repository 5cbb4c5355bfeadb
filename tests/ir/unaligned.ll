; An address that is not known to be a multiple of the size gets the entry point for any address.
; RUN: %opt -crun-race-without=all %s | %check
; CHECK-LABEL: define void @f(
define void @f(ptr %p) sanitize_thread {
; CHECK: call void @__tsan_unaligned_read2(
  %a = load i16, ptr %p, align 1
; CHECK: call void @__tsan_unaligned_read4(
  %b = load i32, ptr %p, align 2
; CHECK: call void @__tsan_unaligned_read8(
  %c = load i64, ptr %p, align 4
; CHECK: call void @__tsan_unaligned_read16(
  %d = load <4 x i32>, ptr %p, align 4
; Two aligned words will do for sixteen bytes.
; CHECK: call void @__tsan_read16(
  %e = load <4 x i32>, ptr %p, align 8
; CHECK: call void @__tsan_unaligned_write2(
  store i16 %a, ptr %p, align 1
; CHECK: call void @__tsan_unaligned_write4(
  store i32 %b, ptr %p, align 1
; CHECK: call void @__tsan_unaligned_write8(
  store i64 %c, ptr %p, align 1
; CHECK: call void @__tsan_unaligned_write16(
  store <4 x i32> %d, ptr %p, align 1
  ret void
}
