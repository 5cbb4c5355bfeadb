// SPDX-License-Identifier: Apache-2.0
// errno.h makes errno right across a park in an object that gcc, or a clang without crun's plugin, compiles.
//
//     gcc -include crun/errno.h -c library.c
//
// glibc declares where errno lives as a constant of the thread, so a compiler asks once a function; a goroutine
// that parks in between goes on on another thread, with the old one's errno. Here it is asked each time. `crun cc`
// does so without this header. It includes nothing, so what a file defines before its first #include still counts.
//
// It does nothing for thread-locals of the object's own, nor for one that was compiled before: a goroutine that
// calls such code between parks stays on its thread with cr_lock_thread (go.h).
#ifndef CRUN_ERRNO_H
#define CRUN_ERRNO_H

#pragma GCC visibility push(default)
#ifdef __cplusplus
extern "C" {
#endif

// cr_errno_location returns the address of the running thread's errno. It is not to be kept over a call.
//   Blocks:  no.
//   Returns: the address.
//   Memory:  none.
//   Context: any thread.
int *cr_errno_location(void);

#ifdef __cplusplus
}
#endif
#pragma GCC visibility pop

// <errno.h> declares __errno_location(void) and uses __errno_location(): the argument tells which.
#define __errno_location(x) CR_ERRNO_##x
#define CR_ERRNO_void cr_errno_unused_(void)
#define CR_ERRNO_ cr_errno_location()

#endif
