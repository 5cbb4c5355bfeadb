; Masked vector accesses: the chosen lanes count, as bits of a word.
; RUN: %opt %s | %check
declare <4 x i32> @llvm.masked.load.v4i32.p0(ptr, i32, <4 x i1>, <4 x i32>)
declare void @llvm.masked.store.v8f64.p0(<8 x double>, ptr, i32, <8 x i1>)
declare <64 x i8> @llvm.masked.load.v64i8.p0(ptr, i32, <64 x i1>, <64 x i8>)
declare <4 x i32> @llvm.masked.expandload.v4i32(ptr, <4 x i1>, <4 x i32>)
declare void @llvm.masked.compressstore.v4i32(<4 x i32>, ptr, <4 x i1>)
declare <4 x i32> @llvm.masked.gather.v4i32.v4p0(<4 x ptr>, i32, <4 x i1>, <4 x i32>)
declare void @llvm.masked.scatter.v4i32.v4p0(<4 x i32>, <4 x ptr>, i32, <4 x i1>)

; CHECK-LABEL: define void @packed(
define void @packed(ptr %p, <4 x i1> %m, <8 x double> %d, <8 x i1> %k, <64 x i1> %b) sanitize_thread {
; CHECK: [[I:%.*]] = bitcast <4 x i1> %m to i4
; CHECK: [[M:%.*]] = zext i4 [[I]] to i64
; CHECK: call void @__crun_read_masked(ptr %p, i64 4, i64 {{.*}})
  call <4 x i32> @llvm.masked.load.v4i32.p0(ptr %p, i32 4, <4 x i1> %m, <4 x i32> zeroinitializer)
; CHECK: call void @__crun_write_masked(ptr %p, i64 8, i64 {{.*}})
  call void @llvm.masked.store.v8f64.p0(<8 x double> %d, ptr %p, i32 8, <8 x i1> %k)
; CHECK: [[B:%.*]] = bitcast <64 x i1> %b to i64
; CHECK: call void @__crun_read_masked(ptr %p, i64 1, i64 [[B]])
  call <64 x i8> @llvm.masked.load.v64i8.p0(ptr %p, i32 1, <64 x i1> %b, <64 x i8> zeroinitializer)
  ret void
}

; As many elements as there are bits, one behind the other.
; CHECK-LABEL: define void @squeezed(
define void @squeezed(ptr %p, <4 x i1> %m, <4 x i32> %v) sanitize_thread {
; CHECK: [[N:%.*]] = call i64 @llvm.ctpop.i64(
; CHECK: [[B:%.*]] = mul i64 [[N]], 4
; CHECK: call void @__tsan_read_range(ptr %p, i64 [[B]])
  call <4 x i32> @llvm.masked.expandload.v4i32(ptr %p, <4 x i1> %m, <4 x i32> zeroinitializer)
; CHECK: call void @__tsan_write_range(ptr %p, i64 {{.*}})
  call void @llvm.masked.compressstore.v4i32(<4 x i32> %v, ptr %p, <4 x i1> %m)
  ret void
}

; CHECK-LABEL: define void @scattered(
define void @scattered(<4 x ptr> %p, <4 x i1> %m, <4 x i32> %v) sanitize_thread {
; CHECK: [[S:%.*]] = alloca <4 x ptr>
; CHECK: store <4 x ptr> %p, ptr [[R:%.*]],
; CHECK: call void @__crun_read_lanes(ptr [[R]], i64 4, i64 {{.*}})
  call <4 x i32> @llvm.masked.gather.v4i32.v4p0(<4 x ptr> %p, i32 4, <4 x i1> %m, <4 x i32> zeroinitializer)
; CHECK: store <4 x ptr> %p, ptr [[W:%.*]],
; CHECK: call void @__crun_write_lanes(ptr [[W]], i64 4, i64 {{.*}})
  call void @llvm.masked.scatter.v4i32.v4p0(<4 x i32> %v, <4 x ptr> %p, i32 4, <4 x i1> %m)
  ret void
}
