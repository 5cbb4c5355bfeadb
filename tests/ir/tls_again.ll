; Every use of a thread-local, and of errno, asks for its address again, and goes on doing so when a call
; lies between; without one, two uses share one address. What choose knows of thread-locals stays true.
; RUN: opt-%version -load-pass-plugin=%plugin -passes='crun-tls,default<O2>' -S %s | %check
; RUN: opt-%version -load-pass-plugin=%plugin -passes='crun-tls,crun-race' -S %s | %check --check-prefix=RACE
@x = internal thread_local global i32 0
@handed = internal thread_local global i32 0
declare ptr @llvm.threadlocal.address.p0(ptr)
declare ptr @__errno_location() nounwind memory(none)
declare void @park()
declare void @share(ptr)

; CHECK-LABEL: define void @parks(
; CHECK: call {{.*}}ptr @crun.tls.x()
; CHECK: call void @park()
; CHECK: call {{.*}}ptr @crun.tls.x()
; CHECK: call void @park()
; CHECK: ret void
; RACE-LABEL: define void @parks(
; RACE-NOT: @__tsan_{{read|write}}
; RACE: ret void
define void @parks() sanitize_thread {
  %a = call ptr @llvm.threadlocal.address.p0(ptr @x)
  store i32 1, ptr %a
  call void @park()
  %b = call ptr @llvm.threadlocal.address.p0(ptr @x)
  store i32 2, ptr %b
  call void @park()
  ret void
}

; CHECK-LABEL: define {{.*}}@loops(
; CHECK: br label %[[LOOP:.*]]
; CHECK: [[LOOP]]:
; CHECK: call {{.*}}ptr @crun.tls.x()
; CHECK: call void @park()
define i32 @loops(i32 %n) sanitize_thread {
  br label %loop
loop:
  %i = phi i32 [ 0, %0 ], [ %j, %loop ]
  %a = call ptr @llvm.threadlocal.address.p0(ptr @x)
  store i32 %i, ptr %a
  call void @park()
  %j = add i32 %i, 1
  %more = icmp slt i32 %j, %n
  br i1 %more, label %loop, label %out
out:
  ret i32 0
}

; CHECK-LABEL: define {{.*}}@alone(
; CHECK-COUNT-1: call {{.*}}ptr @crun.tls.x()
; CHECK-NOT: call {{.*}}@crun.tls.x()
; CHECK: ret i32
define i32 @alone() sanitize_thread {
  %a = call ptr @llvm.threadlocal.address.p0(ptr @x)
  %v = load i32, ptr %a
  %b = call ptr @llvm.threadlocal.address.p0(ptr @x)
  %w = add i32 %v, 1
  store i32 %w, ptr %b
  ret i32 %v
}

; CHECK-LABEL: define {{.*}}@error(
; CHECK: call {{.*}}ptr @__errno_location()
; CHECK: call void @park()
; CHECK: call {{.*}}ptr @__errno_location()
; RACE-LABEL: define i32 @error(
; RACE-NOT: @__tsan_{{read|write}}
; RACE: ret i32
define i32 @error() sanitize_thread {
  %a = call ptr @__errno_location()
  store i32 0, ptr %a
  call void @park()
  %b = call ptr @__errno_location() memory(none)
  %v = load i32, ptr %b
  ret i32 %v
}

; RACE-LABEL: define void @gives(
; RACE: call void @__tsan_write4(ptr
define void @gives() sanitize_thread {
  %a = call ptr @llvm.threadlocal.address.p0(ptr @handed)
  store i32 1, ptr %a
  call void @share(ptr %a)
  ret void
}

; RACE-LABEL: define internal ptr @crun.tls.x()
; RACE-NOT: @__tsan
; RACE: ret ptr
