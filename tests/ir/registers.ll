; The most frequent checks, and frames, are called so that all registers stay; a shared library calls them without a lazy PLT.
; RUN: opt-%version -load-pass-plugin=%plugin -passes=crun-race -S -crun-race-without=single %s | %check
; RUN: sed 's/^; LIB: //' %s >%t.ll && opt-%version -load-pass-plugin=%plugin -passes=crun-race -S -crun-race-without=single %t.ll | %check --check-prefix=LIBRARY
; RUN: %opt %s | %check --check-prefix=OFF
; RUN: sed 's/x86_64-/aarch64-/' %s >%t.ll && opt-%version -load-pass-plugin=%plugin -passes=crun-race -S -crun-race-without=single %t.ll | %check --check-prefix=OFF
target triple = "x86_64-unknown-linux-gnu"

; CHECK-LABEL: @f(
; CHECK:         call preserve_mostcc void @__crun_enter(
; CHECK:         call preserve_mostcc void @__crun_read4(ptr %p)
; CHECK:         call void @__tsan_{{.*}}read16(ptr %r)
; CHECK:         call preserve_mostcc void @__crun_write8(ptr %q)
; CHECK:         call preserve_mostcc void @__crun_leave()
; CHECK:         declare {{(dso_local )?}}preserve_mostcc void @__crun_read4(ptr
; LIBRARY:       declare preserve_mostcc void @__crun_read4(ptr {{.*}}) #[[A:[0-9]+]]
; LIBRARY:       attributes #[[A]] = { {{.*}}nonlazybind
; OFF-LABEL:   @f(
; OFF:           call void @__tsan_func_entry(
; OFF:           call void @__tsan_read4(ptr %p)
; OFF:           call void @__tsan_write8(ptr %q)
; OFF:           call void @__tsan_func_exit()
define void @f(ptr %p, ptr %q, ptr %r) sanitize_thread {
  %v = load i32, ptr %p
  %w = load i128, ptr %r, align 16
  %s = sext i32 %v to i64
  store i64 %s, ptr %q, align 8
  ret void
}

; LIB: !llvm.module.flags = !{!0}
; LIB: !0 = !{i32 8, !"PIC Level", i32 2}
