; Compare-exchange: both orders are passed on; whether it was done is whether the old value was the
; expected one.
; RUN: %opt %s | %check

; CHECK-LABEL: define i1 @weak(
; CHECK: [[OLD:%.*]] = call i32 @__tsan_atomic32_compare_exchange_val(ptr %p, i32 %e, i32 %n, i32 4, i32 2)
; CHECK-NEXT: [[DONE:%.*]] = icmp eq i32 [[OLD]], %e
; CHECK-NEXT: insertvalue { i32, i1 } poison, i32 [[OLD]], 0
; CHECK-NEXT: insertvalue { i32, i1 } {{.*}}, i1 [[DONE]], 1
; CHECK-NOT: cmpxchg
define i1 @weak(ptr %p, i32 %e, i32 %n) sanitize_thread {
  %r = cmpxchg weak ptr %p, i32 %e, i32 %n acq_rel acquire
  %d = extractvalue { i32, i1 } %r, 1
  ret i1 %d
}

; CHECK-LABEL: define ptr @pointer(
; CHECK: [[E:%.*]] = ptrtoint ptr %e to i64
; CHECK: [[N:%.*]] = ptrtoint ptr %n to i64
; CHECK: [[OLD:%.*]] = call i64 @__tsan_atomic64_compare_exchange_val(ptr %p, i64 [[E]], i64 [[N]], i32 5, i32 0)
; CHECK: inttoptr i64 [[OLD]] to ptr
define ptr @pointer(ptr %p, ptr %e, ptr %n) sanitize_thread {
  %r = cmpxchg ptr %p, ptr %e, ptr %n seq_cst monotonic
  %o = extractvalue { ptr, i1 } %r, 0
  ret ptr %o
}

; CHECK-LABEL: define i128 @wide(
; CHECK: call i128 @__tsan_atomic128_compare_exchange_val(ptr %p, i128 %e, i128 %n, i32 3, i32 0)
define i128 @wide(ptr %p, i128 %e, i128 %n) sanitize_thread {
  %r = cmpxchg ptr %p, i128 %e, i128 %n release monotonic
  %o = extractvalue { i128, i1 } %r, 0
  ret i128 %o
}
