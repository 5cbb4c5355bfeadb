; A struct as one value: field by field where there is padding, which nobody touches.
; RUN: %opt %s | %check
; CHECK-LABEL: define { i8, i32 } @padded(
define { i8, i32 } @padded(ptr %p) sanitize_thread {
; CHECK: call void @__tsan_read1(ptr %p)
; CHECK: [[F:%.*]] = getelementptr inbounds i8, ptr %p, i64 4
; CHECK: call void @__tsan_read4(ptr [[F]])
; CHECK-NOT: @__tsan_read
; CHECK: load { i8, i32 }
  %v = load { i8, i32 }, ptr %p, align 4
  ret { i8, i32 } %v
}
; CHECK-LABEL: define void @whole(
define void @whole({ ptr, i64 } %v, ptr %p) sanitize_thread {
; CHECK: call void @__tsan_write16(ptr %p)
  store { ptr, i64 } %v, ptr %p, align 8
  ret void
}
