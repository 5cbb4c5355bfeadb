; A struct that is passed by value is read at the call, with no load in the IR.
; RUN: %opt %s | %check
%s = type { [5 x i64] }
@g = global %s zeroinitializer
declare void @take(ptr byval(%s) align 8, i32)
; CHECK-LABEL: define void @f(
; CHECK: call void @__tsan_read_range(ptr @g, i64 40)
; CHECK-NEXT: call void @take(
define void @f() nounwind sanitize_thread {
  call void @take(ptr byval(%s) align 8 @g, i32 1)
  ret void
}
; A private temporary is not.
; CHECK-LABEL: define void @t(
; CHECK-NOT: @__tsan_read
; CHECK: ret void
define void @t() nounwind sanitize_thread {
  %x = alloca %s
  call void @take(ptr byval(%s) align 8 %x, i32 1)
  ret void
}
