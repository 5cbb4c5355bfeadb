; Atomic loads and stores of every width and order are done by the detector.
; RUN: %opt %s | %check

; CHECK-LABEL: define i8 @load8(
; CHECK: %v = call zeroext i8 @__tsan_atomic8_load(ptr %p, i32 2)
; CHECK-NOT: load atomic
; CHECK: ret i8 %v
define i8 @load8(ptr %p) sanitize_thread {
  %v = load atomic i8, ptr %p acquire, align 1
  ret i8 %v
}
; CHECK-LABEL: define void @store8(
; CHECK: call void @__tsan_atomic8_store(ptr %p, i8 zeroext %v, i32 3)
; CHECK-NOT: store atomic
; CHECK: ret void
define void @store8(ptr %p, i8 %v) sanitize_thread {
  store atomic i8 %v, ptr %p release, align 1
  ret void
}

; CHECK-LABEL: define i16 @load16(
; CHECK: %v = call zeroext i16 @__tsan_atomic16_load(ptr %p, i32 2)
; CHECK-NOT: load atomic
; CHECK: ret i16 %v
define i16 @load16(ptr %p) sanitize_thread {
  %v = load atomic i16, ptr %p acquire, align 2
  ret i16 %v
}
; CHECK-LABEL: define void @store16(
; CHECK: call void @__tsan_atomic16_store(ptr %p, i16 zeroext %v, i32 3)
; CHECK-NOT: store atomic
; CHECK: ret void
define void @store16(ptr %p, i16 %v) sanitize_thread {
  store atomic i16 %v, ptr %p release, align 2
  ret void
}

; CHECK-LABEL: define i32 @load32(
; CHECK: %v = call i32 @__tsan_atomic32_load(ptr %p, i32 2)
; CHECK-NOT: load atomic
; CHECK: ret i32 %v
define i32 @load32(ptr %p) sanitize_thread {
  %v = load atomic i32, ptr %p acquire, align 4
  ret i32 %v
}
; CHECK-LABEL: define void @store32(
; CHECK: call void @__tsan_atomic32_store(ptr %p, i32 %v, i32 3)
; CHECK-NOT: store atomic
; CHECK: ret void
define void @store32(ptr %p, i32 %v) sanitize_thread {
  store atomic i32 %v, ptr %p release, align 4
  ret void
}

; CHECK-LABEL: define i64 @load64(
; CHECK: %v = call i64 @__tsan_atomic64_load(ptr %p, i32 2)
; CHECK-NOT: load atomic
; CHECK: ret i64 %v
define i64 @load64(ptr %p) sanitize_thread {
  %v = load atomic i64, ptr %p acquire, align 8
  ret i64 %v
}
; CHECK-LABEL: define void @store64(
; CHECK: call void @__tsan_atomic64_store(ptr %p, i64 %v, i32 3)
; CHECK-NOT: store atomic
; CHECK: ret void
define void @store64(ptr %p, i64 %v) sanitize_thread {
  store atomic i64 %v, ptr %p release, align 8
  ret void
}

; CHECK-LABEL: define i128 @load128(
; CHECK: %v = call i128 @__tsan_atomic128_load(ptr %p, i32 2)
; CHECK-NOT: load atomic
; CHECK: ret i128 %v
define i128 @load128(ptr %p) sanitize_thread {
  %v = load atomic i128, ptr %p acquire, align 16
  ret i128 %v
}
; CHECK-LABEL: define void @store128(
; CHECK: call void @__tsan_atomic128_store(ptr %p, i128 %v, i32 3)
; CHECK-NOT: store atomic
; CHECK: ret void
define void @store128(ptr %p, i128 %v) sanitize_thread {
  store atomic i128 %v, ptr %p release, align 16
  ret void
}

; CHECK-LABEL: define void @orders(
define void @orders(ptr %p) sanitize_thread {
; CHECK: @__tsan_atomic32_load(ptr %p, i32 0)
  %a = load atomic i32, ptr %p unordered, align 4
; CHECK: @__tsan_atomic32_load(ptr %p, i32 0)
  %b = load atomic i32, ptr %p monotonic, align 4
; CHECK: @__tsan_atomic32_load(ptr %p, i32 5)
  %c = load atomic volatile i32, ptr %p seq_cst, align 4
; CHECK: @__tsan_atomic32_store(ptr %p, i32 1, i32 0)
  store atomic i32 1, ptr %p monotonic, align 4
; CHECK: @__tsan_atomic32_store(ptr %p, i32 1, i32 5)
  store atomic i32 1, ptr %p seq_cst, align 4
  ret void
}

; CHECK-LABEL: define double @types(
; CHECK: [[D:%.*]] = call i64 @__tsan_atomic64_load(ptr %p, i32 5)
; CHECK: %d = bitcast i64 [[D]] to double
; CHECK: [[I:%.*]] = ptrtoint ptr %q to i64
; CHECK: call void @__tsan_atomic64_store(ptr %p, i64 [[I]], i32 5)
define double @types(ptr %p, ptr %q) sanitize_thread {
  %d = load atomic double, ptr %p seq_cst, align 8
  store atomic ptr %q, ptr %p seq_cst, align 8
  ret double %d
}

; Nobody else has this one.
; CHECK-LABEL: define i32 @private(
; CHECK-NOT: @__tsan
; CHECK: ret i32
define i32 @private() sanitize_thread {
  %x = alloca i32
  store atomic i32 1, ptr %x seq_cst, align 4
  %v = load atomic i32, ptr %x seq_cst, align 4
  ret i32 %v
}
