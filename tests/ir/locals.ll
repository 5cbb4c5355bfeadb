; A local is checked when its address is captured; the question is put to the object, however the
; pointer of the access was made.
; RUN: %opt %s | %check
declare void @share(ptr)
declare void @look(ptr nocapture)

; CHECK-LABEL: define i32 @private(
define i32 @private(i64 %i) nounwind sanitize_thread {
; CHECK-NOT: @__tsan_{{read|write}}
; CHECK: ret i32
  %a = alloca [10 x i32], align 4
  %p = getelementptr inbounds [10 x i32], ptr %a, i64 0, i64 %i
  store i32 1, ptr %p, align 4
  call void @look(ptr %p)
  %v = load i32, ptr %p, align 4
  ret i32 %v
}

; CHECK-LABEL: define void @shared(
define void @shared(i64 %i) nounwind sanitize_thread {
; CHECK: call void @share(ptr %a)
; CHECK: call void @__tsan_write4(ptr %p)
; CHECK-NEXT: store i32 0, ptr %p
  %a = alloca [10 x i32], align 4
  call void @share(ptr %a)
  %p = getelementptr inbounds [10 x i32], ptr %a, i64 0, i64 %i
  store i32 0, ptr %p, align 4
  ret void
}

; The callee's copy of a struct passed by value is a local too.
; CHECK-LABEL: define i32 @copy(
define i32 @copy(ptr byval(i32) %p) nounwind sanitize_thread {
; CHECK-NOT: @__tsan_read4
; CHECK: ret i32
  %v = load i32, ptr %p, align 4
  ret i32 %v
}

; CHECK-LABEL: define i32 @shared_copy(
define i32 @shared_copy(ptr byval(i32) %p) nounwind sanitize_thread {
; CHECK: call void @__tsan_read4(ptr %p)
  call void @share(ptr %p)
  %v = load i32, ptr %p, align 4
  ret i32 %v
}
