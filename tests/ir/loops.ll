; The checks of a loop are made in front of it, of exactly what it will access.
; FROM: 18
; RUN: %opt -crun-race-without=rows %s | %check
; RUN: %opt -crun-race-without=loops %s | %check --check-prefix=OFF
; OFF-NOT: @__crun_{{read|write}}_elements
target datalayout = "e-m:e-i64:64-i128:128-f80:128-n8:16:32:64-S128"

declare void @unknown()
declare void @may_leave() nosync nounwind
declare void @quiet() nosync nounwind willreturn

; CHECK-LABEL: define void @upwards(
; CHECK: entry:
; CHECK: call void @__crun_write_elements(ptr %a, i64 %n, i64 4, i64 4)
; CHECK: loop:
; CHECK-NOT: @__tsan_write
; CHECK: ret void
define void @upwards(ptr %a, i64 %n) nounwind sanitize_thread {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr i32, ptr %a, i64 %i
  store i32 0, ptr %p
  call void @quiet()
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, %n
  br i1 %done, label %out, label %loop
out:
  ret void
}

; An int that counts down, the block in front shared with the way past the loop; a read and a write
; of one element in two blocks are one check.
; CHECK-LABEL: define void @downwards(
; CHECK: loop.preheader:
; CHECK-NOT: @__crun_read_elements
; CHECK: call void @__crun_write_elements(ptr %{{.*}}, i64 %{{.*}}, i64 8, i64 -8)
; CHECK-NOT: @__tsan_
; CHECK: out:
define void @downwards(ptr %a, i32 %n, i1 %c) nounwind sanitize_thread {
entry:
  %some = icmp sgt i32 %n, 0
  br i1 %some, label %loop, label %out
loop:
  %i = phi i32 [ %n, %entry ], [ %next, %end ]
  %next = add nsw i32 %i, -1
  %wide = zext nneg i32 %next to i64
  %p = getelementptr i64, ptr %a, i64 %wide
  %v = load i64, ptr %p, align 8
  br i1 %c, label %end, label %then
then:
  br label %end
end:
  store i64 %v, ptr %p, align 8
  %more = icmp sgt i32 %i, 1
  br i1 %more, label %loop, label %out
out:
  ret void
}

; A field of each struct, and one and the same variable.
; CHECK-LABEL: define void @fields(
; CHECK: entry:
; CHECK-DAG: call void @__crun_read_elements(ptr %{{.*}}, i64 100, i64 8, i64 24)
; CHECK-DAG: call void @__tsan_write4(ptr %sum)
; CHECK: loop:
; CHECK-NOT: @__tsan_write
; CHECK: ret void
define void @fields(ptr %a, ptr %sum) nounwind sanitize_thread {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %s = getelementptr [3 x i64], ptr %a, i64 %i
  %f = getelementptr i8, ptr %s, i64 8
  %v = load i64, ptr %f
  store i32 1, ptr %sum
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, 100
  br i1 %done, label %out, label %loop
out:
  ret void
}

; Row after row; a column in each turn; one row again and again.
; CHECK-LABEL: define void @matrix(
; CHECK: entry:
; CHECK: call void @__crun_read_elements(ptr %a, i64 60, i64 4, i64 4)
; CHECK: call void @__crun_read_elements(ptr %b, i64 60, i64 4, i64 4)
; CHECK: call void @__crun_write_elements(ptr %c, i64 10, i64 4, i64 4)
; CHECK: outer:
; CHECK-NOT: @__
; CHECK: br i1 %end, label %out, label %outer
define void @matrix(ptr %a, ptr %b, ptr %c) nounwind sanitize_thread {
entry:
  br label %outer
outer:
  %i = phi i64 [ 0, %entry ], [ %i.next, %latch ]
  br label %inner
inner:
  %j = phi i64 [ 0, %outer ], [ %j.next, %inner ]
  %row = mul nuw nsw i64 %i, 10
  %ij = add nuw nsw i64 %row, %j
  %p = getelementptr i32, ptr %a, i64 %ij
  %v = load i32, ptr %p
  %column = mul nuw nsw i64 %j, 6
  %ji = add nuw nsw i64 %column, %i
  %q = getelementptr i32, ptr %b, i64 %ji
  %w = load i32, ptr %q
  %r = getelementptr i32, ptr %c, i64 %j
  store i32 %w, ptr %r
  %j.next = add nuw nsw i64 %j, 1
  %done = icmp eq i64 %j.next, 10
  br i1 %done, label %latch, label %inner
latch:
  %i.next = add nuw nsw i64 %i, 1
  %end = icmp eq i64 %i.next, 6
  br i1 %end, label %out, label %outer
out:
  ret void
}

; Rows of 10 that are 16 apart leave 6 out: rows.ll, or a check for each.
; CHECK-LABEL: define void @gaps(
; CHECK: outer:
; CHECK: call void @__crun_write_elements(ptr %{{.*}}, i64 10, i64 4, i64 4)
; CHECK: inner:
define void @gaps(ptr %a) nounwind sanitize_thread {
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
  %end = icmp eq i64 %i.next, 6
  br i1 %end, label %out, label %outer
out:
  ret void
}

; ---- what stays in the loop ------------------------------------------------------------------------

; CHECK-LABEL: define void @sync_in_it(
; CHECK: loop:
; CHECK: call void @__tsan_write4(
define void @sync_in_it(ptr %a, i64 %n) nounwind sanitize_thread {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr i32, ptr %a, i64 %i
  store i32 0, ptr %p
  call void @unknown()
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, %n
  br i1 %done, label %out, label %loop
out:
  ret void
}

; CHECK-LABEL: define void @acquire_in_it(
; CHECK: loop:
; CHECK: call void @__tsan_write4(
define void @acquire_in_it(ptr %a, i64 %n, ptr %flag) nounwind sanitize_thread {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %f = load atomic i32, ptr %flag acquire, align 4
  %p = getelementptr i32, ptr %a, i64 %i
  store i32 0, ptr %p
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, %n
  br i1 %done, label %out, label %loop
out:
  ret void
}

; CHECK-LABEL: define void @may_end_early(
; CHECK: loop:
; CHECK: call void @__tsan_write4(
define void @may_end_early(ptr %a, i64 %n) nounwind sanitize_thread {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  call void @may_leave()
  %p = getelementptr i32, ptr %a, i64 %i
  store i32 0, ptr %p
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, %n
  br i1 %done, label %out, label %loop
out:
  ret void
}

; CHECK-LABEL: define i64 @two_ways_out(
; CHECK: loop:
; CHECK: call void @__tsan_read4(
define i64 @two_ways_out(ptr %a, i64 %n) nounwind sanitize_thread {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %more ]
  %p = getelementptr i32, ptr %a, i64 %i
  %v = load i32, ptr %p
  %found = icmp eq i32 %v, 7
  br i1 %found, label %out, label %more
more:
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, %n
  br i1 %done, label %out, label %loop
out:
  ret i64 %i
}

; Both ways out are known, but on the first the access is not made in the last turn.
; CHECK-LABEL: define void @way_out_before(
; CHECK: more:
; CHECK: call void @__tsan_write4(
define void @way_out_before(ptr %a, i64 %n, i64 %m) nounwind sanitize_thread {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %more ]
  %p = getelementptr i32, ptr %a, i64 %i
  %enough = icmp eq i64 %i, %m
  br i1 %enough, label %out, label %more
more:
  store i32 0, ptr %p
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, %n
  br i1 %done, label %out, label %loop
out:
  ret void
}

; CHECK-LABEL: define void @not_in_every_turn(
; CHECK: then:
; CHECK: call void @__tsan_write4(
define void @not_in_every_turn(ptr %a, i64 %n, i1 %c) nounwind sanitize_thread {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %end ]
  %p = getelementptr i32, ptr %a, i64 %i
  br i1 %c, label %then, label %end
then:
  store i32 0, ptr %p
  br label %end
end:
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, %n
  br i1 %done, label %out, label %loop
out:
  ret void
}

; The inner loop may never end.
; CHECK-LABEL: define void @endless_inside(
; CHECK: outer:
; CHECK: call void @__tsan_write4(
define void @endless_inside(ptr %a, i64 %n, i1 %c) nounwind sanitize_thread {
entry:
  br label %outer
outer:
  %i = phi i64 [ 0, %entry ], [ %next, %latch ]
  br label %inner
inner:
  br i1 %c, label %latch, label %inner
latch:
  %p = getelementptr i32, ptr %a, i64 %i
  store i32 0, ptr %p
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, %n
  br i1 %done, label %out, label %outer
out:
  ret void
}

; The way from one node to the next is not known in front of it.
; CHECK-LABEL: define void @list(
; CHECK: loop:
; CHECK: call void @__tsan_read8(
define void @list(ptr %head) nounwind sanitize_thread {
entry:
  br label %loop
loop:
  %p = phi ptr [ %head, %entry ], [ %next, %loop ]
  %next = load ptr, ptr %p, align 8
  %done = icmp eq ptr %next, null
  br i1 %done, label %out, label %loop
out:
  ret void
}

; A char that wraps around: no elements at one distance.
; CHECK-LABEL: define void @wraps(
; CHECK: loop:
; CHECK: call void @__tsan_write1(
define void @wraps(ptr %a, i64 %n) nounwind sanitize_thread {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %short = trunc i64 %i to i8
  %index = zext i8 %short to i64
  %p = getelementptr i8, ptr %a, i64 %index
  store i8 0, ptr %p
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, %n
  br i1 %done, label %out, label %loop
out:
  ret void
}

; CHECK-LABEL: define void @volatile(
; CHECK: loop:
; CHECK: call void @__tsan_write4(
define void @volatile(ptr %a) nounwind sanitize_thread {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  store volatile i32 0, ptr %a
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, 9
  br i1 %done, label %out, label %loop
out:
  ret void
}
