// SPDX-License-Identifier: Apache-2.0
// switch.S: leaving a goroutine for g0, going on with one, and the stub behind cr_go (System V amd64).
//
// A parked goroutine's stack, from its sp upwards:
//     address to go on at | mxcsr, x87 control word | r15 r14 r13 r12 rbx rbp | return address
// From g0 it is resumed by an indirect jump: a `ret` would be mispredicted. cr_switch, which goes from one goroutine to
// the next, leaves by `ret` instead: the next one came there by the same calls, so the processor's stack of return
// addresses fits it, as far as the two did the same. Who resumes a goroutine leaves in rax what cr_switch returns.

#define G_SP 0
#define M_CURG 0

        .text

// void cr_mcall(struct g *gp, void *g0_sp, void (*fn)(struct g *gp))
// saves gp and calls fn on g0's stack; fn does not return.
        .globl  cr_mcall
        .hidden cr_mcall
        .type   cr_mcall, @function
        .p2align 4
cr_mcall:
        .cfi_startproc
        pushq   %rbp
        pushq   %rbx
        pushq   %r12
        pushq   %r13
        pushq   %r14
        pushq   %r15
        subq    $8, %rsp
        stmxcsr (%rsp)
        fnstcw  4(%rsp)
        leaq    1f(%rip), %rax
        pushq   %rax
        movq    %rsp, G_SP(%rdi)
        movq    %rsi, %rsp
        .cfi_undefined %rip
        callq   *%rdx
        ud2
1:      ldmxcsr (%rsp)
        fldcw   4(%rsp)
        addq    $8, %rsp
        popq    %r15
        popq    %r14
        popq    %r13
        popq    %r12
        popq    %rbx
        popq    %rbp
        popq    %rcx
        jmpq    *%rcx
        .cfi_endproc
        .size   cr_mcall, .-cr_mcall

// void cr_gogo(struct g *gp) goes on with gp.
        .globl  cr_gogo
        .hidden cr_gogo
        .type   cr_gogo, @function
        .p2align 4
cr_gogo:
        movq    G_SP(%rdi), %rsp
        popq    %rcx
        xorl    %eax, %eax
        jmpq    *%rcx
        .size   cr_gogo, .-cr_gogo

// struct g *cr_switch(struct g *gp, struct g *next, struct m *mp)
// saves gp as cr_mcall does and goes on with next, which becomes mp's. It returns, when gp goes on, the goroutine
// that was left for it here; nil: it comes from g0. The control words are loaded if they differ only.
        .globl  cr_switch
        .hidden cr_switch
        .type   cr_switch, @function
        .p2align 4
cr_switch:
        .cfi_startproc
        pushq   %rbp
        pushq   %rbx
        pushq   %r12
        pushq   %r13
        pushq   %r14
        pushq   %r15
        .cfi_adjust_cfa_offset 48
        subq    $8, %rsp
        .cfi_adjust_cfa_offset 8
        movq    %rsp, %r8
        stmxcsr (%rsp)
        fnstcw  4(%rsp)
        leaq    .Lgo_on(%rip), %rax
        pushq   %rax
        .cfi_adjust_cfa_offset 8
        movq    %rsp, G_SP(%rdi)
.Lpass: movq    %rsi, M_CURG(%rdx)      // not before gp->sp is right: who stops the world reads both
        movq    G_SP(%rsi), %rsp
        popq    %rcx
        .cfi_adjust_cfa_offset -8
        cmpq    %rax, %rcx
        movq    %rdi, %rax
        jne     3f                      // next has never run, or left by cr_mcall
        movl    (%rsp), %ecx
        cmpl    (%r8), %ecx
        jne     1f
        movzwl  4(%rsp), %ecx
        cmpw    4(%r8), %cx
        je      2f
1:
.Lgo_on:
        ldmxcsr (%rsp)
        fldcw   4(%rsp)
2:      addq    $8, %rsp
        popq    %r15
        popq    %r14
        popq    %r13
        popq    %r12
        popq    %rbx
        popq    %rbp
        .cfi_adjust_cfa_offset -56
        retq
        .cfi_adjust_cfa_offset 56
3:      jmpq    *%rcx
        .cfi_endproc
        .size   cr_switch, .-cr_switch

// cr_go_stub is called as if it were the goroutine's function; r10 holds the descriptor. It saves all
// argument registers and calls cr_go_start(desc, registers, stack arguments, pc).
//     registers (struct go_regs): rdi rsi rdx rcx r8 r9, eax, x87 control word, flags (go.c fills them in),
//     mxcsr, 8 vector registers of 64 bytes
        .globl  cr_go_stub
        .type   cr_go_stub, @function
        .p2align 4
