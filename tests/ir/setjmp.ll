; After a call that may return twice the detector drops what a longjmp jumped over; such a function's
; calls are not made invokes.
; RUN: %opt %s | %check
declare i32 @_setjmp(ptr) returns_twice
declare void @other()
; CHECK-LABEL: define i32 @f(
; CHECK: %r = call i32 @_setjmp(ptr %env)
; CHECK-NEXT: call void @__crun_frames_unwind()
; CHECK: call void @other()
; CHECK-NOT: landingpad
; CHECK: ret i32 %r
define i32 @f(ptr %env) sanitize_thread {
  %r = call i32 @_setjmp(ptr %env) returns_twice
  call void @other()
  ret i32 %r
}

; __builtin_setjmp.
declare i32 @llvm.eh.sjlj.setjmp(ptr)
; CHECK-LABEL: define i32 @builtin(
; CHECK: %r = call i32 @llvm.eh.sjlj.setjmp(ptr %env)
; CHECK-NEXT: call void @__crun_frames_unwind()
define i32 @builtin(ptr %env) sanitize_thread {
  %r = call i32 @llvm.eh.sjlj.setjmp(ptr %env)
  call void @other()
  ret i32 %r
}
