; One check of its own for each size, in front of the access.
; RUN: %opt -crun-race-without=all %s | %check
target datalayout = "e-m:e-i64:64-i128:128-f80:128-n8:16:32:64-S128"

; CHECK-LABEL: define void @sizes(
define void @sizes(ptr %p) sanitize_thread {
; CHECK: call void @__tsan_read1(ptr %p)
; CHECK-NEXT: load i8
  %a = load i8, ptr %p
; CHECK: call void @__tsan_read2(ptr %p)
  %b = load i16, ptr %p, align 2
; CHECK: call void @__tsan_read4(ptr %p)
  %c = load i32, ptr %p, align 4
; CHECK: call void @__tsan_read8(ptr %p)
  %d = load i64, ptr %p, align 8
; CHECK: call void @__tsan_read16(ptr %p)
  %e = load i128, ptr %p, align 16
; CHECK: call void @__tsan_write1(ptr %p)
; CHECK-NEXT: store i8
  store i8 %a, ptr %p
; CHECK: call void @__tsan_write2(ptr %p)
  store i16 %b, ptr %p, align 2
; CHECK: call void @__tsan_write4(ptr %p)
  store i32 %c, ptr %p, align 4
; CHECK: call void @__tsan_write8(ptr %p)
  store i64 %d, ptr %p, align 8
; CHECK: call void @__tsan_write16(ptr %p)
  store i128 %e, ptr %p, align 16
  ret void
}

; A bit field's store, and a bool's.
; CHECK-LABEL: define void @odd(
define void @odd(ptr %p) sanitize_thread {
; CHECK: call void @__tsan_write1(ptr %p)
  store i1 true, ptr %p
; CHECK: call void @__tsan_write_range(ptr %p, i64 3)
  store i24 1, ptr %p, align 4
; CHECK: call void @__tsan_write_range(ptr %p, i64 10)
  store x86_fp80 0xK3FFF8000000000000000, ptr %p, align 16
; CHECK: call void @__tsan_read8(ptr %p)
  %d = load double, ptr %p
; CHECK: call void @__tsan_read8(ptr %p)
  %q = load ptr, ptr %p
  ret void
}
; The checks leave the program's memory alone, and no two are ever made one.
; CHECK: declare void @__tsan_write1(ptr {{nocapture readnone|readnone captures\(none\)}}) [[A:#[0-9]+]]
; CHECK: attributes [[A]] = { nofree nounwind willreturn memory(inaccessiblemem: readwrite) }
; CHECK: attributes #{{[0-9]+}} = { nomerge }
