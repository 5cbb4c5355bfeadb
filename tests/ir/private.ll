; Memory that nobody can race on: constants, invariant loads, the compilers' counters, other address
; spaces, and what other instrumentation marked.
; RUN: %opt %s | %check
@constant = constant [2 x i32] [i32 1, i32 2]
@__profc_f = private global [1 x i64] zeroinitializer, section "__llvm_prf_cnts"
@__llvm_gcov_ctr = internal global [2 x i64] zeroinitializer
@plain = global i32 0

; CHECK-LABEL: define void @f(
; CHECK-NOT: @__tsan
; CHECK: ret void
define void @f(ptr %p, i64 %i, ptr addrspace(257) %seg) sanitize_thread {
  %c = getelementptr [2 x i32], ptr @constant, i64 0, i64 %i
  %a = load i32, ptr %c
  %b = load i32, ptr %p, !invariant.load !0
  %n = load i64, ptr @__profc_f
  store i64 %n, ptr @__profc_f
  atomicrmw add ptr @__llvm_gcov_ctr, i64 1 monotonic
  store i32 1, ptr addrspace(257) %seg
  store i32 1, ptr @plain, !nosanitize !0
  ret void
}
!0 = !{}
