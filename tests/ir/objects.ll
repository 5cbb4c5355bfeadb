; A pointer to one of several objects needs no check if all of them are private; nor does a table of virtual functions.
; RUN: %opt %s | %check
; RUN: %opt -crun-race-without=objects %s | %check --check-prefix=OFF
@a = constant [4 x i32] zeroinitializer
@b = constant [4 x i32] zeroinitializer

; CHECK-LABEL: define i32 @one_of_two(
; CHECK-NOT: @__tsan_{{read|write}}
; CHECK: ret i32
; OFF-LABEL: define i32 @one_of_two(
; OFF: call void @__tsan_read4(
define i32 @one_of_two(i1 %c, i64 %i) nounwind sanitize_thread {
  %t = select i1 %c, ptr @a, ptr @b
  %p = getelementptr [4 x i32], ptr %t, i64 0, i64 %i
  %v = load i32, ptr %p
  ret i32 %v
}

; CHECK-LABEL: define void @walk(
; CHECK-NOT: @__tsan_{{read|write}}
; CHECK: ret void
define void @walk(i32 %n) nounwind sanitize_thread {
entry:
  %buffer = alloca [8 x i32]
  %end = getelementptr i32, ptr %buffer, i32 %n
  br label %loop
loop:
  %p = phi ptr [ %buffer, %entry ], [ %next, %loop ]
  store i32 1, ptr %p
  %next = getelementptr i32, ptr %p, i64 1
  %c = icmp eq ptr %next, %end
  br i1 %c, label %out, label %loop
out:
  ret void
}

; CHECK-LABEL: define i32 @one_is_shared(
; CHECK: call void @__tsan_read4(
define i32 @one_is_shared(i1 %c, ptr %other) nounwind sanitize_thread {
  %t = select i1 %c, ptr @a, ptr %other
  %v = load i32, ptr %t
  ret i32 %v
}

; The table's pointer is a variable; what is in the table never changes.
; CHECK-LABEL: define ptr @virtual(
; CHECK: call void @__tsan_read8(ptr %object)
; CHECK-NOT: @__tsan_{{read|write}}
; CHECK: ret ptr
define ptr @virtual(ptr %object) nounwind sanitize_thread {
  %table = load ptr, ptr %object, !tbaa !0
  %slot = getelementptr ptr, ptr %table, i64 2
  %f = load ptr, ptr %slot
  ret ptr %f
}
!0 = !{!1, !1, i64 0}
!1 = !{!"vtable pointer", !2, i64 0}
!2 = !{!"Simple C++ TBAA"}
