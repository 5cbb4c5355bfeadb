; Fences, and what is atomic only towards this thread's own signal handlers: a plain access to others.
; RUN: %opt %s | %check
; CHECK-LABEL: define void @fences(
; CHECK: call void @__tsan_atomic_thread_fence(i32 2)
; CHECK: call void @__tsan_atomic_thread_fence(i32 3)
; CHECK: call void @__tsan_atomic_thread_fence(i32 4)
; CHECK: call void @__tsan_atomic_thread_fence(i32 5)
; CHECK: call void @__tsan_atomic_signal_fence(i32 5)
; CHECK-NOT: fence syncscope
; CHECK: ret void
define void @fences() sanitize_thread {
  fence acquire
  fence release
  fence acq_rel
  fence seq_cst
  fence syncscope("singlethread") seq_cst
  ret void
}
; CHECK-LABEL: define void @singlethread(
; CHECK: call void @__tsan_read4(ptr %p)
; CHECK-NEXT: load atomic i32, ptr %p syncscope("singlethread")
; CHECK: call void @__tsan_write4(ptr %p)
; CHECK-NEXT: store atomic i32 1, ptr %p syncscope("singlethread")
; CHECK: call void @__tsan_write4(ptr %p)
; CHECK-NEXT: atomicrmw add ptr %p
; CHECK: call void @__tsan_write4(ptr %p)
; CHECK-NEXT: cmpxchg ptr %p
define void @singlethread(ptr %p) sanitize_thread {
  %v = load atomic i32, ptr %p syncscope("singlethread") seq_cst, align 4
  store atomic i32 1, ptr %p syncscope("singlethread") seq_cst, align 4
  atomicrmw add ptr %p, i32 1 syncscope("singlethread") seq_cst
  cmpxchg ptr %p, i32 1, i32 2 syncscope("singlethread") seq_cst seq_cst
  ret void
}
