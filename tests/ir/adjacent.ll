; Neighbours of one line, unrolled from an inner loop, are rows; those of two lines stay apart, since a report names one.
; FROM: 18
; RUN: %opt %s | %check
; RUN: %opt -crun-race-without=adjacent %s | %check --check-prefix=OFF
; OFF-NOT: @__crun_{{read|write}}_rows
target datalayout = "e-m:e-i64:64-i128:128-f80:128-n8:16:32:64-S128"

; CHECK-LABEL: define void @one_line(
; CHECK: entry:
; CHECK: call void @__crun_write_rows(ptr %a, i64 2, i64 8, i64 8, i64 %n, i64 24)
; CHECK-NOT: @__crun_
; CHECK: loop:
define void @one_line(ptr %a, i64 %n) nounwind sanitize_thread !dbg !4 {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr [3 x i64], ptr %a, i64 %i
  store i64 1, ptr %p, align 8, !dbg !7
  %q = getelementptr i8, ptr %p, i64 8
  store i64 2, ptr %q, align 8, !dbg !7
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, %n
  br i1 %done, label %out, label %loop
out:
  ret void
}

; CHECK-LABEL: define void @two_lines(
; CHECK: entry:
; CHECK: call void @__crun_write_elements(ptr %{{.*}}, i64 %n, i64 8, i64 24)
; CHECK: call void @__crun_write_elements(ptr %{{.*}}, i64 %n, i64 8, i64 24)
; CHECK: loop:
define void @two_lines(ptr %a, i64 %n) nounwind sanitize_thread !dbg !5 {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr [3 x i64], ptr %a, i64 %i
  store i64 1, ptr %p, align 8, !dbg !8
  %q = getelementptr i8, ptr %p, i64 8
  store i64 2, ptr %q, align 8, !dbg !9
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, %n
  br i1 %done, label %out, label %loop
out:
  ret void
}

; A row would reach into the next.
; CHECK-LABEL: define void @no_room(
; CHECK: entry:
; CHECK: call void @__crun_write_elements(ptr %{{.*}}, i64 %n, i64 8, i64 8)
; CHECK-NOT: @__crun_write_rows
; CHECK: loop:
define void @no_room(ptr %a, i64 %n) nounwind sanitize_thread !dbg !6 {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr i64, ptr %a, i64 %i
  store i64 1, ptr %p, align 8, !dbg !10
  %q = getelementptr i8, ptr %p, i64 8
  store i64 2, ptr %q, align 8, !dbg !10
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, %n
  br i1 %done, label %out, label %loop
out:
  ret void
}
!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!3}
!0 = distinct !DICompileUnit(language: DW_LANG_C99, file: !1, emissionKind: FullDebug)
!1 = !DIFile(filename: "a.c", directory: "/")
!2 = !DISubroutineType(types: !{null})
!3 = !{i32 2, !"Debug Info Version", i32 3}
!4 = distinct !DISubprogram(name: "one_line", file: !1, line: 1, type: !2, unit: !0, spFlags: DISPFlagDefinition)
!5 = distinct !DISubprogram(name: "two_lines", file: !1, line: 11, type: !2, unit: !0, spFlags: DISPFlagDefinition)
!6 = distinct !DISubprogram(name: "no_room", file: !1, line: 21, type: !2, unit: !0, spFlags: DISPFlagDefinition)
!7 = !DILocation(line: 3, scope: !4)
!8 = !DILocation(line: 13, scope: !5)
!9 = !DILocation(line: 14, scope: !5)
!10 = !DILocation(line: 23, scope: !6)
