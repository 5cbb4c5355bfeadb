// SPDX-License-Identifier: Apache-2.0
// keep.S: the checks and frames that compiled code calls most, in the convention preserve_most: all registers of integers
// but r11 are as they were when they return, so that the code around has nothing to save (instrument/registers.cpp).
//
// They do what __tsan_read1 and its kind do (access_abi.c): a hit is decided here, the rest is C's. Vector registers are
// not kept: the caller takes them for lost, as at every call.
//
//     rdi: the address; or the address that an activation returns to.  r11: free.  All others: the caller's.
//
//     a cell:   epoch 31 | context 23 | atomic 1 | read 1 | bytes 8
//     turned left by 31: | context 23 | atomic 1 | read 1 | bytes 8 | epoch 31     and left by 23: no context

#include "keep.h"

#define CELL_BYTES 0xff
#define CELL_READ 0x100
#define TURN 31
#define CTX_BITS 23

        .macro  FUNCTION name
        .globl  \name
        .type   \name, @function
        .p2align 4
\name:
        .cfi_startproc
        .endm

        .macro  END name
        .cfi_endproc
        .size   \name, .-\name
        .endm

        .macro  PUSH reg
        pushq   \reg
        .cfi_adjust_cfa_offset 8
        .endm

        .macro  POP reg
        popq    \reg
        .cfi_adjust_cfa_offset -8
        .endm

// SAVE and RESTORE: what else C code does not keep. rsp is a multiple of 16 behind it.
        .macro  SAVE
        PUSH    %rdx
        PUSH    %rsi
        PUSH    %rdi
        PUSH    %r8
        PUSH    %r9
        PUSH    %r10
        .endm

        .macro  RESTORE
        POP     %r10
        POP     %r9
        POP     %r8
        POP     %rdi
        POP     %rsi
        POP     %rdx
        .endm

// WORD puts what has to be added to KEEP_SHADOW for the word's first cell into r11, if the address is a multiple of 8.
        .macro  WORD
        movq    %rdi, %r11
        shlq    $(64 - KEEP_ADDRESS_BITS), %r11
        shrq    $(64 - KEEP_ADDRESS_BITS - 1), %r11
        .endm

// COMPARE lets ZF say whether the cell `at` of the word agrees with rcx in epoch, kind and bytes. Without its CELL_READ it
// may be a write or a read.
        .macro  COMPARE at, read
        movabsq $KEEP_SHADOW, %rax
        movq    \at(%rax,%r11), %rax
        .if     \read
        orq     $CELL_READ, %rax
        .endif
        xorq    %rcx, %rax
        .endm

        .macro  TURN_OUT
        rolq    $TURN, %rax
        shlq    $CTX_BITS, %rax
        .endm

// SLOW leaves the decision to C: fn(address, where the check is).
        .macro  SLOW fn
        SAVE
        movq    72(%rsp), %rsi
        call    \fn
        RESTORE
        .endm

        .macro  CHECK8 name, read, slow
FUNCTION \name
        PUSH    %rax
        PUSH    %rcx
        movq    %fs:race_cur@tpoff, %rcx
        testq   %rcx, %rcx
        je      1f
        movq    KEEP_G_CUR(%rcx), %rcx
        WORD
        orq     $(CELL_BYTES + \read * CELL_READ), %rcx
        COMPARE 0, \read
        TURN_OUT
        jne     2f
1:      POP     %rcx
        POP     %rax
        ret
        .cfi_adjust_cfa_offset 16
2:      COMPARE 8, \read
        TURN_OUT
        je      1b
        subq    $8, %rsp
        .cfi_adjust_cfa_offset 8
        SLOW    \slow
        addq    $8, %rsp
        .cfi_adjust_cfa_offset -8
        jmp     1b
END \name
        .endm

// CHECK: fewer bytes, which dl has where they lie in the word.
        .macro  CHECK name, bytes, read, slow
