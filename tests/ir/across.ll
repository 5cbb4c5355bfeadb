; A read needs no check if on every way from it a write of the same bytes comes, in a later block.
; RUN: %opt -crun-race-without=loops %s | %check
; RUN: %opt -crun-race-without=loops,across %s | %check --check-prefix=OFF
declare void @unknown()

; CHECK-LABEL: define i32 @either_way(
; CHECK-NOT: @__tsan_read
; CHECK: call void @__tsan_write4(ptr %p)
; CHECK: call void @__tsan_write8(ptr %p)
; OFF-LABEL: define i32 @either_way(
; OFF: call void @__tsan_read4(ptr %p)
define i32 @either_way(ptr %p) nounwind sanitize_thread {
  %a = load i32, ptr %p
  %c = icmp eq i32 %a, 0
  br i1 %c, label %yes, label %no
yes:
  store i32 1, ptr %p
  ret i32 1
no:
  store i64 2, ptr %p, align 8
  ret i32 %a
}

; CHECK-LABEL: define i32 @one_way(
; CHECK: call void @__tsan_read4(ptr %p)
define i32 @one_way(ptr %p, i1 %c) nounwind sanitize_thread {
  %a = load i32, ptr %p
  br i1 %c, label %yes, label %no
yes:
  store i32 1, ptr %p
  br label %no
no:
  ret i32 %a
}

; CHECK-LABEL: define i32 @call_on_the_way(
; CHECK: call void @__tsan_read4(ptr %p)
define i32 @call_on_the_way(ptr %p, i1 %c) nounwind sanitize_thread {
  %a = load i32, ptr %p
  br i1 %c, label %yes, label %no
yes:
  call void @unknown()
  br label %no
no:
  store i32 1, ptr %p
  ret i32 %a
}

; The loop may never end.
; CHECK-LABEL: define i32 @loop_on_the_way(
; CHECK: call void @__tsan_read4(ptr %p)
; CHECK: loop:
define i32 @loop_on_the_way(ptr %p, i32 %n) nounwind sanitize_thread {
  %a = load i32, ptr %p
  br label %loop
loop:
  %i = phi i32 [ 0, %0 ], [ %j, %loop ]
  %j = add i32 %i, %a
  %c = icmp eq i32 %j, %n
  br i1 %c, label %out, label %loop
out:
  store i32 %i, ptr %p
  ret i32 %a
}

; In the next turn it is another element that is written.
; CHECK-LABEL: define void @next_turn(
; CHECK: call void @__tsan_read4(ptr %q)
define void @next_turn(ptr %p, i1 %c) nounwind sanitize_thread {
  br label %loop
loop:
  %i = phi i64 [ 0, %0 ], [ %j, %more ]
  %q = getelementptr i32, ptr %p, i64 %i
  br i1 %c, label %write, label %read
write:
  store i32 1, ptr %q
  br label %more
read:
  %a = load i32, ptr %q
  %d = icmp eq i32 %a, 0
  br i1 %d, label %more, label %out
more:
  %j = add i64 %i, 1
  br label %loop
out:
  ret void
}
