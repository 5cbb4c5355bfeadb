; Calls that are known to be no release end nothing: functions of this module by what is in them, others by
; race/sync.inc.
; RUN: %opt -crun-race-without=loops %s | %check
; RUN: %opt -crun-race-without=loops,calls,table %s | %check --check-prefix=OFF
declare void @unknown()
declare noalias ptr @malloc(i64)
declare void @free(ptr)
declare i32 @pthread_mutex_lock(ptr)
declare i32 @pthread_mutex_unlock(ptr)
declare void @cr_mutex_lock(ptr)
@counter = global i32 0

; It calls itself, and nothing else.
define internal i32 @depth(ptr %p, i32 %n) noinline nounwind sanitize_thread {
  %c = icmp eq i32 %n, 0
  br i1 %c, label %out, label %more
more:
  %m = call i32 @deeper(ptr %p, i32 %n)
  br label %out
out:
  ret i32 0
}
define internal i32 @deeper(ptr %p, i32 %n) noinline nounwind sanitize_thread {
  %m = sub i32 %n, 1
  %r = call i32 @depth(ptr %p, i32 %m)
  ret i32 %r
}

; CHECK-LABEL: define void @behind_calls(
; CHECK: call void @__tsan_write4(ptr %p)
; CHECK-NOT: call void @__tsan_{{read|write}}
; CHECK: ret void
; OFF-LABEL: define void @behind_calls(
; OFF: call void @__tsan_write4(ptr %p)
; OFF: call void @__tsan_write4(ptr %p)
; OFF: call void @__tsan_read4(ptr %p)
; OFF: call void @__tsan_write4(ptr %p)
define void @behind_calls(ptr %p, ptr %m) nounwind sanitize_thread {
  store i32 1, ptr %p
  %d = call i32 @depth(ptr %p, i32 3)
  store i32 2, ptr %p
  %b = call ptr @malloc(i64 8)
  %a = load i32, ptr %p
  %l = call i32 @pthread_mutex_lock(ptr %m)
  call void @cr_mutex_lock(ptr %m)
  store i32 3, ptr %p
  ret void
}

define internal void @publish(ptr %m) noinline nounwind sanitize_thread {
  %u = call i32 @pthread_mutex_unlock(ptr %m)
  ret void
}
define internal void @hidden(ptr %m) noinline nounwind sanitize_thread {
  call void @publish(ptr %m)
  ret void
}

; CHECK-LABEL: define void @behind_a_release(
; CHECK: call void @__tsan_write4(ptr %p)
; CHECK: call void @hidden
; CHECK: call void @__tsan_write4(ptr %p)
; CHECK: call void @free
; CHECK: call void @__tsan_write4(ptr %p)
define void @behind_a_release(ptr %p, ptr %m, ptr %b) nounwind sanitize_thread {
  store i32 1, ptr %p
  call void @hidden(ptr %m)
  store i32 2, ptr %p
  call void @free(ptr %b)
  store i32 3, ptr %p
  ret void
}

; Another file's may be the one that runs.
define weak void @replaced(ptr %p) noinline nounwind sanitize_thread {
  store i32 0, ptr %p
  ret void
}

; CHECK-LABEL: define void @behind_another(
; CHECK: call void @__tsan_write4(ptr %p)
; CHECK: call void @replaced
; CHECK: call void @__tsan_write4(ptr %p)
define void @behind_another(ptr %p) nounwind sanitize_thread {
  store i32 1, ptr %p
  call void @replaced(ptr %p)
  store i32 2, ptr %p
  ret void
}

; Through a lock others come before this goroutine: who raced with the read alone would be lost.
define internal void @take(ptr %m) noinline nounwind willreturn sanitize_thread {
  %l = call i32 @pthread_mutex_lock(ptr %m)
  ret void
}

; CHECK-LABEL: define i32 @acquire_between(
; CHECK: call void @__tsan_read4(ptr %p)
; CHECK: call void @take
define i32 @acquire_between(ptr %p, ptr %m) nounwind sanitize_thread {
  %a = load i32, ptr %p
  call void @take(ptr %m)
  store i32 0, ptr %p
  ret i32 %a
}
