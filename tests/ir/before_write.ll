; A read that a write of the same bytes follows in its block needs no check, unless the two could be
; ordered differently or the write may not come.
; RUN: %opt %s | %check
; RUN: %opt -crun-race-without=before-write %s | %check --check-prefix=OFF
target datalayout = "e-m:e-i64:64-i128:128-f80:128-n8:16:32:64-S128"

declare void @unknown()
declare void @quiet() nosync nounwind willreturn
declare void @may_leave() nosync nounwind

; CHECK-LABEL: define void @increment(
; CHECK-NOT: @__tsan_read
; CHECK: call void @__tsan_write4(ptr %p)
; OFF-LABEL: define void @increment(
; OFF: call void @__tsan_read4(ptr %p)
; OFF: call void @__tsan_write4(ptr %p)
define void @increment(ptr %p) sanitize_thread {
  %a = load i32, ptr %p
  call void @quiet()
  %b = add i32 %a, 1
  store i32 %b, ptr %p
  ret void
}

; A part of what is written, by another expression for the same address.
; CHECK-LABEL: define i16 @part(
; CHECK-NOT: @__tsan_read
; CHECK: call void @__tsan_write8(
define i16 @part(ptr %p, i64 %i) sanitize_thread {
  %q = getelementptr i64, ptr %p, i64 %i
  %r = getelementptr i8, ptr %q, i64 6
  %a = load i16, ptr %r
  %s = getelementptr i64, ptr %p, i64 %i
  store i64 0, ptr %s
  ret i16 %a
}

; CHECK-LABEL: define i64 @more_than_is_written(
; CHECK: call void @__tsan_read8(ptr %p)
define i64 @more_than_is_written(ptr %p) sanitize_thread {
  %a = load i64, ptr %p
  store i32 0, ptr %p
  ret i64 %a
}

; CHECK-LABEL: define i32 @other_index(
; CHECK: call void @__tsan_read4(
define i32 @other_index(ptr %p, i64 %i, i64 %j) sanitize_thread {
  %q = getelementptr i32, ptr %p, i64 %i
  %a = load i32, ptr %q
  %r = getelementptr i32, ptr %p, i64 %j
  store i32 0, ptr %r
  ret i32 %a
}

; CHECK-LABEL: define i32 @volatile_read(
; CHECK: call void @__tsan_read4(ptr %p)
define i32 @volatile_read(ptr %p) sanitize_thread {
  %a = load volatile i32, ptr %p
  store i32 0, ptr %p
  ret i32 %a
}

; Unknown calls may order this goroutine behind another: what raced with the read alone is lost.
; CHECK-LABEL: define i32 @call_between(
; CHECK: call void @__tsan_read4(ptr %p)
define i32 @call_between(ptr %p) sanitize_thread {
  %a = load i32, ptr %p
  call void @unknown()
  store i32 0, ptr %p
  ret i32 %a
}

; CHECK-LABEL: define i32 @acquire_between(
; CHECK: call void @__tsan_read4(ptr %p)
define i32 @acquire_between(ptr %p, ptr %flag) sanitize_thread {
  %a = load i32, ptr %p
  %f = load atomic i32, ptr %flag acquire, align 4
  store i32 0, ptr %p
  ret i32 %a
}

; CHECK-LABEL: define i32 @may_not_come(
; CHECK: call void @__tsan_read4(ptr %p)
define i32 @may_not_come(ptr %p) sanitize_thread {
  %a = load i32, ptr %p
  call void @may_leave()
  store i32 0, ptr %p
  ret i32 %a
}

; CHECK-LABEL: define i32 @other_block(
; CHECK: call void @__tsan_read4(ptr %p)
define i32 @other_block(ptr %p, i1 %c) sanitize_thread {
  %a = load i32, ptr %p
  br i1 %c, label %yes, label %no
yes:
  store i32 0, ptr %p
  br label %no
no:
  ret i32 %a
}
