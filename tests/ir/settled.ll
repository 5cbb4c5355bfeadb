; In a whole program, variables that are written before the first goroutine begins alone need no checks.
; RUN: %whole %s | %check
; RUN: %whole -crun-race-without=settled,single %s | %check --check-prefix=OFF
; RUN: %opt %s | %check --check-prefix=OFF
declare void @unknown()
declare void @quiet(ptr nocapture) nosync nounwind

@limit = internal global i32 0
@table = internal global [16 x i32] zeroinitializer
@late = internal global i32 0
@loop = internal global i32 0
@filled = internal global i32 0
@known = internal global i32 0
@place = internal global ptr null
@exported = global i32 0

; CHECK-LABEL: define i32 @main(
; CHECK-NOT: @__tsan_write4(ptr @limit)
; CHECK: call void @unknown()
; CHECK: call void @__tsan_write4(ptr @late)
; CHECK: call void @__tsan_write4(ptr @loop)
; CHECK: ret i32
define i32 @main(i32 %n, ptr %v) nounwind sanitize_thread {
  store i32 %n, ptr @limit
  %p = getelementptr [16 x i32], ptr @table, i64 0, i32 %n
  store i32 7, ptr %p
  store i32 1, ptr @exported
  call void @early()
  call void @twice()
  store ptr @known, ptr @place
  call void @unknown()
  store i32 1, ptr @late
  call void @twice()
  br label %turn
turn:
  store i32 1, ptr @loop
  call void @unknown()
  br i1 true, label %turn, label %out
out:
  ret i32 0
}

define internal void @early() nounwind noinline sanitize_thread {
  store i32 3, ptr @limit
  ret void
}

define internal void @twice() nounwind noinline sanitize_thread {
  store i32 3, ptr @filled
  ret void
}

; CHECK-LABEL: define i32 @worker(
; CHECK-NOT: @__tsan_read4(ptr @limit)
; CHECK-NOT: @__tsan_read4(ptr %p)
; CHECK: call void @__tsan_read4(ptr @late)
; CHECK: call void @__tsan_read4(ptr @loop)
; CHECK: call void @__tsan_read4(ptr @filled)
; CHECK: call void @__tsan_read4(ptr @known)
; CHECK: call void @__tsan_read4(ptr @exported)
; CHECK: ret i32
; OFF-LABEL: define i32 @worker(
; OFF: call void @__tsan_read4(ptr @limit)
; OFF: call void @__tsan_read4(ptr %p)
define i32 @worker(i64 %i) nounwind sanitize_thread {
  %a = load i32, ptr @limit
  %p = getelementptr [16 x i32], ptr @table, i64 0, i64 %i
  %b = load i32, ptr %p
  %c = load i32, ptr @late
  %d = load i32, ptr @loop
  %e = load i32, ptr @filled
  %f = load i32, ptr @known
  %g = load i32, ptr @exported
  ret i32 %b
}
