; An access whose line the optimizer lost is shown at a likely one near by, without a column.
; RUN: %opt -crun-race-without=all %s | %check
; CHECK-LABEL: define void @f(
; CHECK: call void @__tsan_write4(ptr %p){{.*}}, !dbg [[AT:![0-9]+]]
; Two stores made one: the line before.
define void @f(i1 %c, ptr %p) sanitize_thread !dbg !3 {
  %v = select i1 %c, i32 1, i32 2, !dbg !5
  store i32 %v, ptr %p, !dbg !6
  ret void, !dbg !7
}
; Out of a loop: another access through the same pointer.
; CHECK-LABEL: define void @peer(
; CHECK: call void @__tsan_read4(ptr %p){{.*}}, !dbg [[PEER:![0-9]+]]
define void @peer(ptr %p) sanitize_thread !dbg !8 {
  %v = load i32, ptr %p
  store i32 %v, ptr %p, !dbg !9
  ret void, !dbg !10
}

; Nothing else to go by.
; CHECK-LABEL: define void @alone(
; CHECK: call void @__tsan_write4(ptr %p){{.*}}, !dbg [[ALONE:![0-9]+]]
define void @alone(ptr %p) sanitize_thread !dbg !11 {
  store i32 0, ptr %p
  ret void
}
; CHECK-DAG: [[AT]] = !DILocation(line: 10, scope:
; CHECK-DAG: [[PEER]] = !DILocation(line: 21, scope:
; CHECK-DAG: [[ALONE]] = !DILocation(line: 30, scope:
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
!8 = distinct !DISubprogram(name: "peer", file: !1, line: 20, type: !4, unit: !0, spFlags: DISPFlagDefinition)
!9 = !DILocation(line: 21, column: 1, scope: !8)
!10 = !DILocation(line: 22, column: 1, scope: !8)
!11 = distinct !DISubprogram(name: "alone", file: !1, line: 30, type: !4, unit: !0, spFlags: DISPFlagDefinition)
