; What is checked in each turn of a loop, and is never more than in the turn before, is checked in the first turn alone.
; FROM: 18
; RUN: %opt %s | %check
; RUN: %opt -crun-race-without=shrinking %s | %check --check-prefix=OFF
target datalayout = "e-m:e-i64:64-i128:128-f80:128-n8:16:32:64-S128"

declare void @unknown() nounwind

; The first one moves on, the last one stays.
; CHECK-LABEL: define i64 @triangle(
; CHECK: %race.made = phi i1 [ false, %entry ], [ true, %end ]
; CHECK: %[[N:.*]] = select i1 %race.made, i64 0, i64 %{{.*}}
; CHECK: call void @__crun_read_elements(ptr %{{.*}}, i64 %[[N]], i64 8, i64 8)
; CHECK: loop:
; OFF-LABEL: define i64 @triangle(
; OFF-NOT: race.made
; OFF: call void @__crun_read_elements(
define i64 @triangle(ptr %a, i64 %n) nounwind sanitize_thread {
entry:
  br label %row
row:
  %i = phi i64 [ 0, %entry ], [ %more, %end ]
  %sum = phi i64 [ 0, %entry ], [ %u, %end ]
  %from = add nuw nsw i64 %i, 1
  %to = add i64 %n, 1
  br label %loop
loop:
  %j = phi i64 [ %from, %row ], [ %next, %loop ]
  %s = phi i64 [ %sum, %row ], [ %u, %loop ]
  %p = getelementptr inbounds i64, ptr %a, i64 %j
  %v = load i64, ptr %p, align 8
  %u = add i64 %v, %s
  %next = add nuw nsw i64 %j, 1
  %done = icmp eq i64 %next, %to
  br i1 %done, label %end, label %loop
end:
  %more = add nuw nsw i64 %i, 1
  %all = icmp eq i64 %more, %n
  br i1 %all, label %out, label %row
out:
  ret i64 %u
}

; The first one stays, there are fewer.
; CHECK-LABEL: define i64 @front(
; CHECK: %race.made = phi i1 [ false, %entry ], [ true, %end ]
; CHECK: %[[N:.*]] = select i1 %race.made, i64 0, i64 %{{.*}}
; CHECK: call void @__crun_read_elements(ptr %{{.*}}, i64 %[[N]], i64 8, i64 8)
; CHECK: loop:
; OFF-LABEL: define i64 @front(
; OFF-NOT: race.made
; OFF: call void @__crun_read_elements(
define i64 @front(ptr %a, i64 %n) nounwind sanitize_thread {
entry:
  br label %row
row:
  %i = phi i64 [ 0, %entry ], [ %more, %end ]
  %sum = phi i64 [ 0, %entry ], [ %u, %end ]
  %from = add i64 0, 0
  %to = sub i64 %n, %i
  br label %loop
loop:
  %j = phi i64 [ %from, %row ], [ %next, %loop ]
  %s = phi i64 [ %sum, %row ], [ %u, %loop ]
  %p = getelementptr inbounds i64, ptr %a, i64 %j
  %v = load i64, ptr %p, align 8
  %u = add i64 %v, %s
  %next = add nuw nsw i64 %j, 1
  %done = icmp eq i64 %next, %to
  br i1 %done, label %end, label %loop
end:
  %more = add nuw nsw i64 %i, 1
  %all = icmp eq i64 %more, %n
  br i1 %all, label %out, label %row
out:
  ret i64 %u
}

; There are more in each turn.
; CHECK-LABEL: define i64 @grows(
; CHECK-NOT: race.made
; CHECK: call void @__crun_read_elements(
; CHECK-NOT: race.made
; CHECK: ret
define i64 @grows(ptr %a, i64 %n) nounwind sanitize_thread {
entry:
  br label %row
row:
  %i = phi i64 [ 0, %entry ], [ %more, %end ]
  %sum = phi i64 [ 0, %entry ], [ %u, %end ]
  %from = add i64 0, 0
  %to = add nuw nsw i64 %i, 1
  br label %loop
loop:
  %j = phi i64 [ %from, %row ], [ %next, %loop ]
  %s = phi i64 [ %sum, %row ], [ %u, %loop ]
  %p = getelementptr inbounds i64, ptr %a, i64 %j
  %v = load i64, ptr %p, align 8
  %u = add i64 %v, %s
  %next = add nuw nsw i64 %j, 1
  %done = icmp eq i64 %next, %to
  br i1 %done, label %end, label %loop
end:
  %more = add nuw nsw i64 %i, 1
  %all = icmp eq i64 %more, %n
  br i1 %all, label %out, label %row
out:
  ret i64 %u
}

; There are fewer, and the last one is another.
; CHECK-LABEL: define i64 @moves(
; CHECK-NOT: race.made
; CHECK: call void @__crun_read_elements(
; CHECK-NOT: race.made
; CHECK: ret
define i64 @moves(ptr %a, i64 %n) nounwind sanitize_thread {
entry:
  br label %row
row:
  %i = phi i64 [ 0, %entry ], [ %more, %end ]
  %sum = phi i64 [ 0, %entry ], [ %u, %end ]
  %from = add nuw nsw i64 %i, %i
  %to = add i64 %n, %i
  br label %loop
loop:
  %j = phi i64 [ %from, %row ], [ %next, %loop ]
  %s = phi i64 [ %sum, %row ], [ %u, %loop ]
  %p = getelementptr inbounds i64, ptr %a, i64 %j
  %v = load i64, ptr %p, align 8
  %u = add i64 %v, %s
  %next = add nuw nsw i64 %j, 1
  %done = icmp eq i64 %next, %to
  br i1 %done, label %end, label %loop
end:
  %more = add nuw nsw i64 %i, 1
  %all = icmp eq i64 %more, %n
  br i1 %all, label %out, label %row
out:
  ret i64 %u
}

; A release in between.
; CHECK-LABEL: define i64 @released(
; CHECK-NOT: race.made
; CHECK: call void @__crun_read_elements(
; CHECK-NOT: race.made
; CHECK: ret
define i64 @released(ptr %a, i64 %n) nounwind sanitize_thread {
entry:
  br label %row
row:
  %i = phi i64 [ 0, %entry ], [ %more, %end ]
  %sum = phi i64 [ 0, %entry ], [ %u, %end ]
  call void @unknown()
  %from = add nuw nsw i64 %i, 1
  %to = add i64 %n, 1
  br label %loop
loop:
  %j = phi i64 [ %from, %row ], [ %next, %loop ]
  %s = phi i64 [ %sum, %row ], [ %u, %loop ]
  %p = getelementptr inbounds i64, ptr %a, i64 %j
  %v = load i64, ptr %p, align 8
  %u = add i64 %v, %s
  %next = add nuw nsw i64 %j, 1
  %done = icmp eq i64 %next, %to
  br i1 %done, label %end, label %loop
end:
  %more = add nuw nsw i64 %i, 1
  %all = icmp eq i64 %more, %n
  br i1 %all, label %out, label %row
out:
  ret i64 %u
}
