; Read-modify-writes that have a function.
; RUN: %opt %s | %check

; CHECK-LABEL: define void @rmw8(
define void @rmw8(ptr %p, i8 %v) sanitize_thread {
; CHECK: call zeroext i8 @__tsan_atomic8_exchange(ptr %p, i8 zeroext %v, i32 4)
  atomicrmw xchg ptr %p, i8 %v acq_rel
; CHECK: call zeroext i8 @__tsan_atomic8_fetch_add(ptr %p, i8 zeroext %v, i32 4)
  atomicrmw add ptr %p, i8 %v acq_rel
; CHECK: call zeroext i8 @__tsan_atomic8_fetch_sub(ptr %p, i8 zeroext %v, i32 4)
  atomicrmw sub ptr %p, i8 %v acq_rel
; CHECK: call zeroext i8 @__tsan_atomic8_fetch_and(ptr %p, i8 zeroext %v, i32 4)
  atomicrmw and ptr %p, i8 %v acq_rel
; CHECK: call zeroext i8 @__tsan_atomic8_fetch_or(ptr %p, i8 zeroext %v, i32 4)
  atomicrmw or ptr %p, i8 %v acq_rel
; CHECK: call zeroext i8 @__tsan_atomic8_fetch_xor(ptr %p, i8 zeroext %v, i32 4)
  atomicrmw xor ptr %p, i8 %v acq_rel
; CHECK: call zeroext i8 @__tsan_atomic8_fetch_nand(ptr %p, i8 zeroext %v, i32 4)
  atomicrmw nand ptr %p, i8 %v acq_rel
; CHECK-NOT: atomicrmw
; CHECK: ret void
  ret void
}

; CHECK-LABEL: define void @rmw16(
define void @rmw16(ptr %p, i16 %v) sanitize_thread {
; CHECK: call zeroext i16 @__tsan_atomic16_exchange(ptr %p, i16 zeroext %v, i32 4)
  atomicrmw xchg ptr %p, i16 %v acq_rel
; CHECK: call zeroext i16 @__tsan_atomic16_fetch_add(ptr %p, i16 zeroext %v, i32 4)
  atomicrmw add ptr %p, i16 %v acq_rel
; CHECK: call zeroext i16 @__tsan_atomic16_fetch_sub(ptr %p, i16 zeroext %v, i32 4)
  atomicrmw sub ptr %p, i16 %v acq_rel
; CHECK: call zeroext i16 @__tsan_atomic16_fetch_and(ptr %p, i16 zeroext %v, i32 4)
  atomicrmw and ptr %p, i16 %v acq_rel
; CHECK: call zeroext i16 @__tsan_atomic16_fetch_or(ptr %p, i16 zeroext %v, i32 4)
  atomicrmw or ptr %p, i16 %v acq_rel
; CHECK: call zeroext i16 @__tsan_atomic16_fetch_xor(ptr %p, i16 zeroext %v, i32 4)
  atomicrmw xor ptr %p, i16 %v acq_rel
; CHECK: call zeroext i16 @__tsan_atomic16_fetch_nand(ptr %p, i16 zeroext %v, i32 4)
  atomicrmw nand ptr %p, i16 %v acq_rel
; CHECK-NOT: atomicrmw
; CHECK: ret void
  ret void
}

; CHECK-LABEL: define void @rmw32(
define void @rmw32(ptr %p, i32 %v) sanitize_thread {
; CHECK: call i32 @__tsan_atomic32_exchange(ptr %p, i32 %v, i32 4)
  atomicrmw xchg ptr %p, i32 %v acq_rel
; CHECK: call i32 @__tsan_atomic32_fetch_add(ptr %p, i32 %v, i32 4)
  atomicrmw add ptr %p, i32 %v acq_rel
; CHECK: call i32 @__tsan_atomic32_fetch_sub(ptr %p, i32 %v, i32 4)
  atomicrmw sub ptr %p, i32 %v acq_rel
; CHECK: call i32 @__tsan_atomic32_fetch_and(ptr %p, i32 %v, i32 4)
  atomicrmw and ptr %p, i32 %v acq_rel
; CHECK: call i32 @__tsan_atomic32_fetch_or(ptr %p, i32 %v, i32 4)
  atomicrmw or ptr %p, i32 %v acq_rel
; CHECK: call i32 @__tsan_atomic32_fetch_xor(ptr %p, i32 %v, i32 4)
  atomicrmw xor ptr %p, i32 %v acq_rel
; CHECK: call i32 @__tsan_atomic32_fetch_nand(ptr %p, i32 %v, i32 4)
  atomicrmw nand ptr %p, i32 %v acq_rel
; CHECK-NOT: atomicrmw
; CHECK: ret void
  ret void
}

; CHECK-LABEL: define void @rmw64(
define void @rmw64(ptr %p, i64 %v) sanitize_thread {
; CHECK: call i64 @__tsan_atomic64_exchange(ptr %p, i64 %v, i32 4)
  atomicrmw xchg ptr %p, i64 %v acq_rel
; CHECK: call i64 @__tsan_atomic64_fetch_add(ptr %p, i64 %v, i32 4)
  atomicrmw add ptr %p, i64 %v acq_rel
; CHECK: call i64 @__tsan_atomic64_fetch_sub(ptr %p, i64 %v, i32 4)
  atomicrmw sub ptr %p, i64 %v acq_rel
; CHECK: call i64 @__tsan_atomic64_fetch_and(ptr %p, i64 %v, i32 4)
  atomicrmw and ptr %p, i64 %v acq_rel
; CHECK: call i64 @__tsan_atomic64_fetch_or(ptr %p, i64 %v, i32 4)
  atomicrmw or ptr %p, i64 %v acq_rel
; CHECK: call i64 @__tsan_atomic64_fetch_xor(ptr %p, i64 %v, i32 4)
  atomicrmw xor ptr %p, i64 %v acq_rel
; CHECK: call i64 @__tsan_atomic64_fetch_nand(ptr %p, i64 %v, i32 4)
  atomicrmw nand ptr %p, i64 %v acq_rel
; CHECK-NOT: atomicrmw
; CHECK: ret void
  ret void
}

; CHECK-LABEL: define void @rmw128(
define void @rmw128(ptr %p, i128 %v) sanitize_thread {
; CHECK: call i128 @__tsan_atomic128_exchange(ptr %p, i128 %v, i32 4)
  atomicrmw xchg ptr %p, i128 %v acq_rel
; CHECK: call i128 @__tsan_atomic128_fetch_add(ptr %p, i128 %v, i32 4)
  atomicrmw add ptr %p, i128 %v acq_rel
; CHECK: call i128 @__tsan_atomic128_fetch_sub(ptr %p, i128 %v, i32 4)
  atomicrmw sub ptr %p, i128 %v acq_rel
; CHECK: call i128 @__tsan_atomic128_fetch_and(ptr %p, i128 %v, i32 4)
  atomicrmw and ptr %p, i128 %v acq_rel
; CHECK: call i128 @__tsan_atomic128_fetch_or(ptr %p, i128 %v, i32 4)
  atomicrmw or ptr %p, i128 %v acq_rel
; CHECK: call i128 @__tsan_atomic128_fetch_xor(ptr %p, i128 %v, i32 4)
  atomicrmw xor ptr %p, i128 %v acq_rel
; CHECK: call i128 @__tsan_atomic128_fetch_nand(ptr %p, i128 %v, i32 4)
  atomicrmw nand ptr %p, i128 %v acq_rel
; CHECK-NOT: atomicrmw
; CHECK: ret void
  ret void
}

; CHECK-LABEL: define float @float(
; CHECK: [[V:%.*]] = bitcast float %v to i32
; CHECK: [[O:%.*]] = call i32 @__tsan_atomic32_exchange(ptr %p, i32 [[V]], i32 0)
; CHECK: %o = bitcast i32 [[O]] to float
define float @float(ptr %p, float %v) sanitize_thread {
  %o = atomicrmw xchg ptr %p, float %v monotonic
  ret float %o
}
