; Functions without a copy: the checks of a block ask together whether a single goroutine lives, at the first of them.
; RUN: opt-%version -load-pass-plugin=%plugin -passes=crun-race -S -crun-race-size=1 %s | %check
; RUN: opt-%version -load-pass-plugin=%plugin -passes=crun-race -S -crun-race-without=single %s | %check --check-prefix=OFF

declare i32 @setjmp(ptr) returns_twice
declare void @unknown()

; setjmp: no copy.
; CHECK-LABEL: @together(
; CHECK:         %single = load i8
; CHECK:         br i1 %{{.*}}, label %[[MANY:[0-9a-z.]+]], label %[[ON:[0-9a-z.]+]]
; CHECK:       [[MANY]]:
; CHECK-NEXT:    call void @__tsan_read4(ptr %p)
; CHECK-NEXT:    call void @__tsan_write4(ptr %second)
; CHECK-NEXT:    br label %[[ON]]
; CHECK:       [[ON]]:
; CHECK-NEXT:    load i32, ptr %p
; CHECK-NEXT:    store i32
; CHECK-NOT:     call void @__tsan_{{read|write}}
; OFF-LABEL:   @together(
; OFF-NOT:       %single
; OFF:           call void @__tsan_read4(ptr %p)
; OFF-NEXT:      load i32
define void @together(ptr %p, ptr %buf) sanitize_thread {
  %r = call i32 @setjmp(ptr %buf) returns_twice
  %v = load i32, ptr %p
  %second = getelementptr i32, ptr %p, i64 1
  store i32 %v, ptr %second
  ret void
}

; The second address is not known before the first access.
; CHECK-LABEL: @chased(
; CHECK:         call void @__tsan_read8(ptr %p)
; CHECK-NEXT:    br label
; CHECK:         %q = load ptr, ptr %p
; CHECK:         load i8, ptr @__crun_race_single
; CHECK:         call void @__tsan_read4(ptr %q)
; CHECK:         load i32, ptr %q
define i32 @chased(ptr %p, ptr %buf) sanitize_thread {
  %r = call i32 @setjmp(ptr %buf) returns_twice
  %q = load ptr, ptr %p
  %v = load i32, ptr %q
  ret i32 %v
}

; No check goes up across what may order goroutines.
; CHECK-LABEL: @ordered(
; CHECK:         call void @__tsan_write4(ptr %p)
; CHECK-NEXT:    br label
; CHECK:         call void @unknown()
; CHECK:         load i8, ptr @__crun_race_single
; CHECK:         call void @__tsan_write4(ptr %q)
; CHECK-NEXT:    br label
; CHECK:         call void @__tsan_atomic32_store
; CHECK:         load i8, ptr @__crun_race_single
; CHECK:         call void @__tsan_write4(ptr %p)
define void @ordered(ptr %p, ptr %q, ptr %a, ptr %buf) sanitize_thread {
  %r = call i32 @setjmp(ptr %buf) returns_twice
  store i32 1, ptr %p
  call void @unknown()
  store i32 2, ptr %q
  store atomic i32 1, ptr %a seq_cst, align 4
  store i32 3, ptr %p
  ret void
}
