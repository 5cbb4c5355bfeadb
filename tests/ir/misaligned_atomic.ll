; An atomic that the ABI has no function for stays, between its beginning and its end.
; RUN: %opt %s | %check
; CHECK-LABEL: define i64 @f(
; CHECK: call void @__crun_atomic_begin(ptr %p, i64 8, i32 0)
; CHECK-NEXT: load atomic i64, ptr %p seq_cst, align 4
; CHECK-NEXT: call void @__crun_atomic_end(ptr %p)
; CHECK: call void @__crun_atomic_begin(ptr %p, i64 8, i32 1)
; CHECK-NEXT: store atomic i64
; CHECK-NEXT: call void @__crun_atomic_end(ptr %p)
define i64 @f(ptr %p) sanitize_thread {
  %v = load atomic i64, ptr %p seq_cst, align 4
  store atomic i64 %v, ptr %p release, align 1
  ret i64 %v
}
