; Which functions: sanitize_thread wholly; without it (no_sanitize("thread")) atomics and frames only;
; disable_sanitizer_instrumentation, naked and ifunc resolvers not at all.
; RUN: %opt %s | %check
@g = global i32 0
@i = ifunc i32 (), ptr @resolve
declare void @other()
declare i64 @strlen(ptr)

; CHECK-LABEL: define void @unsanitized(
define void @unsanitized(ptr %s) nounwind {
; CHECK: call void @__tsan_func_entry
; CHECK-NOT: __tsan_write
; CHECK: store i32 1, ptr @g
; CHECK: call i64 @strlen(
; CHECK: call i32 @__tsan_atomic32_load(ptr @g, i32 2)
; CHECK: notail call void @__tsan_func_exit
  store i32 1, ptr @g
  call i64 @strlen(ptr %s)
  %a = load atomic i32, ptr @g acquire, align 4
  call void @other()
  ret void
}

; CHECK-LABEL: define i32 @quiet(
; CHECK-NOT: @__tsan
; CHECK: ret i32
define i32 @quiet() nounwind {
  %a = load i32, ptr @g
  ret i32 %a
}

; CHECK-LABEL: define void @disabled(
; CHECK-NOT: @__tsan
; CHECK: ret void
define void @disabled() nounwind sanitize_thread disable_sanitizer_instrumentation {
  store i32 1, ptr @g
  store atomic i32 1, ptr @g release, align 4
  call void @other()
  ret void
}

; CHECK-LABEL: define void @bare(
; CHECK-NOT: @__tsan
; CHECK: unreachable
define void @bare() nounwind naked sanitize_thread {
  store i32 1, ptr @g
  call void @other()
  unreachable
}

; CHECK-LABEL: define ptr @resolve(
; CHECK-NOT: @__tsan
; CHECK: ret ptr
define ptr @resolve() nounwind sanitize_thread {
  %a = load i32, ptr @g
  ret ptr @quiet
}

; CHECK-LABEL: define available_externally i32 @elsewhere(
; CHECK-NOT: @__tsan
; CHECK: ret i32
define available_externally i32 @elsewhere() nounwind sanitize_thread {
  %a = load i32, ptr @g
  ret i32 %a
}
