; Where calls may unwind (-fexceptions: pthread_exit and cancellation do), the exit is reported on that
; way too.
; RUN: %opt %s | %check
declare void @may()
declare i32 @__gcc_personality_v0(...)

; CHECK-LABEL: define void @plain() {{.*}}personality ptr @__gcc_personality_v0
; CHECK: invoke void @may()
; CHECK-NEXT: to label %{{.*}} unwind label %race.cleanup
; CHECK: notail call void @__tsan_func_exit()
; CHECK-NEXT: ret void
; CHECK: race.cleanup:
; CHECK: landingpad
; CHECK-NEXT: cleanup
; CHECK-NEXT: notail call void @__tsan_func_exit()
; CHECK-NEXT: resume
define void @plain() sanitize_thread {
  call void @may()
  ret void
}

; CHECK-LABEL: define void @nothrow()
; CHECK: call void @may()
; CHECK-NOT: landingpad
; CHECK: ret void
define void @nothrow() nounwind sanitize_thread {
  call void @may()
  ret void
}

; CHECK-LABEL: define void @cleanup(
; CHECK: invoke void @may()
; CHECK: pad:
; CHECK: landingpad
; CHECK: call void @__tsan_write4(
; CHECK: notail call void @__tsan_func_exit()
; CHECK-NEXT: resume
define void @cleanup(ptr %p) sanitize_thread personality ptr @__gcc_personality_v0 {
  invoke void @may() to label %ok unwind label %pad
ok:
  ret void
pad:
  %l = landingpad { ptr, i32 } cleanup
  store i32 0, ptr %p
  resume { ptr, i32 } %l
}
