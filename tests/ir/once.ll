; A module is instrumented once.
; RUN: %opt %s -o %t.ll
; RUN: %opt %t.ll -o %t2.ll
; RUN: %check < %t2.ll
; CHECK: @crun.race.note = internal constant
; CHECK-NOT: @crun.race.note.{{[0-9]+}} =
; CHECK-LABEL: define void @f(
; CHECK: call void @__tsan_write4
; CHECK-NOT: call void @__tsan_write4
; CHECK: ret void
define void @f(ptr %p) sanitize_thread {
  store i32 1, ptr %p
  ret void
}
