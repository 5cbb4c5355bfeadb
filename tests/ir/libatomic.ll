; Calls of libatomic make order even where accesses are not checked.
; RUN: %opt %s | %check
declare void @__atomic_load(i64, ptr, ptr, i32)
declare i128 @__atomic_load_16(ptr, i32)
declare i1 @__atomic_compare_exchange_16(ptr, ptr, i128, i32, i32)
; CHECK-LABEL: define i128 @f(
; CHECK: call void @__crun___atomic_load(i64 24, ptr %p, ptr %q, i32 5)
; CHECK: call i128 @__tsan_atomic128_load(ptr %p, i32 2)
; CHECK: call i1 @__tsan_atomic128_compare_exchange_strong(ptr %p, ptr %q, i128 %v, i32 5, i32 5)
define i128 @f(ptr %p, ptr %q) nounwind {
  call void @__atomic_load(i64 24, ptr %p, ptr %q, i32 5)
  %v = call i128 @__atomic_load_16(ptr %p, i32 2)
  call i1 @__atomic_compare_exchange_16(ptr %p, ptr %q, i128 %v, i32 5, i32 5)
  ret i128 %v
}
