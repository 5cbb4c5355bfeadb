// SPDX-License-Identifier: Apache-2.0
// race.h is the seam: the calls by which the runtime tells the detector what runs and what is ordered.
//
// The runtime is compiled twice from the same sources. With CRUN_RACE=1 these are the functions of
// race/; without it race_off.h stands in with empty inline twins, so the plain objects contain no
// trace of the detector. No caller writes `if (race enabled)`.
//
// Vocabulary. A race_g is one line of execution as the detector sees it: a goroutine or a pthread.
// The thread-local race_cur names the one that runs on this thread; nil means that nothing on this
// thread is checked (a scheduler stack, a thread of the runtime's own). An edge is between a
// release on a sync address and a later acquire on the same address; any address can serve, and
// addresses of distinct objects never meet.
#ifndef CRUN_RACE_RACE_H
#define CRUN_RACE_RACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What is done with a pthread lock (race_watch_locks); without LEFT and FORGOTTEN it was taken.
enum {
  RACE_LOCK_TRIED = 1,     // the call would not have waited for ever
  RACE_LOCK_WRITES = 2,    // a rwlock, to write
  RACE_LOCK_READS = 4,     // a rwlock, to read
  RACE_LOCK_SPINS = 8,     // a spin lock
  RACE_LOCK_LEFT = 16,
  RACE_LOCK_FORGOTTEN = 32,
};

#if !CRUN_RACE
#include "race_off.h"
#else

#pragma GCC visibility push(default)  // the two archives meet by these names

typedef struct race_g race_g;

// ---- goroutines ----------------------------------------------------------------------------

// race_main_g returns the race_g of the process's first thread; it exists before any constructor.
race_g *race_main_g(void);

// race_g_create makes the detector's state for goroutine goid, created at pc by the race_g that runs
// now (nil: by none). Memory: everything the creator did so far happens before the child's start.
race_g *race_g_create(uint64_t goid, uintptr_t pc);

// race_g_set_name gives g a name that reports print; the string is copied.
void race_g_set_name(race_g *g, const char *name);

// race_g_set_labels gives g labels that reports print, "key=value, key=value" (nil: none); the string is copied.
void race_g_set_labels(race_g *g, const char *labels);

// race_g_end gives g's state back. g must not run any more. Memory: none; an exit orders nothing.
void race_g_end(race_g *g);

// race_switch makes g the line of execution of this thread (nil: none). Memory: none.
void race_switch(race_g *g);

// race_armed says that from now on a goroutine may begin that no race_g creates (a timer's function): it is ordered
// after what happened so far, and no more. The single-goroutine phase is over for good.
void race_armed(void);

// race_self returns the race_g that runs on this thread, or nil.
race_g *race_self(void);

// ---- edges ---------------------------------------------------------------------------------

// Each acts for the race_g that runs on this thread; with none it does nothing.
void race_acquire(const void *sync);          // join the clock of sync
void race_release(const void *sync);          // the clock of sync becomes mine (store)
void race_release_merge(const void *sync);    // the clock of sync is joined with mine
void race_release_acquire(const void *sync);  // swap: take what was there, leave only mine

// The same for a goroutine g that is parked, by the thread that completes its operation.
void race_acquire_g(race_g *g, const void *sync);
void race_release_g(race_g *g, const void *sync);
void race_release_merge_g(race_g *g, const void *sync);
void race_release_acquire_g(race_g *g, const void *sync);

// The locks of the runtime, for reports too: the goroutine that runs has taken one for the call that returns to pc,
// or is about to give it up. They make its edges: a mutex's are its own address's, a rwmutex's those of `writers`,
// which writers release, and `readers`, which readers do. context is race_context(pc), or 0.
void race_mutex_locked(const void *m, uintptr_t pc, uint32_t context);
void race_mutex_unlocks(const void *m);
void race_rwmutex_locked(const void *rw, const void *writers, const void *readers, bool writes, uintptr_t pc);
void race_rwmutex_unlocks(const void *rw, const void *writers, const void *readers, bool writes);

// What reports take a mutex and a rwmutex to span.
enum { RACE_MUTEX_BYTES = 64, RACE_RWMUTEX_BYTES = 120 };

// race_sync_forget drops all sync addresses in [p, p+n): the memory is given back or reused.
void race_sync_forget(const void *p, size_t n);

// What goes through a descriptor orders who wrote before who read (fd.c): race_fd_release comes before
// a write, race_fd_acquire after a read.
void race_fd_release(int fd);
void race_fd_acquire(int fd);

// ---- memory --------------------------------------------------------------------------------

// race_read and race_write check [p, p+n) as an access of the current race_g made at pc.
void race_read(const void *p, size_t n, uintptr_t pc);
void race_write(const void *p, size_t n, uintptr_t pc);

// race_read_g and race_write_g check the access for parked goroutine g, with g's calling context.
void race_read_g(race_g *g, const void *p, size_t n, uintptr_t pc);
void race_write_g(race_g *g, const void *p, size_t n, uintptr_t pc);

// race_fresh forgets all accesses to [p, p+n): new memory, or a stack given to a new goroutine.
void race_fresh(const void *p, size_t n);

// race_stack names [lo, hi) as the stack of g, so that a report can say whose variable it is.
void race_stack(race_g *g, const void *lo, const void *hi);

// ---- frames --------------------------------------------------------------------------------

// race_enter and race_leave push and pop a frame of uninstrumented code that calls back into
// user code (once_do, an after-func), so that stacks stay whole. pc is the caller's.
void race_enter(uintptr_t pc);
void race_leave(void);

// race_context numbers the calls by which the current race_g came to pc; 0: it has none, or makes no events now.
// race_context_stack writes the pcs, innermost first, all return addresses if pc was one, and returns how many.
uint32_t race_context(uintptr_t pc);
size_t race_context_stack(uint32_t context, uintptr_t *pcs, size_t max);

// race_watch_locks has fn called by the thread that has taken a pthread lock, with where the call returns to, and by the
// one that is about to give one up (what has RACE_LOCK_LEFT), make one or destroy one (RACE_LOCK_FORGOTTEN).
void race_watch_locks(void (*fn)(const void *lock, unsigned what, uintptr_t pc));

// ---- the runtime's own threads ---------------------------------------------------------------

// race_hide_begin and race_hide_end bracket libc and pthread calls of the runtime itself (starting
// an M, its allocations): nothing inside is checked and no edge is made. They nest, per thread.
void race_hide_begin(void);
void race_hide_end(void);

// ---- the end -------------------------------------------------------------------------------

// race_exit_code gives the exit code the process should have instead of code: 66 if races were
// found and code is 0 and nothing worse happened, else code. It prints the closing count once.
int race_exit_code(int code);

#pragma GCC visibility pop

#endif  // CRUN_RACE
#endif
