; Volatile orders nothing between threads: an access like any other.
; RUN: %opt %s | %check
; CHECK-LABEL: define void @f(
; CHECK: call void @__tsan_read4(ptr %p)
; CHECK-NEXT: load volatile
; CHECK: call void @__tsan_write4(ptr %p)
; CHECK-NEXT: store volatile
define void @f(ptr %p) sanitize_thread {
  %v = load volatile i32, ptr %p
  store volatile i32 %v, ptr %p
  ret void
}
