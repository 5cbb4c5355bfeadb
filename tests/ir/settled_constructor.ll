; A constructor that may begin a goroutine comes before main.
; RUN: %whole %s | %check
declare void @unknown()
@llvm.global_ctors = appending global [1 x { i32, ptr, ptr }] [{ i32, ptr, ptr } { i32 65535, ptr @begin, ptr null }]
@limit = internal global i32 0

define internal void @begin() nounwind sanitize_thread {
  call void @unknown()
  ret void
}

define i32 @main() nounwind sanitize_thread {
  store i32 1, ptr @limit
  call void @unknown()
  ret i32 0
}

; CHECK-LABEL: define i32 @worker(
; CHECK: call void @__tsan_read4(ptr @limit)
define i32 @worker() nounwind sanitize_thread {
  %a = load i32, ptr @limit
  ret i32 %a
}
