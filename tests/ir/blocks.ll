; memcpy and its kind read the source and write the destination; the intrinsic stays, to be inlined as
; before. A side that is private is left out.
; RUN: %opt %s | %check
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
declare void @llvm.memcpy.inline.p0.p0.i64(ptr, ptr, i64, i1)
declare void @llvm.memmove.p0.p0.i32(ptr, ptr, i32, i1)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
declare void @llvm.memset.inline.p0.i64(ptr, i8, i64, i1)
@text = private constant [4 x i8] c"abc\00"

; CHECK-LABEL: define void @variable(
define void @variable(ptr %d, ptr %s, i64 %n, i32 %m) sanitize_thread {
; CHECK: call void @__tsan_read_range(ptr %s, i64 %n)
; CHECK-NEXT: call void @__tsan_write_range(ptr %d, i64 %n)
; CHECK-NEXT: call void @llvm.memcpy
  call void @llvm.memcpy.p0.p0.i64(ptr %d, ptr %s, i64 %n, i1 false)
; CHECK-NEXT: [[M:%.*]] = zext i32 %m to i64
; CHECK-NEXT: call void @__tsan_read_range(ptr %s, i64 [[M]])
; CHECK: call void @__tsan_write_range(ptr %d, i64 {{.*}})
; CHECK-NEXT: call void @llvm.memmove
  call void @llvm.memmove.p0.p0.i32(ptr %d, ptr %s, i32 %m, i1 false)
; CHECK-NEXT: call void @__tsan_write_range(ptr %d, i64 %n)
; CHECK-NEXT: call void @llvm.memset
  call void @llvm.memset.p0.i64(ptr %d, i8 0, i64 %n, i1 false)
  ret void
}

; CHECK-LABEL: define void @constant(
define void @constant(ptr %d, ptr %s) sanitize_thread {
; CHECK: call void @__tsan_read8(ptr %s)
; CHECK-NEXT: call void @__tsan_unaligned_write8(ptr %d)
  call void @llvm.memcpy.p0.p0.i64(ptr %d, ptr align 8 %s, i64 8, i1 false)
; CHECK: call void @__tsan_read_range(ptr %s, i64 40)
; CHECK-NEXT: call void @__tsan_write_range(ptr %d, i64 40)
; CHECK-NEXT: call void @llvm.memcpy.inline
  call void @llvm.memcpy.inline.p0.p0.i64(ptr %d, ptr %s, i64 40, i1 false)
; CHECK: call void @__tsan_write_range(ptr %d, i64 24)
  call void @llvm.memset.inline.p0.i64(ptr %d, i8 0, i64 24, i1 false)
; Nothing at all is copied.
; CHECK-NOT: call void @__tsan_{{read|write}}
; CHECK: ret void
  call void @llvm.memcpy.p0.p0.i64(ptr %d, ptr %s, i64 0, i1 false)
  ret void
}

; CHECK-LABEL: define void @private(
define void @private(ptr %d) sanitize_thread {
; CHECK-NOT: @__tsan_read
; CHECK: call void @__tsan_unaligned_write4(ptr %d)
; CHECK-NOT: call void @__tsan_{{read|write}}
; CHECK: ret void
  %local = alloca i32
  call void @llvm.memset.p0.i64(ptr %local, i8 0, i64 4, i1 false)
  call void @llvm.memcpy.p0.p0.i64(ptr %d, ptr @text, i64 4, i1 false)
  ret void
}
