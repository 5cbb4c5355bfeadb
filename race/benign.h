// SPDX-License-Identifier: Apache-2.0
// benign.h: memory on which the program says that races are meant.
#ifndef CRUN_RACE_BENIGN_H
#define CRUN_RACE_BENIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// benign_add says it of [addr, addr + n), for good.
void benign_add(uintptr_t addr, size_t n);

// benign_covers tells whether an access of n bytes at addr touches such memory.
bool benign_covers(uintptr_t addr, size_t n);

#endif
