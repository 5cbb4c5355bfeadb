; The checks of a loop that goes all over its memory are put down, and made by __crun_deferred.
; RUN: %opt %s | %check
; RUN: %opt -crun-race-without=deferred %s | %check --check-prefix=OFF
target datalayout = "e-m:e-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-pc-linux-gnu"

declare void @unknown()

; CHECK-LABEL: define void @jumps(
; CHECK: call ptr asm sideeffect "movq %fs:0
; CHECK: call { i64, i64 } asm sideeffect "leaq 17(,$3,4)
; CHECK: call ptr @__crun_deferred(
; CHECK-NOT: @__tsan_write8
; CHECK: call ptr @__crun_deferred(
; CHECK: ret void
; OFF-LABEL: define void @jumps(
; OFF-NOT: @__crun_deferred
; OFF: call void @__tsan_write8(
; OFF: ret void
define void @jumps(ptr %p, i64 %n) sanitize_thread {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %h = mul i64 %i, 40503
  %k = and i64 %h, 4095
  %q = getelementptr i64, ptr %p, i64 %k
  store i64 %i, ptr %q
  %next = add i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %out
out:
  ret void
}

; Its address waits for what the turn before loaded.
; CHECK-LABEL: define void @chain(
; CHECK-NOT: @__crun_deferred
; CHECK: call void @__tsan_read8(
; CHECK: ret void
define void @chain(ptr %p) sanitize_thread {
entry:
  br label %loop
loop:
  %at = phi ptr [ %p, %entry ], [ %next, %loop ]
  %next = load ptr, ptr %at
  %more = icmp ne ptr %next, null
  br i1 %more, label %loop, label %out
out:
  ret void
}

; An unknown call may be a release.
; CHECK-LABEL: define void @calls(
; CHECK-NOT: @__crun_deferred
; CHECK: call void @__tsan_write8(
; CHECK: ret void
define void @calls(ptr %p, i64 %n) sanitize_thread {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %h = mul i64 %i, 40503
  %k = and i64 %h, 4095
  %q = getelementptr i64, ptr %p, i64 %k
  store i64 %i, ptr %q
  call void @unknown()
  %next = add i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %out
out:
  ret void
}

; So is an atomic store one.
; CHECK-LABEL: define void @releases(
; CHECK-NOT: @__crun_deferred
; CHECK: call void @__tsan_write8(
; CHECK: ret void
define void @releases(ptr %p, ptr %flag, i64 %n) sanitize_thread {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %h = mul i64 %i, 40503
  %k = and i64 %h, 4095
  %q = getelementptr i64, ptr %p, i64 %k
  store i64 %i, ptr %q
  store atomic i64 %i, ptr %flag release, align 8
  %next = add i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %out
out:
  ret void
}

; What is volatile is checked at once, and what comes before it.
; CHECK-LABEL: define void @tells(
; CHECK-NOT: @__crun_deferred
; CHECK: call void @__tsan_write8(
; CHECK: ret void
define void @tells(ptr %p, ptr %flag, i64 %n) sanitize_thread {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %h = mul i64 %i, 40503
  %k = and i64 %h, 4095
  %q = getelementptr i64, ptr %p, i64 %k
  store i64 %i, ptr %q
  store volatile i64 %i, ptr %flag
  %next = add i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %out
out:
  ret void
}