cr_go_stub:
        .cfi_startproc
        pushq   %rbp
        .cfi_def_cfa_offset 16
        .cfi_offset %rbp, -16
        movq    %rsp, %rbp
        .cfi_def_cfa_register %rbp
        subq    $576, %rsp
        andq    $-64, %rsp
        movq    %rdi, 0(%rsp)
        movq    %rsi, 8(%rsp)
        movq    %rdx, 16(%rsp)
        movq    %rcx, 24(%rsp)
        movq    %r8, 32(%rsp)
        movq    %r9, 40(%rsp)
        movl    %eax, 48(%rsp)
        fnstcw  52(%rsp)
        stmxcsr 60(%rsp)
        testl   $1, 12(%r10)            // desc->flags: no argument lies in a vector register
        je      4f
        cmpl    $1, cr_vector_level(%rip)
        jg      3f
        je      2f
        movaps  %xmm0, 64(%rsp)
        movaps  %xmm1, 128(%rsp)
        movaps  %xmm2, 192(%rsp)
        movaps  %xmm3, 256(%rsp)
        movaps  %xmm4, 320(%rsp)
        movaps  %xmm5, 384(%rsp)
        movaps  %xmm6, 448(%rsp)
        movaps  %xmm7, 512(%rsp)
        jmp     4f
2:      vmovaps %ymm0, 64(%rsp)
        vmovaps %ymm1, 128(%rsp)
        vmovaps %ymm2, 192(%rsp)
        vmovaps %ymm3, 256(%rsp)
        vmovaps %ymm4, 320(%rsp)
        vmovaps %ymm5, 384(%rsp)
        vmovaps %ymm6, 448(%rsp)
        vmovaps %ymm7, 512(%rsp)
        jmp     4f
3:      vmovaps %zmm0, 64(%rsp)
        vmovaps %zmm1, 128(%rsp)
        vmovaps %zmm2, 192(%rsp)
        vmovaps %zmm3, 256(%rsp)
        vmovaps %zmm4, 320(%rsp)
        vmovaps %zmm5, 384(%rsp)
        vmovaps %zmm6, 448(%rsp)
        vmovaps %zmm7, 512(%rsp)
4:      movq    %r10, %rdi
        movq    %rsp, %rsi
        leaq    16(%rbp), %rdx
        movq    8(%rbp), %rcx
        pushq   %r10
        subq    $8, %rsp
        callq   cr_go_start
        movq    8(%rsp), %r10
        testl   $2, 12(%r10)            // the caller drops a long double: there must be one
        je      5f
        fldz
5:      leave
        .cfi_def_cfa %rsp, 8
        retq
        .cfi_endproc
        .size   cr_go_stub, .-cr_go_stub

// cr_go_entry is where a new goroutine begins. Its stack, from sp upwards (go.c built it):
//     this address | fn | (8 pad) | registers as above, 64-aligned: 576 bytes, 64 without vectors | stack arguments
        .globl  cr_go_entry
        .hidden cr_go_entry
        .type   cr_go_entry, @function
        .p2align 4
cr_go_entry:
        .cfi_startproc
        .cfi_undefined %rip
        movq    %rax, %rdi
        callq   cr_go_begin             // leaves runtime code; sp is 16-aligned here
        movq    16(%rsp), %rdi
        movq    24(%rsp), %rsi
        movq    32(%rsp), %rdx
        movq    40(%rsp), %rcx
        movq    48(%rsp), %r8
        movq    56(%rsp), %r9
        movl    64(%rsp), %eax
        fldcw   68(%rsp)
        ldmxcsr 76(%rsp)
        movl    72(%rsp), %ebx          // the flags, for when fn has returned
        movq    (%rsp), %r11
        addq    $80, %rsp               // the vectors, or the stack arguments
        testl   $1, %ebx
        je      4f
        cmpl    $1, cr_vector_level(%rip)
        jg      3f
        je      2f
        movaps  0(%rsp), %xmm0
        movaps  64(%rsp), %xmm1
        movaps  128(%rsp), %xmm2
        movaps  192(%rsp), %xmm3
        movaps  256(%rsp), %xmm4
        movaps  320(%rsp), %xmm5
        movaps  384(%rsp), %xmm6
        movaps  448(%rsp), %xmm7
        jmp     6f
2:      vmovaps 0(%rsp), %ymm0
        vmovaps 64(%rsp), %ymm1
        vmovaps 128(%rsp), %ymm2
        vmovaps 192(%rsp), %ymm3
        vmovaps 256(%rsp), %ymm4
        vmovaps 320(%rsp), %ymm5
        vmovaps 384(%rsp), %ymm6
        vmovaps 448(%rsp), %ymm7
        jmp     6f
3:      vmovaps 0(%rsp), %zmm0
        vmovaps 64(%rsp), %zmm1
        vmovaps 128(%rsp), %zmm2
        vmovaps 192(%rsp), %zmm3
        vmovaps 256(%rsp), %zmm4
        vmovaps 320(%rsp), %zmm5
        vmovaps 384(%rsp), %zmm6
        vmovaps 448(%rsp), %zmm7
6:      addq    $512, %rsp
4:      xorl    %ebp, %ebp
        callq   *%r11
        testl   $2, %ebx                // what it returned must not stay in the thread's x87 registers
        je      5f
        fstp    %st(0)
5:      callq   cr_go_return            // returns who goes on and the M, or never: nothing is left on the stack of return addresses
        movq    %rax, %rsi
        movq    M_CURG(%rdx), %rdi
        movq    %rsp, %r8
        stmxcsr (%rsp)
        fnstcw  4(%rsp)
        leaq    .Lgo_on(%rip), %rax
        jmp     .Lpass
        .cfi_endproc
        .size   cr_go_entry, .-cr_go_entry

        .section .note.GNU-stack,"",@progbits
