; Rows at one distance, with gaps between them, are one check in front of both loops.
; FROM: 18
; RUN: %opt %s | %check
; RUN: %opt -crun-race-without=rows %s | %check --check-prefix=OFF
; OFF-NOT: @__crun_{{read|write}}_rows
target datalayout = "e-m:e-i64:64-i128:128-f80:128-n8:16:32:64-S128"
declare void @unknown()

; CHECK-LABEL: define void @gaps(
; CHECK: entry:
; CHECK: call void @__crun_write_rows(ptr %a, i64 10, i64 4, i64 4, i64 %n, i64 64)
; CHECK: outer:
; CHECK-NOT: @__crun
; CHECK: ret void
define void @gaps(ptr %a, i64 %n) nounwind sanitize_thread {
entry:
  br label %outer
outer:
  %i = phi i64 [ 0, %entry ], [ %i.next, %latch ]
  br label %inner
inner:
  %j = phi i64 [ 0, %outer ], [ %j.next, %inner ]
  %row = mul nuw nsw i64 %i, 16
  %ij = add nuw nsw i64 %row, %j
  %p = getelementptr i32, ptr %a, i64 %ij
  store i32 0, ptr %p
  %j.next = add nuw nsw i64 %j, 1
  %done = icmp eq i64 %j.next, 10
  br i1 %done, label %latch, label %inner
latch:
  %i.next = add nuw nsw i64 %i, 1
  %end = icmp eq i64 %i.next, %n
  br i1 %end, label %out, label %outer
out:
  ret void
}

; A release between the rows: each has its own check.
; CHECK-LABEL: define void @released(
; CHECK: outer:
; CHECK: call void @__crun_write_elements(ptr %{{.*}}, i64 10, i64 4, i64 4)
; CHECK: inner:
define void @released(ptr %a, i64 %n) nounwind sanitize_thread {
entry:
  br label %outer
outer:
  %i = phi i64 [ 0, %entry ], [ %i.next, %latch ]
  br label %inner
inner:
  %j = phi i64 [ 0, %outer ], [ %j.next, %inner ]
  %row = mul nuw nsw i64 %i, 16
  %ij = add nuw nsw i64 %row, %j
  %p = getelementptr i32, ptr %a, i64 %ij
  store i32 0, ptr %p
  %j.next = add nuw nsw i64 %j, 1
  %done = icmp eq i64 %j.next, 10
  br i1 %done, label %latch, label %inner
latch:
  call void @unknown()
  %i.next = add nuw nsw i64 %i, 1
  %end = icmp eq i64 %i.next, %n
  br i1 %end, label %out, label %outer
out:
  ret void
}
