// SPDX-License-Identifier: Apache-2.0
// rseq.h: the restartable sequence of base/rseq.h, in assembly.
#ifndef CRUN_ARCH_RSEQ_H
#define CRUN_ARCH_RSEQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// arch_rseq_store_if: area is where struct rseq lies from the thread pointer. The kernel reads there that the thread is
// between 1 and 2, and sends it to 4 instead of on with it; 0x53053053, which it wants to see before 4, is glibc's RSEQ_SIG, in
// an instruction that is none. A thread whose cpu_id (at 4) is negative was not registered.
static inline __attribute__((always_inline)) bool arch_rseq_store_if(ptrdiff_t area, _Atomic uint64_t *word, uint64_t old,
                                                                     uint64_t value) {
  __asm__ goto volatile(
      ".pushsection .data.rel.ro.rseq, \"aw\"\n"
      ".balign 32\n"
      "3: .long 0, 0\n"
      ".quad 1f, 2f - 1f, 4f\n"
      ".popsection\n"
      ".pushsection .text.unlikely, \"ax\"\n"
      ".byte 0x0f, 0xb9, 0x3d\n"
      ".long 0x53053053\n"
      "4: jmp %l[lost]\n"
      ".popsection\n"
      "leaq 3b(%%rip), %%rax\n"
      "movq %%rax, %%fs:8(%[area])\n"
      "1: cmpl $0, %%fs:4(%[area])\n"
      "js %l[lost]\n"
      "cmpq %[old], (%[word])\n"
      "jne %l[lost]\n"
      "movq %[value], (%[word])\n"
      "2:\n"
      :
      : [area] "r"(area), [word] "r"(word), [old] "r"(old), [value] "r"(value)
      : "rax", "memory", "cc"
      : lost);
  return true;
lost:
  return false;
}

#endif
