// SPDX-License-Identifier: Apache-2.0
// panic.h: the deferred calls, for who ends a goroutine.
#ifndef CRUN_RUNTIME_PANIC_H
#define CRUN_RUNTIME_PANIC_H

#include <stdint.h>

// defers_run calls all that is deferred in the running goroutine, for the user's call at pc.
void defers_run(uintptr_t pc);

#endif
