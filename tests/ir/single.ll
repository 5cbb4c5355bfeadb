; Functions have a copy without checks, for while a single goroutine lives; where that may end, the copy asks.
; RUN: %single -crun-race-size=200 %s | %check
; RUN: %single -crun-race-without=single %s | %check --check-prefix=OFF
; RUN: %single -crun-race-size=0 %s | %check --check-prefix=OFF
target datalayout = "e-m:e-i64:64-i128:128-f80:128-n8:16:32:64-S128"

; OFF-NOT: @__crun_race_single

@g = global i32 0

declare void @unknown() nounwind
declare ptr @malloc(i64) nounwind
declare i64 @strlen(ptr) nounwind
declare i32 @setjmp(ptr) returns_twice nounwind

; Nothing in it ends the phase: no frame in the copy, and it asks once.
; CHECK-LABEL: define i32 @leaf(
; CHECK: %single = load i8, ptr @__crun_race_single
; CHECK-NEXT: [[YES:%.*]] = icmp ne i8 %single, 0
; CHECK-NEXT: br i1 [[YES]], label %[[CLEAN:.*]], label %[[CHECKED:[^ ]*]]
; CHECK: [[CHECKED]]:
; CHECK: call void @__tsan_func_entry
; CHECK: call void @__tsan_read4(ptr %p)
; CHECK: call i64 @__crun_strlen
; CHECK: call void @__tsan_func_exit
; CHECK: ret i32
; CHECK: [[CLEAN]]:
; CHECK-NOT: @__tsan
; CHECK-NOT: @__crun_race_single
; CHECK: call i64 @__crun_strlen
; CHECK-NOT: @__tsan
; CHECK: ret i32
; CHECK-NEXT: }
define i32 @leaf(ptr %p) sanitize_thread nounwind {
  %v = load i32, ptr %p
  %n = call i64 @strlen(ptr %p)
  ret i32 %v
}

