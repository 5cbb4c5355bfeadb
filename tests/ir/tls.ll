; A thread-local whose address is taken is checked, since it may be handed over. Without that only its
; own thread comes there, as with errno: goroutines that share a thread do not race on it.
; RUN: %opt %s | %check
@shared = thread_local global i32 0
@own = internal thread_local global [2 x i32] zeroinitializer
declare ptr @llvm.threadlocal.address.p0(ptr)
declare ptr @__errno_location() nounwind memory(none)
declare void @share(ptr)

; CHECK-LABEL: define void @direct(
; CHECK: call void @__tsan_write4(ptr %s)
; CHECK-NOT: call void @__tsan_{{read|write}}
; CHECK: ret void
define void @direct(i64 %i) nounwind sanitize_thread {
  %s = call ptr @llvm.threadlocal.address.p0(ptr @shared)
  store i32 1, ptr %s
  %o = call ptr @llvm.threadlocal.address.p0(ptr @own)
  %p = getelementptr [2 x i32], ptr %o, i64 0, i64 %i
  store i32 1, ptr %p
  %e = call ptr @__errno_location()
  store i32 0, ptr %e
  ret void
}
define void @hand() nounwind sanitize_thread {
  %s = call ptr @llvm.threadlocal.address.p0(ptr @shared)
  call void @share(ptr %s)
  ret void
}
