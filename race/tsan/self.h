// SPDX-License-Identifier: Apache-2.0
// self.h: a goroutine or thread of the second engine, and what runs on this thread.
//
// What the seam calls a race_g is a struct tsan_g here. It names a state of LLVM's runtime: a fiber for a
// goroutine, the thread's own for main and for threads of the program's. The runtime's threads have a state that counts nothing, in which they schedule: `none`, their own, or a
// fiber where the thread's own is somebody's.
#ifndef CRUN_RACE_TSAN_SELF_H
#define CRUN_RACE_TSAN_SELF_H

#include "ginfo.h"
#include "rtl.h"

struct tsan_g {
  tsan_state *state;
  struct ginfo *info;
  bool is_fiber;
};

struct self {
  struct tsan_g *cur;    // who runs here; nil: nobody, or a thread that was not asked for yet
  uint64_t last;         // goroutine that ran here last: the thread-locals are its own; 0: none did
  tsan_state *none;      // nil: this thread has scheduled nothing
  bool taken;            // the thread's own state is cur's or was
  uint32_t hidden;       // calls of race_hide_begin
  tsan_state *hid;       // the state that the first of them was made in
  uint32_t symbolizing;  // calls of symbolizer_enter
  bool ends_known;       // self_ends will be called
};

extern _Thread_local struct self self __attribute__((tls_model("initial-exec")));

// main_self is the first thread's race_g; it is there before any constructor.
extern struct tsan_g main_self;

// self_init prepares all this, before any constructor.
void self_init(void);

// forget drops all that was done to [p, p + n), and the sync objects in it.
void forget(const void *p, size_t n);

// unmaps is the pc of a write that is the end of a mapping (mapping.c); no instruction has it.
extern const char unmaps[1];

// symbolizer_enter and symbolizer_leave bracket what calls libdw: it shares no lock with the runtime then. They nest.
void symbolizer_enter(void);
void symbolizer_leave(void);

// program_enter and program_leave note a frame of ours that the program has called at pc: LLVM's runtime takes who
// calls a function of its own for the program. Within a report, where libdw calls, nothing must be noted.
static inline void program_enter(uintptr_t pc) {
  if (!self.symbolizing) __tsan_func_entry((void *)pc);
}

static inline void program_leave(void) {
  if (!self.symbolizing) __tsan_func_exit();
}

#endif
