// SPDX-License-Identifier: Apache-2.0
// rtl.h: what we call in LLVM's ThreadSanitizer runtime (libclang_rt.tsan): its public calls, its debug interface, and
// functions of its own that the static library has hidden, by the names that C++ gives them.
//
// A state (ThreadState there) is one line of execution: a thread's own, or a fiber's. The hidden functions are the
// ones that Go's race detector is made of; they have had these names and arguments since LLVM 14.
#ifndef CRUN_RACE_TSAN_RTL_H
#define CRUN_RACE_TSAN_RTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct tsan_state tsan_state;

// ---- public ----------------------------------------------------------------------------------------

enum { FIBER_NO_SYNC = 1 };

tsan_state *__tsan_get_current_fiber(void);
tsan_state *__tsan_create_fiber(unsigned flags);
void __tsan_destroy_fiber(tsan_state *fiber);
void __tsan_switch_to_fiber(tsan_state *fiber, unsigned flags);
void __tsan_set_fiber_name(tsan_state *fiber, const char *name);
void __tsan_func_entry(void *pc);
void __tsan_func_exit(void);
void __tsan_read_range_pc(void *p, size_t n, void *pc);
void __tsan_write_range_pc(void *p, size_t n, void *pc);

// ---- a report, for as long as the hook runs (sanitizer_common's debugging interface) -------------------

int __tsan_get_report_data(void *report, const char **description, int *count, int *stacks, int *mops, int *locs,
                           int *mutexes, int *threads, int *unique_tids, void **sleep_trace, size_t trace_size);
int __tsan_get_report_mop(void *report, size_t i, int *tid, void **addr, int *size, int *write, int *atomic,
                          void **trace, size_t trace_size);
int __tsan_get_report_loc(void *report, size_t i, const char **type, void **addr, uintptr_t *start, size_t *size,
                          int *tid, int *fd, int *suppressable, void **trace, size_t trace_size);
int __tsan_get_report_stack(void *report, size_t i, void **trace, size_t trace_size);
int __tsan_get_report_mutex(void *report, size_t i, uint64_t *id, void **addr, int *destroyed, void **trace,
                            size_t trace_size);
int __tsan_get_report_thread(void *report, size_t i, int *tid, uint64_t *os_id, int *running, const char **name,
                             int *parent_tid, void **trace, size_t trace_size);

// ---- hidden ----------------------------------------------------------------------------------------

#define HIDDEN_IN_RTL(mangled) __asm__(mangled)

// Edges of a state that runs here. tsan_release is joined with what was released there, tsan_release_store replaces
// it, tsan_release_store_acquire takes that too.
void tsan_acquire(tsan_state *s, uintptr_t pc, uintptr_t addr) HIDDEN_IN_RTL("_ZN6__tsan7AcquireEPNS_11ThreadStateEmm");
void tsan_release(tsan_state *s, uintptr_t pc, uintptr_t addr) HIDDEN_IN_RTL("_ZN6__tsan7ReleaseEPNS_11ThreadStateEmm");
void tsan_release_store(tsan_state *s, uintptr_t pc, uintptr_t addr)
    HIDDEN_IN_RTL("_ZN6__tsan12ReleaseStoreEPNS_11ThreadStateEmm");
void tsan_release_store_acquire(tsan_state *s, uintptr_t pc, uintptr_t addr)
    HIDDEN_IN_RTL("_ZN6__tsan19ReleaseStoreAcquireEPNS_11ThreadStateEmm");

// tsan_reset_range forgets the accesses to [addr, addr + n); tsan_unmap_shadow, the sync objects in it, and whole
// pages of shadow.
void tsan_reset_range(tsan_state *s, uintptr_t pc, uintptr_t addr, size_t n)
    HIDDEN_IN_RTL("_ZN6__tsan16MemoryResetRangeEPNS_11ThreadStateEmmm");
void tsan_unmap_shadow(tsan_state *s, uintptr_t addr, size_t n)
    HIDDEN_IN_RTL("_ZN6__tsan11UnmapShadowEPNS_11ThreadStateEmm");

// tsan_drop_shadow forgets the accesses to whole pages of the shadow.
void tsan_drop_shadow(uintptr_t addr, size_t n) HIDDEN_IN_RTL("_ZN6__tsan17DontNeedShadowForEmm");

// Between these a state's accesses, or its edges, do not count. They nest.
void tsan_ignore_begin(tsan_state *s, uintptr_t pc) HIDDEN_IN_RTL("_ZN6__tsan17ThreadIgnoreBeginEPNS_11ThreadStateEm");
void tsan_ignore_end(tsan_state *s) HIDDEN_IN_RTL("_ZN6__tsan15ThreadIgnoreEndEPNS_11ThreadStateE");
void tsan_ignore_sync_begin(tsan_state *s, uintptr_t pc)
    HIDDEN_IN_RTL("_ZN6__tsan21ThreadIgnoreSyncBeginEPNS_11ThreadStateEm");
void tsan_ignore_sync_end(tsan_state *s) HIDDEN_IN_RTL("_ZN6__tsan19ThreadIgnoreSyncEndEPNS_11ThreadStateE");

// Between these malloc is the runtime's own and nothing is intercepted, so that no lock of the runtime is asked for:
// what it allows its symbolizer, which is called with them held. They do not nest.
void tsan_symbolizer_enter(void) HIDDEN_IN_RTL("_ZN6__tsan15EnterSymbolizerEv");
void tsan_symbolizer_leave(void) HIDDEN_IN_RTL("_ZN6__tsan14ExitSymbolizerEv");

// Stacks, interned. tsan_stack_here is what s runs, with pc innermost; the pcs of an interned stack
// begin with the outermost and are there for ever.
struct tsan_stack {
  const uintptr_t *pc;
  uint32_t n, tag;
};
uint32_t tsan_stack_here(tsan_state *s, uintptr_t pc)
    HIDDEN_IN_RTL("_ZN6__tsan14CurrentStackIdEPNS_11ThreadStateEm");
uint32_t tsan_stack_put(struct tsan_stack stack) HIDDEN_IN_RTL("_ZN11__sanitizer13StackDepotPutENS_10StackTraceE");
struct tsan_stack tsan_stack_get(uint32_t id) HIDDEN_IN_RTL("_ZN11__sanitizer13StackDepotGetEj");

#endif
