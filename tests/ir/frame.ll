; A function with a check or a call reports its entry with its return address, and every exit. One with
; neither pays nothing.
; RUN: %opt %s | %check
declare void @other()
declare double @sqrt(double) memory(none)
declare double @mine(double) memory(none)
declare void @abort() noreturn

; CHECK-LABEL: define i32 @leaf(
; CHECK-NEXT: mul
; CHECK-NEXT: ret
define i32 @leaf(i32 %a) nounwind sanitize_thread {
  %b = mul i32 %a, 3
  ret i32 %b
}

; libm leads to no check; a function that is only said to be const may.
; CHECK-LABEL: define double @math(
; CHECK-NOT: @__tsan
; CHECK: ret double
define double @math(double %a) nounwind sanitize_thread {
  %b = call double @sqrt(double %a) memory(none)
  ret double %b
}
; CHECK-LABEL: define double @maths(
; CHECK: @__tsan_func_entry
define double @maths(double %a) nounwind sanitize_thread {
  %b = call double @mine(double %a) memory(none)
  ret double %b
}

; CHECK-LABEL: define i32 @exits(
; CHECK: %local = alloca
; CHECK: [[RA:%.*]] = call ptr @llvm.returnaddress(i32 0)
; CHECK-NEXT: call void @__tsan_func_entry(ptr [[RA]])
; CHECK: one:
; CHECK: notail call void @__tsan_func_exit()
; CHECK-NEXT: ret i32 1
; CHECK: two:
; CHECK: call void @other()
; CHECK-NEXT: notail call void @__tsan_func_exit()
; CHECK-NEXT: ret i32 2
; CHECK: never:
; CHECK-NEXT: call void @abort()
; CHECK-NEXT: unreachable
define i32 @exits(i32 %a) nounwind sanitize_thread {
  %local = alloca i32
  switch i32 %a, label %never [ i32 1, label %one
                                i32 2, label %two ]
one:
  ret i32 1
two:
  call void @other()
  ret i32 2
never:
  call void @abort()
  unreachable
}

; A call that must stay in tail position comes after the exit.
; CHECK-LABEL: define i32 @tail(
; CHECK: notail call void @__tsan_func_exit()
; CHECK-NEXT: %r = musttail call i32 @leaf(i32 %a)
; CHECK-NEXT: ret i32 %r
define i32 @tail(i32 %a) nounwind sanitize_thread {
  %r = musttail call i32 @leaf(i32 %a)
  ret i32 %r
}
