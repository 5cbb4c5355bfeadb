// SPDX-License-Identifier: Apache-2.0
// race.h: what a program tells the race detector of its own locks and allocators.
//
// In builds with -race these are calls of the detector; in all others they are nothing, at no cost. A spin lock of the
// program's own, made of what the detector does not see (inline assembly, another processor's memory):
//
//     void lock(struct my_lock *l)   { spin(l); cr_race_acquire(l); }
//     void unlock(struct my_lock *l) { cr_race_release(l); unspin(l); }
//
// The detector knows the dynamic annotations (AnnotateHappensBefore and the others) and the calls of
// <sanitizer/tsan_interface.h> too.
#ifndef CRUN_RACE_H
#define CRUN_RACE_H

#include <stddef.h>

#if defined(__SANITIZE_THREAD__)
#define CR_RACE_IS_ON 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CR_RACE_IS_ON 1
#endif
#endif

// CR_RACE_IGNORE before a function's definition: its own plain accesses are not checked. What it synchronizes by, atomics
// among it, and what it calls are.
#define CR_RACE_IGNORE __attribute__((no_sanitize("thread"), noinline))

#ifdef __cplusplus
extern "C" {
#endif

#ifdef CR_RACE_IS_ON
#define CR_RACE_CALL_(name, parameters, arguments, unused_)                     \
  void __crun_race_##name parameters __attribute__((visibility("default")));    \
  static inline __attribute__((always_inline, unused)) void cr_race_##name parameters { __crun_race_##name arguments; }
#else
#define CR_RACE_CALL_(name, parameters, arguments, unused_) \
  static inline __attribute__((always_inline, unused)) void cr_race_##name parameters { unused_; }
#endif
#define CR_RACE_AT_(name) CR_RACE_CALL_(name, (const void *p), (p), (void)p)
#define CR_RACE_RANGE_(name) CR_RACE_CALL_(name, (const void *p, size_t n), (p, n), ((void)p, (void)n))
#define CR_RACE_HERE_(name) CR_RACE_CALL_(name, (void), (), (void)0)

// cr_race_acquire: what others released at p before happens before what follows. p is any address, used for
// this only, and not read or written.
//   Blocks:  no.
//   Returns: nothing.
//   Memory:  the cr_race_release and cr_race_release_merge calls on p that it comes after synchronize before it returns.
//   Context: any thread.
CR_RACE_AT_(acquire)

// cr_race_release releases at p, in place of what was released there before: as an unlock of a lock that one holds.
//   Blocks:  no.
//   Returns: nothing.
//   Memory:  synchronizes before the return of a later cr_race_acquire on p.
//   Context: any thread.
CR_RACE_AT_(release)

// cr_race_release_merge releases at p besides what was released there before: as one of many who count down.
//   Blocks:  no.
//   Returns: nothing.
//   Memory:  synchronizes before the return of a later cr_race_acquire on p.
//   Context: any thread.
CR_RACE_AT_(release_merge)

// cr_race_read and cr_race_write check [p, p + n) as a read, or write, of the caller's: for memory that code which is
// not instrumented reads or writes.
//   Blocks:  no.
//   Returns: nothing.
//   Memory:  none; an access of the caller's.
//   Context: any thread.
CR_RACE_RANGE_(read)
CR_RACE_RANGE_(write)

// cr_race_disable: from here to the matching cr_race_enable what the running goroutine synchronizes orders nothing for
// the detector, atomics included. Accesses are checked. The two nest.
//   Blocks:  no.
//   Returns: nothing.
//   Memory:  none.
//   Context: any thread.
CR_RACE_HERE_(disable)
CR_RACE_HERE_(enable)

// cr_race_fresh forgets all that was done to [p, p + n): an allocator of the program's own gives it out anew.
//   Blocks:  no.
//   Returns: nothing.
//   Memory:  none.
//   Context: any thread.
CR_RACE_RANGE_(fresh)

// cr_race_benign: races on [p, p + n) are meant, and not reported from here on.
//   Blocks:  no.
//   Returns: nothing.
//   Memory:  none; undefined behaviour stays what it is in C.
//   Context: any thread.
CR_RACE_RANGE_(benign)

#undef CR_RACE_CALL_
#undef CR_RACE_AT_
#undef CR_RACE_RANGE_
#undef CR_RACE_HERE_
#undef CR_RACE_IS_ON

#ifdef __cplusplus
}
#endif

#endif
