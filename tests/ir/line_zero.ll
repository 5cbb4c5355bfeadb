; An access whose line the optimizer lost (two stores made one) is shown at the line before it, without
; a column.
; RUN: %opt %s | %check
; CHECK-LABEL: define void @f(
; CHECK: call void @__tsan_write4(ptr %p){{.*}}, !dbg [[AT:![0-9]+]]
; CHECK: [[AT]] = !DILocation(line: 10, scope:
define void @f(i1 %c, ptr %p) sanitize_thread !dbg !3 {
  %v = select i1 %c, i32 1, i32 2, !dbg !5
  store i32 %v, ptr %p, !dbg !6
  ret void, !dbg !7
}
!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!2}
!0 = distinct !DICompileUnit(language: DW_LANG_C11, file: !1, emissionKind: FullDebug)
!1 = !DIFile(filename: "f.c", directory: "/")
!2 = !{i32 2, !"Debug Info Version", i32 3}
!3 = distinct !DISubprogram(name: "f", file: !1, line: 9, type: !4, unit: !0, spFlags: DISPFlagDefinition)
!4 = !DISubroutineType(types: !{})
!5 = !DILocation(line: 10, column: 7, scope: !3)
!6 = !DILocation(line: 0, scope: !3)
!7 = !DILocation(line: 14, column: 1, scope: !3)
