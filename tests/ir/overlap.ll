; Of what a loop's checks have in common only one has it.
; FROM: 18
; RUN: %opt -crun-race-without=adjacent %s | %check
; RUN: %opt -crun-race-without=overlap,adjacent %s | %check --check-prefix=OFF
target datalayout = "e-m:e-i64:64-i128:128-f80:128-n8:16:32:64-S128"

; Behind the first, what is read is what was written.
; CHECK-LABEL: define void @prefix(
; CHECK: entry:
; CHECK-NOT: @__crun_read
; CHECK-DAG: call void @__tsan_read8(ptr %a)
; CHECK-DAG: call void @__crun_write_elements(ptr %{{.*}}, i64 %n, i64 8, i64 8)
; CHECK-NOT: @__crun_read
; CHECK: loop:
; OFF-LABEL: define void @prefix(
; OFF-DAG: call void @__crun_read_elements(ptr %a, i64 %n, i64 8, i64 8)
; OFF-DAG: call void @__crun_write_elements(ptr %{{.*}}, i64 %n, i64 8, i64 8)
; OFF: loop:
define void @prefix(ptr %a, i64 %n) nounwind sanitize_thread {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr i64, ptr %a, i64 %i
  %v = load i64, ptr %p, align 8
  %next = add nuw nsw i64 %i, 1
  %q = getelementptr i64, ptr %a, i64 %next
  store i64 %v, ptr %q, align 8
  %done = icmp eq i64 %next, %n
  br i1 %done, label %out, label %loop
out:
  ret void
}

; Three further on: of three elements, or all if there are fewer.
; CHECK-LABEL: define i64 @further(
; CHECK: entry:
; CHECK-DAG: call void @__crun_read_elements(ptr %a, i64 %n, i64 8, i64 8)
; CHECK-DAG: call i64 @llvm.umin.i64(i64 %n, i64 3)
; CHECK-DAG: call i64 @llvm.umax.i64(i64 %n, i64 3)
; CHECK-DAG: call void @__crun_read_elements(ptr %{{.*}}, i64 %umin, i64 8, i64 8)
; CHECK: loop:
define i64 @further(ptr %a, i64 %n) nounwind sanitize_thread {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %s = phi i64 [ 0, %entry ], [ %u, %loop ]
  %p = getelementptr i64, ptr %a, i64 %i
  %v = load i64, ptr %p, align 8
  %q = getelementptr i64, ptr %p, i64 3
  %w = load i64, ptr %q, align 8
  %t = add i64 %v, %w
  %u = add i64 %t, %s
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, %n
  br i1 %done, label %out, label %loop
out:
  ret i64 %u
}

; What is read says nothing of what is written, nor 4 bytes of 8, nor what begins between two elements.
; CHECK-LABEL: define void @none(
; CHECK: entry:
; CHECK-DAG: call void @__crun_write_elements(ptr %{{.*}}, i64 %n, i64 4, i64 8)
; CHECK-DAG: call void @__crun_read_elements(ptr %a, i64 %n, i64 8, i64 8)
; CHECK-DAG: call void @__crun_read_elements(ptr %{{.*}}, i64 %n, i64 2, i64 8)
; CHECK: loop:
define void @none(ptr %a, i64 %n) nounwind sanitize_thread {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr i64, ptr %a, i64 %i
  %v = load i64, ptr %p, align 8
  %next = add nuw nsw i64 %i, 1
  %q = getelementptr i64, ptr %a, i64 %next
  store i32 1, ptr %q, align 8
  %r = getelementptr i8, ptr %q, i64 5
  %w = load i16, ptr %r, align 1
  %done = icmp eq i64 %next, %n
  br i1 %done, label %out, label %loop
out:
  ret void
}
