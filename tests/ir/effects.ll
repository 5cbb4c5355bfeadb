; What was concluded of a function before it had checks is taken back, at its calls too; and it is not
; inlined any more, since its frame would be lost.
; RUN: %opt %s | %check
@g = global i32 0
; CHECK: define i32 @pure() [[PURE:#[0-9]+]]
define i32 @pure() nounwind alwaysinline sanitize_thread memory(read) {
  %v = load i32, ptr @g
  ret i32 %v
}
; CHECK-LABEL: define i32 @caller(
; CHECK: call i32 @pure() [[CALL:#[0-9]+]]
define i32 @caller() nounwind sanitize_thread {
  %v = call i32 @pure() memory(read)
  ret i32 %v
}
; CHECK: define i32 @none(i32 %a) [[NONE:#[0-9]+]]
define i32 @none(i32 %a) nounwind alwaysinline sanitize_thread memory(none) {
  ret i32 %a
}
; CHECK-DAG: attributes [[PURE]] = { noinline nounwind sanitize_thread memory(read, inaccessiblemem: readwrite) }
; CHECK-DAG: attributes [[CALL]] = { memory(read, inaccessiblemem: readwrite) }
; CHECK-DAG: attributes [[NONE]] = { alwaysinline nounwind sanitize_thread memory(none) }