FUNCTION \name
        PUSH    %rax
        PUSH    %rcx
        PUSH    %rdx
        movq    %fs:race_cur@tpoff, %rax
        testq   %rax, %rax
        je      1f
        movl    %edi, %ecx
        movl    $\bytes, %edx
        rolb    %cl, %dl
        movq    KEEP_G_CUR(%rax), %rcx
        WORD
        andq    $-16, %r11
        orq     $(CELL_BYTES + \read * CELL_READ), %rcx
        COMPARE 0, \read
        andb    %dl, %al
        TURN_OUT
        jne     2f
1:      POP     %rdx
        POP     %rcx
        POP     %rax
        ret
        .cfi_adjust_cfa_offset 24
2:      COMPARE 8, \read
        andb    %dl, %al
        TURN_OUT
        je      1b
        SLOW    \slow
        jmp     1b
END \name
        .endm

        .text

// void __crun_read1(void *p) and so on: an access of the size in the name, at a multiple of it.
CHECK  __crun_read1, 0x01, 1, __tsan_read1_pc
CHECK  __crun_read2, 0x03, 1, __tsan_read2_pc
CHECK  __crun_read4, 0x0f, 1, __tsan_read4_pc
CHECK8 __crun_read8, 1, __tsan_read8_pc
CHECK  __crun_write1, 0x01, 0, __tsan_write1_pc
CHECK  __crun_write2, 0x03, 0, __tsan_write2_pc
CHECK  __crun_write4, 0x0f, 0, __tsan_write4_pc
CHECK8 __crun_write8, 0, __tsan_write8_pc

// void __crun_enter(void *call_pc) is __tsan_func_entry: frame.h's frame_push. Behind the first push rsp is what it calls msp.
FUNCTION __crun_enter
        movq    %fs:race_cur@tpoff, %r11
        testq   %r11, %r11
        je      1f
        PUSH    %rax
        movq    KEEP_G_SP(%r11), %rax
        cmpq    KEEP_G_LIMIT(%r11), %rax
        je      2f
        addq    $KEEP_FRAME_SIZE, %rax
        movq    %rax, KEEP_G_SP(%r11)
        movq    8(%rsp), %r11
        movq    %rdi, KEEP_FRAME_CALL_PC(%rax)
        movq    %r11, KEEP_FRAME_FUNC_PC(%rax)
        movl    $0, KEEP_FRAME_NODE(%rax)
        movl    %esp, KEEP_FRAME_MSP(%rax)
        POP     %rax
1:      ret
        .cfi_adjust_cfa_offset 8
2:      movq    %rsp, %rax
        PUSH    %rcx
        subq    $8, %rsp
        .cfi_adjust_cfa_offset 8
        SAVE
        movq    %rdi, %rsi
        movq    %r11, %rdi
        movq    8(%rax), %rdx
        movq    %rax, %rcx
        call    frame_push_slow
        RESTORE
        addq    $8, %rsp
        .cfi_adjust_cfa_offset -8
        POP     %rcx
        POP     %rax
        ret
END __crun_enter

// void __crun_leave(void) is __tsan_func_exit: frame_pop.
FUNCTION __crun_leave
        movq    %fs:race_cur@tpoff, %r11
        testq   %r11, %r11
        je      1f
        PUSH    %rax
        movq    KEEP_G_SP(%r11), %rax
        cmpq    KEEP_G_BASE(%r11), %rax
        je      3f
        cmpl    %esp, KEEP_FRAME_MSP(%rax)
        js      2f
        subq    $KEEP_FRAME_SIZE, %rax
        movq    %rax, KEEP_G_SP(%r11)
3:      POP     %rax
1:      ret
        .cfi_adjust_cfa_offset 8
2:      movq    %rsp, %rax
        PUSH    %rcx
        subq    $8, %rsp
        .cfi_adjust_cfa_offset 8
        SAVE
        movq    %r11, %rdi
        movq    %rax, %rsi
        movq    8(%rax), %rdx
        call    frame_pop_slow
        RESTORE
        addq    $8, %rsp
        .cfi_adjust_cfa_offset -8
        POP     %rcx
        POP     %rax
        ret
END __crun_leave

        .section .note.GNU-stack,"",@progbits
