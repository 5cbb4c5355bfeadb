; Memory operands of inline assembly.
; RUN: %opt %s | %check
; CHECK-LABEL: define void @plain(
define void @plain(ptr %p, i32 %v) nounwind sanitize_thread {
; CHECK: call void @__tsan_unaligned_write4(ptr %p)
; CHECK: call void asm "movl $1, $0"
  call void asm "movl $1, $0", "=*m,r"(ptr elementtype(i32) %p, i32 %v)
; CHECK: call void @__tsan_unaligned_read8(ptr %p)
; CHECK: call i64 asm "mov $1, $0"
  call i64 asm "mov $1, $0", "=r,*m"(ptr elementtype(i64) %p)
  ret void
}
; Before C11 this was how atomics were written.
; CHECK-LABEL: define void @locked(
define void @locked(ptr %p, i32 %v) nounwind sanitize_thread {
; CHECK: call void @__crun_atomic_begin(ptr %p, i64 4, i32 1)
; CHECK: call void asm sideeffect "lock; incl $0"
; CHECK: call void @__crun_atomic_end(ptr %p)
  call void asm sideeffect "lock; incl $0", "=*m,*m"(ptr elementtype(i32) %p, ptr elementtype(i32) %p)
; A store that clobbers memory releases.
; CHECK: call void @__crun_atomic_begin(ptr %p, i64 1, i32 1)
; CHECK-NEXT: call void asm sideeffect "movb $$1, $0"
  call void asm sideeffect "movb $$1, $0", "=*m,~{memory}"(ptr elementtype(i8) %p)
; The address in a register: order, no access.
; CHECK: call void @__crun_atomic_begin(ptr %p, i64 0, i32 1)
; CHECK-NEXT: call i32 asm sideeffect "lock xadd
; CHECK-NEXT: call void @__crun_atomic_end(ptr %p)
  call i32 asm sideeffect "lock xadd $0, ($1)", "=r,r,0,~{memory}"(ptr %p, i32 %v)
  ret void
}
; Barriers, addresses, and "somewhere in there".
; CHECK-LABEL: define void @nothing(
; CHECK-NOT: @__{{tsan|crun}}
; CHECK: ret void
define void @nothing(ptr %p) nounwind sanitize_thread {
  call void asm sideeffect "", "=*m,*m,~{memory}"(ptr elementtype(i32) %p, ptr elementtype(i32) %p)
  call void asm sideeffect "# nothing", "=*m"(ptr elementtype(i32) %p)
  call ptr asm "leaq $1, $0", "=r,*m"(ptr elementtype(i32) %p)
  call void asm sideeffect "prefetcht0 $0", "*m"(ptr elementtype(i8) %p)
  call void asm "foo $0", "*m"(ptr elementtype([4096 x i8]) %p)
  call void asm sideeffect "pause", "~{memory}"()
  ret void
}
