; A thread-local's address can be handed over: it is checked.
; RUN: %opt %s | %check
@t = thread_local global i32 0
declare ptr @llvm.threadlocal.address.p0(ptr)
; CHECK-LABEL: define void @f(
; CHECK: call void @__tsan_write4(ptr %p)
define void @f() sanitize_thread {
  %p = call ptr @llvm.threadlocal.address.p0(ptr @t)
  store i32 1, ptr %p
  ret void
}
