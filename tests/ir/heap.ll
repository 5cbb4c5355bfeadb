; A block of the heap whose address goes nowhere is its function's alone, until it is freed.
; RUN: %opt %s | %check
; RUN: %opt -crun-race-without=heap %s | %check --check-prefix=OFF
declare noalias ptr @malloc(i64) allockind("alloc,uninitialized") allocsize(0)
declare void @free(ptr nocapture) allockind("free")
declare noalias ptr @realloc(ptr nocapture, i64) allockind("realloc") allocsize(1)
declare void @look(ptr nocapture)
@shared = global ptr null

; CHECK-LABEL: define i32 @own(
; CHECK-NOT: @__tsan_{{read|write}}
; CHECK: ret i32
; OFF-LABEL: define i32 @own(
; OFF: call void @__tsan_write4(
; OFF: call void @__tsan_read4(
define i32 @own(i64 %n, i64 %i) nounwind sanitize_thread {
  %p = call ptr @malloc(i64 %n)
  %q = getelementptr i32, ptr %p, i64 %i
  store i32 1, ptr %q
  call void @look(ptr %p)
  %v = load i32, ptr %q
  call void @free(ptr %p)
  ret i32 %v
}

; A block each turn: what follows the free is another's.
; CHECK-LABEL: define void @each_turn(
; CHECK-NOT: @__tsan_{{read|write}}
; CHECK: ret void
define void @each_turn(i32 %n) nounwind sanitize_thread {
entry:
  br label %loop
loop:
  %i = phi i32 [ 0, %entry ], [ %next, %loop ]
  %p = call ptr @malloc(i64 4)
  store i32 %i, ptr %p
  call void @look(ptr %p)
  call void @free(ptr %p)
  %next = add i32 %i, 1
  %c = icmp slt i32 %next, %n
  br i1 %c, label %loop, label %out
out:
  ret void
}

; CHECK-LABEL: define void @published(
; CHECK: call void @__tsan_write4(ptr %p)
define void @published() nounwind sanitize_thread {
  %p = call ptr @malloc(i64 4)
  store i32 1, ptr %p
  store atomic ptr %p, ptr @shared release, align 8
  ret void
}

; It may be another's block by then.
; CHECK-LABEL: define void @behind_its_free(
; CHECK: call void @__tsan_write4(ptr %p)
; CHECK: call void @__tsan_write4(ptr %p)
define void @behind_its_free() nounwind sanitize_thread {
  %p = call ptr @malloc(i64 4)
  store i32 1, ptr %p
  call void @look(ptr %p)
  call void @free(ptr %p)
  store i32 2, ptr %p
  ret void
}

; What realloc returns may be the same block, and gets out.
; CHECK-LABEL: define ptr @grown(
; CHECK: call void @__tsan_write4(ptr %p)
define ptr @grown() nounwind sanitize_thread {
  %p = call ptr @malloc(i64 4)
  store i32 1, ptr %p
  %q = call ptr @realloc(ptr %p, i64 8)
  ret ptr %q
}

; Nobody knows whom this calls.
; CHECK-LABEL: define void @handed_to_a_pointer(
; CHECK: call void @__tsan_write4(ptr %p)
define void @handed_to_a_pointer(ptr %f) nounwind sanitize_thread {
  %p = call ptr @malloc(i64 4)
  store i32 1, ptr %p
  call void %f(ptr %p)
  ret void
}
