// SPDX-License-Identifier: Apache-2.0
// layout.h: whether the program lies where the shadow's map tells its memory apart, and a second start if it does not.
//
//     0          16 TiB                        80 TiB   85..86 TiB           124..128 TiB
//     | program  | the shadow                  |        | program, if PIE    | libraries, stacks, mmap, downwards
//
// shadow_of keeps 45 bits of an address: two that are 32 TiB apart share their shadow, and the table of sync objects takes
// 16 TiB in one piece. Both are right wherever the kernel chooses among 2^28 places for a mapping. It may choose among 2^32
// (vm.mmap_rnd_bits=32, as Ubuntu has it): the program is then begun once more at addresses that are not random.
#ifndef CRUN_RACE_LAYOUT_H
#define CRUN_RACE_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

// layout_fits: with the program at `program` and the next mapping at `mapping`.
bool layout_fits(uintptr_t program, uintptr_t mapping);

// layout_require returns if the layout fits. Else it begins the program again, or ends it with a word on why it cannot.
void layout_require(void);

// layout_lift_limit takes a soft limit on the address space (ulimit -Sv) back to the hard one: the shadow alone is
// beyond any.
void layout_lift_limit(void);

// layout_limit_stack begins the program again if its stack has no limit: the kernel maps libraries upwards from a third of
// the address space then, into the shadow's place. It returns if there is a limit, or if the program cannot begin again.
void layout_limit_stack(void);

#endif
