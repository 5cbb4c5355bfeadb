; Read-modify-writes without a function of their own are a loop of compare-exchange.
; RUN: %opt %s | %check

; CHECK-LABEL: define i32 @max(
; CHECK: [[FIRST:%.*]] = call i32 @__tsan_atomic32_load(ptr %p, i32 0)
; CHECK: br label %rmw
; CHECK: rmw:
; CHECK: [[WAS:%.*]] = phi i32 [ [[FIRST]], %{{.*}} ], [ [[OLD:%.*]], %rmw ]
; CHECK: [[NEW:%.*]] = select
; CHECK: [[OLD]] = call i32 @__tsan_atomic32_compare_exchange_val(ptr %p, i32 [[WAS]], i32 [[NEW]], i32 4, i32 2)
; CHECK: [[DONE:%.*]] = icmp eq i32 [[OLD]], [[WAS]]
; CHECK: br i1 [[DONE]], label %{{.*}}, label %rmw
; CHECK: ret i32 [[OLD]]
define i32 @max(ptr %p, i32 %v) sanitize_thread {
  %o = atomicrmw max ptr %p, i32 %v acq_rel
  ret i32 %o
}

; CHECK-LABEL: define i8 @min(
; CHECK-NOT: atomicrmw
; CHECK: rmw:
; CHECK: @__tsan_atomic8_compare_exchange_val(
; CHECK: ret i8
define i8 @min(ptr %p, i8 %v) sanitize_thread {
  %o = atomicrmw min ptr %p, i8 %v seq_cst
  ret i8 %o
}

; CHECK-LABEL: define i16 @umax(
; CHECK-NOT: atomicrmw
; CHECK: rmw:
; CHECK: @__tsan_atomic16_compare_exchange_val(
; CHECK: ret i16
define i16 @umax(ptr %p, i16 %v) sanitize_thread {
  %o = atomicrmw umax ptr %p, i16 %v seq_cst
  ret i16 %o
}

; CHECK-LABEL: define i64 @umin(
; CHECK-NOT: atomicrmw
; CHECK: rmw:
; CHECK: @__tsan_atomic64_compare_exchange_val(
; CHECK: ret i64
define i64 @umin(ptr %p, i64 %v) sanitize_thread {
  %o = atomicrmw umin ptr %p, i64 %v seq_cst
  ret i64 %o
}

; CHECK-LABEL: define i32 @uinc_wrap(
; CHECK-NOT: atomicrmw
; CHECK: rmw:
; CHECK: @__tsan_atomic32_compare_exchange_val(
; CHECK: ret i32
define i32 @uinc_wrap(ptr %p, i32 %v) sanitize_thread {
  %o = atomicrmw uinc_wrap ptr %p, i32 %v seq_cst
  ret i32 %o
}

; CHECK-LABEL: define i32 @udec_wrap(
; CHECK-NOT: atomicrmw
; CHECK: rmw:
; CHECK: @__tsan_atomic32_compare_exchange_val(
; CHECK: ret i32
define i32 @udec_wrap(ptr %p, i32 %v) sanitize_thread {
  %o = atomicrmw udec_wrap ptr %p, i32 %v seq_cst
  ret i32 %o
}

; CHECK-LABEL: define double @fadd(
; CHECK-NOT: atomicrmw
; CHECK: rmw:
; CHECK: @__tsan_atomic64_compare_exchange_val(
; CHECK: ret double
define double @fadd(ptr %p, double %v) sanitize_thread {
  %o = atomicrmw fadd ptr %p, double %v seq_cst
  ret double %o
}

; CHECK-LABEL: define float @fsub(
; CHECK-NOT: atomicrmw
; CHECK: rmw:
; CHECK: @__tsan_atomic32_compare_exchange_val(
; CHECK: ret float
define float @fsub(ptr %p, float %v) sanitize_thread {
  %o = atomicrmw fsub ptr %p, float %v seq_cst
  ret float %o
}

; CHECK-LABEL: define float @fmax(
; CHECK-NOT: atomicrmw
; CHECK: rmw:
; CHECK: @__tsan_atomic32_compare_exchange_val(
; CHECK: ret float
define float @fmax(ptr %p, float %v) sanitize_thread {
  %o = atomicrmw fmax ptr %p, float %v seq_cst
  ret float %o
}

; CHECK-LABEL: define double @fmin(
; CHECK-NOT: atomicrmw
; CHECK: rmw:
; CHECK: @__tsan_atomic64_compare_exchange_val(
; CHECK: ret double
define double @fmin(ptr %p, double %v) sanitize_thread {
  %o = atomicrmw fmin ptr %p, double %v seq_cst
  ret double %o
}
