; Direct calls of libc functions go to the checked ones; a function of the program's own with the same
; name, or another type, does not.
; RUN: %opt %s | %check
declare i64 @strlen(ptr) memory(argmem: read)
declare ptr @strcpy(ptr, ptr)
declare i32 @snprintf(ptr, i64, ptr, ...)
declare i32 @strcmp(ptr)
declare ptr @memcpy(ptr, ptr, i64)
declare void @use(ptr)

; CHECK-LABEL: define i64 @calls(
define i64 @calls(ptr %d, ptr %s) nounwind sanitize_thread {
; CHECK: %n = call i64 @__crun_strlen(ptr %s) [[PURE:#[0-9]+]]
  %n = call i64 @strlen(ptr %s) memory(argmem: read)
; CHECK: call ptr @__crun_strcpy(ptr %d, ptr %s)
  call ptr @strcpy(ptr %d, ptr %s)
; CHECK: call i32 (ptr, i64, ptr, ...) @__crun_snprintf(ptr %d, i64 %n, ptr %s, i32 1)
  call i32 (ptr, i64, ptr, ...) @snprintf(ptr %d, i64 %n, ptr %s, i32 1)
; CHECK: call ptr @__tsan_memcpy(ptr %d, ptr %s, i64 %n)
  call ptr @memcpy(ptr %d, ptr %s, i64 %n)
; CHECK: call i32 @strcmp(ptr %s)
  call i32 @strcmp(ptr %s)
; CHECK: call void @use(ptr @strlen)
  call void @use(ptr @strlen)
; CHECK: call ptr @strdup(ptr %s)
  call ptr @strdup(ptr %s)
  ret i64 %n
}
define ptr @strdup(ptr %s) nounwind sanitize_thread {
  ret ptr %s
}
; CHECK: attributes [[PURE]] = { nobuiltin nomerge memory(argmem: read, inaccessiblemem: readwrite) }
