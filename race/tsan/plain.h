// SPDX-License-Identifier: Apache-2.0
// plain.h: libc's own functions behind those that LLVM's runtime has put in front.
#ifndef CRUN_RACE_TSAN_PLAIN_H
#define CRUN_RACE_TSAN_PLAIN_H

// plain_init finds them; nothing of crun's runs before.
void plain_init(void);

#endif
