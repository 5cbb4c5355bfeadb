// SPDX-License-Identifier: Apache-2.0
// fiber.h: AddressSanitizer is told on which stack a thread runs; without it nothing is left of this file.
//
// It unpoisons the frames that a call of a noreturn function skips, from the stack pointer to the end of the
// stack that it believes in. Each switch is said twice: by who leaves, before, and by who arrives, after.
#ifndef CRUN_FIBER_H
#define CRUN_FIBER_H

#include <stddef.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>

// A stack as ASan knows it. That of a thread is all-zero until it is left for the first time.
struct fiber {
  void *fake;      // its frames that outlive their functions, while it does not run
  const void *lo;
  size_t bytes;
};

// fiber_new: f is the stack at lo.
static inline void fiber_new(struct fiber *f, void *lo, size_t bytes) {
  *f = (struct fiber){.lo = lo, .bytes = bytes};
}

static inline void fiber_leave(struct fiber *from, const struct fiber *to) {
  __sanitizer_start_switch_fiber(&from->fake, to->lo, to->bytes);
}

// fiber_end leaves a stack that nobody comes back to. Its frames are never popped, and it is used again.
static inline __attribute__((always_inline)) void fiber_end(const struct fiber *from, const struct fiber *to) {
  const char *sp = __builtin_frame_address(0);
  if (from->lo) __asan_unpoison_memory_region(sp, (size_t)((const char *)from->lo + from->bytes - sp));
  __sanitizer_start_switch_fiber(NULL, to->lo, to->bytes);
}

static inline void fiber_arrive(const struct fiber *self, struct fiber *from) {
  __sanitizer_finish_switch_fiber(self->fake, &from->lo, &from->bytes);
}
#else
struct fiber {};
#define fiber_new(f, lo, bytes) ((void)0)
#define fiber_leave(from, to) ((void)0)
#define fiber_end(from, to) ((void)0)
#define fiber_arrive(self, from) ((void)0)
#endif

#endif
