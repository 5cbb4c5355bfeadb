; A check behind one of the same bytes is needless as long as no release lies between.
; RUN: %opt -crun-race-without=loops %s | %check
; RUN: %opt -crun-race-without=covered,before-write,loops %s | %check --check-prefix=OFF
target datalayout = "e-m:e-i64:64-i128:128-f80:128-n8:16:32:64-S128"

declare void @unknown()
declare void @quiet() nosync
declare i64 @strlen(ptr)
declare double @cos(double)
declare void @free(ptr)
declare void @llvm.lifetime.start.p0(i64, ptr)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)

; CHECK-LABEL: define void @again(
; CHECK: call void @__tsan_write4(ptr %p)
; CHECK-NOT: @__tsan_{{read|write}}
; CHECK: ret void
; OFF-LABEL: define void @again(
; OFF: call void @__tsan_write4(ptr %p)
; OFF: call void @__tsan_read4(ptr %p)
; OFF: call void @__tsan_unaligned_read2(
; OFF: call void @__tsan_write4(ptr %p)
; OFF: ret void
define void @again(ptr %p) sanitize_thread {
  store i32 0, ptr %p
  call void @quiet()
  %c = call double @cos(double 1.0)
  %a = load i32, ptr %p
  %n = call i64 @strlen(ptr %p)
  %q = getelementptr i8, ptr %p, i64 2
  %b = load i16, ptr %q, align 1
  call void @llvm.memset.p0.i64(ptr %q, i8 0, i64 2, i1 false)
  call void @llvm.lifetime.start.p0(i64 4, ptr %q)
  store i32 1, ptr %p
  ret void
}

; A read's check says nothing of a write, and one of fewer bytes nothing of more.
; CHECK-LABEL: define void @less(
; CHECK: call void @__tsan_read4(ptr %p)
; CHECK: call void @__tsan_read8(ptr %p)
; CHECK: @unknown()
; CHECK: call void @__tsan_read4(ptr %p)
; CHECK: @quiet()
; CHECK: call void @__tsan_write8(ptr %p)
define void @less(ptr %p) sanitize_thread {
  %a = load i32, ptr %p
  %b = load i64, ptr %p
  call void @unknown()
  %c = load i32, ptr %p
  call void @quiet()
  call void @unknown()
  store i64 0, ptr %p
  ret void
}

; CHECK-LABEL: define i32 @read_then_write(
; CHECK: call void @__tsan_read4(ptr %p)
; CHECK: then:
; CHECK: call void @__tsan_write4(ptr %p)
define i32 @read_then_write(ptr %p) sanitize_thread {
  %a = load i32, ptr %p
  %c = icmp eq i32 %a, 0
  br i1 %c, label %then, label %out
then:
  store i32 1, ptr %p
  br label %out
out:
  ret i32 %a
}

; CHECK-LABEL: define i32 @release(
; CHECK: call void @__tsan_write4(ptr %p)
; CHECK: call void @__tsan_read4(ptr %p)
define i32 @release(ptr %p, ptr %flag) sanitize_thread {
  store i32 1, ptr %p
  store atomic i32 1, ptr %flag release, align 4
  %a = load i32, ptr %p
  ret i32 %a
}

; CHECK-LABEL: define i32 @fence(
; CHECK: call void @__tsan_write4(ptr %p)
; CHECK: call void @__tsan_read4(ptr %p)
define i32 @fence(ptr %p) sanitize_thread {
  store i32 1, ptr %p
  fence release
  %a = load i32, ptr %p
  ret i32 %a
}

; CHECK-LABEL: define i32 @allocation(
; CHECK: call void @__tsan_write4(ptr %p)
; CHECK: call void @__tsan_read4(ptr %p)
define i32 @allocation(ptr %p, ptr %m) sanitize_thread {
  store i32 1, ptr %p
  call void @free(ptr %m)
  %a = load i32, ptr %p
  ret i32 %a
}

; CHECK-LABEL: define i32 @assembly(
; CHECK: call void @__tsan_write4(ptr %p)
; CHECK: call void @__tsan_read4(ptr %p)
define i32 @assembly(ptr %p) sanitize_thread {
  store i32 1, ptr %p
  call void asm sideeffect "nop", ""()
  %a = load i32, ptr %p
  ret i32 %a
}

; CHECK-LABEL: define i32 @acquire(
; CHECK: call void @__tsan_write4(ptr %p)
; CHECK-NOT: @__tsan_read
; CHECK: ret i32
define i32 @acquire(ptr %p, ptr %flag) sanitize_thread {
  store i32 1, ptr %p
  %f = load atomic i32, ptr %flag acquire, align 4
  %a = load i32, ptr %p
  ret i32 %a
}

; Checked on both ways; released on one.
; CHECK-LABEL: define i32 @ways(
; CHECK: call void @__tsan_read4(ptr %p)
; CHECK: call void @__tsan_read4(ptr %q)
; CHECK: call void @__tsan_write4(ptr %p)
; CHECK: join:
; CHECK-NOT: call void @__tsan_read4(ptr %p)
; CHECK: call void @__tsan_read4(ptr %q)
define i32 @ways(ptr %p, ptr %q, i1 %c) sanitize_thread {
  br i1 %c, label %yes, label %no
yes:
  %a = load i32, ptr %p
  %b = load i32, ptr %q
  br label %join
no:
  store i32 1, ptr %p
  br label %join
join:
  %d = load i32, ptr %p
  %e = load i32, ptr %q
  %f = add i32 %d, %e
  ret i32 %f
}

; CHECK-LABEL: define void @release_on_one_way(
; CHECK: call void @__tsan_write4(ptr %p)
; CHECK: join:
; CHECK: call void @__tsan_write4(ptr %p)
define void @release_on_one_way(ptr %p, i1 %c) sanitize_thread {
  store i32 1, ptr %p
  br i1 %c, label %yes, label %join
yes:
  call void @unknown()
  br label %join
join:
  store i32 2, ptr %p
  ret void
}

; What a loop releases at its end is released before its next turn.
; CHECK-LABEL: define void @release_in_a_loop(
; CHECK: loop:
; CHECK: call void @__tsan_write4(ptr %p)
define void @release_in_a_loop(ptr %p) sanitize_thread {
  store i32 1, ptr %p
  br label %loop
loop:
  store i32 2, ptr %p
  call void @unknown()
  br label %loop
}

; The same values are other addresses in each turn: the last turn's check is no check of this one's.
; CHECK-LABEL: define void @next_turn(
; CHECK: loop:
; CHECK: call void @__tsan_read8(ptr %n)
; CHECK: if:
; CHECK: call void @__tsan_write4(ptr %v)
; CHECK: after:
; CHECK: call void @__tsan_write4(ptr %w)
define void @next_turn(ptr %head, i1 %c) sanitize_thread {
  br label %loop
loop:
  %n = phi ptr [ %head, %0 ], [ %next, %after ]
  %next = load ptr, ptr %n
  br i1 %c, label %if, label %after
if:
  %v = getelementptr i8, ptr %next, i64 8
  store i32 1, ptr %v
  br label %after
after:
  %w = getelementptr i8, ptr %next, i64 8
  store i32 2, ptr %w
  br label %loop
}

; An index computed anew is another element, though it is the same pointer and the same index value.
; CHECK-LABEL: define void @next_index(
; CHECK: loop:
; CHECK: call void @__tsan_write4(ptr %a)
; CHECK: call void @__tsan_write4(ptr %g)
define void @next_index(ptr %p, i64 %n, ptr %a) sanitize_thread {
  br label %loop
loop:
  %i = phi i64 [ 0, %0 ], [ %j, %loop ]
  store i32 2, ptr %a
  %g = getelementptr i32, ptr %p, i64 %i
  store i32 1, ptr %g
  %j = add i64 %i, 1
  %done = icmp eq i64 %j, %n
  br i1 %done, label %out, label %loop
out:
  ret void
}