; Nor in what calls it.
; CHECK-LABEL: define i32 @above(
; CHECK: @__crun_race_single
; CHECK: call i32 @leaf
; CHECK: ret i32
; CHECK-NOT: @__tsan
; CHECK: call i32 @leaf
; CHECK-NOT: @__tsan
; CHECK: ret i32
define i32 @above(ptr %p) sanitize_thread nounwind {
  %v = call i32 @leaf(ptr %p)
  ret i32 %v
}

; Another file may have another one.
; CHECK-LABEL: define weak i32 @replaced(
define weak i32 @replaced(ptr %p) sanitize_thread nounwind {
  %v = load i32, ptr %p
  ret i32 %v
}

; CHECK-LABEL: define i32 @above_replaced(
; CHECK: call void @__tsan_func_entry
; CHECK: %single = load i8, ptr @__crun_race_single
; CHECK: call i32 @replaced
; CHECK: call i32 @replaced
; CHECK-NEXT: %single{{.*}} = load i8, ptr @__crun_race_single
define i32 @above_replaced(ptr %p) sanitize_thread nounwind {
  %v = call i32 @replaced(ptr %p)
  store i32 %v, ptr @g
  ret i32 %v
}

; Behind the call the copy asks, and what was computed before it goes over. One frame is there for both.
; CHECK-LABEL: define i32 @asks(
; CHECK: call void @__tsan_func_entry
; CHECK: load i8, ptr @__crun_race_single
; CHECK-NOT: @__tsan_func_entry
; CHECK: call void @__tsan_read4(ptr %p)
; CHECK: call void @unknown
; CHECK-NEXT: br label %[[BEHIND:.*]]
; CHECK: [[BEHIND]]:
; CHECK-NEXT: [[V:%.*]] = phi i32 [ {{.*}} ], [ {{.*}} ]
; CHECK: call void @__tsan_write4(ptr @g)
; CHECK-NEXT: store i32 [[V]], ptr @g
; CHECK: call void @__tsan_func_exit
; CHECK: ret i32 [[V]]
; CHECK-NOT: @__tsan
; CHECK: call void @unknown
; CHECK-NEXT: [[AGAIN:%.*]] = load i8, ptr @__crun_race_single
; CHECK-NEXT: [[STILL:%.*]] = icmp ne i8 [[AGAIN]], 0
; CHECK-NEXT: br i1 [[STILL]], label %{{.*}}, label %[[BEHIND]]
; CHECK-NOT: @__tsan_{{read|write}}
; CHECK: store i32
; CHECK: call void @__tsan_func_exit
; CHECK: ret i32
define i32 @asks(ptr %p) sanitize_thread nounwind {
  %v = load i32, ptr %p
  call void @unknown()
  store i32 %v, ptr @g
  ret i32 %v
}

; What a function calls may end it too.
; CHECK-LABEL: define void @asks_behind_asks(
; CHECK: call i32 @asks
; CHECK: call i32 @asks
; CHECK-NEXT: load i8, ptr @__crun_race_single
define void @asks_behind_asks(ptr %p) sanitize_thread nounwind {
  %v = call i32 @asks(ptr %p)
  store i32 0, ptr @g
  ret void
}

; CHECK-LABEL: define void @asks_far_behind(
; CHECK: call void @asks_behind_asks
; CHECK: call void @asks_behind_asks
; CHECK-NEXT: load i8, ptr @__crun_race_single
define void @asks_far_behind(ptr %p) sanitize_thread nounwind {
  call void @asks_behind_asks(ptr %p)
  store i32 0, ptr @g
  ret void
}

; Who has no check before the next call asks behind that one alone; who has none at all does not.
; CHECK-LABEL: define void @asks_late(
; CHECK: store i32
; CHECK: ret void
; CHECK: call void @unknown
; CHECK-NEXT: call void @unknown
; CHECK-NEXT: load i8, ptr @__crun_race_single
; CHECK: store i32
; CHECK: call void @unknown
; CHECK-NEXT: call void @__tsan_func_exit
define void @asks_late(ptr %p) sanitize_thread nounwind {
  call void @unknown()
  call void @unknown()
  store i32 0, ptr @g
  call void @unknown()
  ret void
}

; The check may come in another block.
; CHECK-LABEL: define void @asks_at_the_end(
; CHECK: call void @unknown
; CHECK: call void @unknown
; CHECK-NEXT: load i8, ptr @__crun_race_single
define void @asks_at_the_end(ptr %p, i1 %c) sanitize_thread nounwind {
  call void @unknown()
  br i1 %c, label %yes, label %no
yes:
  store i32 0, ptr @g
  br label %no
no:
  ret void
}

; A block of the heap remembers by which calls it came.
; CHECK-LABEL: define ptr @allocates(
; CHECK: call void @__tsan_func_entry
; CHECK: load i8, ptr @__crun_race_single
; CHECK-NOT: load i8, ptr @__crun_race_single
; CHECK: ret ptr
; CHECK-NOT: load i8, ptr @__crun_race_single
; CHECK: ret ptr
define ptr @allocates() sanitize_thread nounwind {
  %p = call ptr @malloc(i64 4)
  store i32 0, ptr @g
  ret ptr %p
}

; CHECK-LABEL: define ptr @above_allocates(
; CHECK: call void @__tsan_func_entry
; CHECK: load i8, ptr @__crun_race_single
define ptr @above_allocates() sanitize_thread nounwind {
  %p = call ptr @allocates()
  store i32 0, ptr @g
  ret ptr %p
}

; Atomics keep the clocks up.
; CHECK-LABEL: define void @atomic(
; CHECK: call void @__tsan_atomic32_store
; CHECK: call void @__tsan_atomic32_store
define void @atomic(ptr %p) sanitize_thread nounwind {
  store i32 0, ptr @g
  store atomic i32 1, ptr %p release, align 4
  ret void
}

; Checked code goes over to the copy in front of a loop, when the call before may have begun the phase.
; CHECK-LABEL: define void @loop(
; CHECK: call void @__tsan_func_entry
; CHECK: load i8, ptr @__crun_race_single
; CHECK: call void @unknown
; CHECK: load i8, ptr @__crun_race_single
; CHECK-NEXT: icmp ne
; CHECK-NEXT: br i1 %{{.*}}, label %[[INTO:.*]], label %
; CHECK: call void @__tsan_write4
; CHECK: ret void
; CHECK: call void @unknown
; CHECK: [[INTO]]:
; CHECK-NOT: @__tsan_write4
; CHECK: ret void
define void @loop(ptr %p, ptr %end) sanitize_thread nounwind {
entry:
  call void @unknown()
  br label %turn
turn:
  %at = phi ptr [ %p, %entry ], [ %next, %turn ]
  store i32 0, ptr %at
  %next = load ptr, ptr @g
  %over = icmp eq ptr %next, %end
  br i1 %over, label %done, label %turn
done:
  ret void
}

; Not where setjmp returns.
; CHECK-LABEL: define void @jumps(
; CHECK-NOT: .single
; CHECK: ret void
define void @jumps(ptr %p) sanitize_thread nounwind {
  %r = call i32 @setjmp(ptr %p)
  store i32 %r, ptr @g
  ret void
}

; A table of labels is there twice too. What was read in front of the first jump belongs to the code that is entered:
; no way leads over in front of the loop of jumps.
; CHECK-LABEL: define i32 @interpreter(
; CHECK: load i8, ptr @__crun_race_single
; CHECK: getelementptr {{.*}} @table, i64
; CHECK-NOT: load i8, ptr @__crun_race_single
; CHECK: indirectbr ptr {{.*}}, [label %add, label %halt]
; CHECK: getelementptr {{.*}} @table.single, i64
; CHECK-NOT: @__tsan_read
; CHECK: indirectbr ptr {{.*}}, [label %add.single, label %halt.single]
@table = internal constant [2 x ptr] [ptr blockaddress(@interpreter, %halt), ptr blockaddress(@interpreter, %add)]
define i32 @interpreter(ptr %code, ptr %n) sanitize_thread nounwind {
entry:
  call void @unknown()
  %op = load i64, ptr %code
  %at = getelementptr [2 x ptr], ptr @table, i64 0, i64 %op
  %first = load ptr, ptr %at
  br label %jump
jump:
  %to = phi ptr [ %first, %entry ], [ %next, %add ]
  indirectbr ptr %to, [label %add, label %halt]
add:
  store i32 1, ptr %n
  call void @unknown()
  %op2 = load i64, ptr %code
  %at2 = getelementptr [2 x ptr], ptr @table, i64 0, i64 %op2
  %next = load ptr, ptr %at2
  br label %jump
halt:
  %r = load i32, ptr %n
  ret i32 %r
}

; Where a label is kept across a call, or read by others, it may be another code's.
; CHECK-LABEL: define void @keeps(
; CHECK-NOT: .single
; CHECK: unreachable
@kept = internal constant [2 x ptr] [ptr blockaddress(@keeps, %a), ptr blockaddress(@keeps, %b)]
define void @keeps(i64 %i) sanitize_thread nounwind {
  %at = getelementptr [2 x ptr], ptr @kept, i64 0, i64 %i
  %to = load ptr, ptr %at
  call void @unknown()
  indirectbr ptr %to, [label %a, label %b]
a:
  store i32 1, ptr @g
  ret void
b:
  unreachable
}

; CHECK-LABEL: define void @shared(
; CHECK-NOT: .single
; CHECK: unreachable
@both = internal constant [2 x ptr] [ptr blockaddress(@shared, %a), ptr blockaddress(@shared, %b)]
define void @shared(i64 %i) sanitize_thread nounwind {
  %at = getelementptr [2 x ptr], ptr @both, i64 0, i64 %i
  %to = load ptr, ptr %at
  indirectbr ptr %to, [label %a, label %b]
a:
  store i32 1, ptr @g
  ret void
b:
  unreachable
}
define ptr @reader() nounwind {
  %to = load ptr, ptr @both
  ret ptr %to
}

; CHECK-LABEL: define void @computed(
; CHECK-NOT: .single
; CHECK: unreachable
define void @computed(i1 %c) sanitize_thread nounwind {
  %to = select i1 %c, ptr blockaddress(@computed, %a), ptr blockaddress(@computed, %b)
  indirectbr ptr %to, [label %a, label %b]
a:
  store i32 1, ptr @g
  ret void
b:
  unreachable
}

; One check stands for all turns: no copy, the check itself asks. Two of the same place ask once.
; CHECK-LABEL: define void @turns(
; CHECK: load i8, ptr @__crun_race_single
; CHECK-NEXT: [[ONE:%.*]] = icmp ne i8
; CHECK-NEXT: [[MANY:%.*]] = xor i1 [[ONE]], true
; CHECK-NEXT: br i1 [[MANY]], label %[[CHECK:[^ ]*]], label %[[ON:[^ ]*]]
; CHECK: [[CHECK]]:
; CHECK-NEXT: call void @__crun_read_elements
; CHECK-NEXT: call void @__crun_write_elements
; CHECK-NEXT: br label %[[ON]]
; CHECK: [[ON]]:
; CHECK-NOT: @__crun_race_single
; CHECK: ret void
; CHECK-NEXT: }
define void @turns(ptr %p, ptr %q) sanitize_thread nounwind {
entry:
  br label %turn
turn:
  %i = phi i64 [ 0, %entry ], [ %next, %turn ]
  %from = getelementptr i32, ptr %q, i64 %i
  %to = getelementptr i32, ptr %p, i64 %i
  %v = load i32, ptr %from
  store i32 %v, ptr %to
  %next = add nuw nsw i64 %i, 1
  %over = icmp eq i64 %next, 100
  br i1 %over, label %done, label %turn
done:
  ret void
}
