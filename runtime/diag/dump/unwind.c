// SPDX-License-Identifier: Apache-2.0
// unwind.c: libunwind from a handler's context, from here, or from what switch.S left on a stack.
#define UNW_LOCAL_ONLY
#include "diag/dump/unwind.h"

#include <libunwind.h>
#include <string.h>
#include <ucontext.h>

#include "sched/switch.h"

static void unwind(unw_context_t *uc, struct unwound *u) {
  unw_cursor_t c;
  u->n = 0;
  if (unw_init_local2(&c, uc, u->first_is_return ? 0 : UNW_INIT_SIGNAL_FRAME) < 0) return;
  do {
    unw_word_t pc = 0;
    if (unw_get_reg(&c, UNW_REG_IP, &pc) < 0 || pc == 0) break;
    *unwound_pc(u, u->n++) = pc;
  } while (unw_step(&c) > 0);
}

void unwind_caller(struct unwound *u) {
  unw_context_t uc;
  unw_getcontext(&uc);
  u->first_is_return = true;
  unwind(&uc, u);
}

void unwind_signalled(void *context, struct unwound *u) {
  u->first_is_return = false;
  unwind(context, u);
}

// parked_context makes the context with which gp's parking function will return.
static void parked_context(struct g *gp, unw_context_t *uc) {
  void **sp = gp->sp;  // address, control words, r15 r14 r13 r12 rbx rbp, return address
  memset(uc, 0, sizeof *uc);
  greg_t *r = uc->uc_mcontext.gregs;
  r[REG_R15] = (greg_t)sp[2];
  r[REG_R14] = (greg_t)sp[3];
  r[REG_R13] = (greg_t)sp[4];
  r[REG_R12] = (greg_t)sp[5];
  r[REG_RBX] = (greg_t)sp[6];
  r[REG_RBP] = (greg_t)sp[7];
  r[REG_RIP] = (greg_t)sp[8];
  r[REG_RSP] = (greg_t)(sp + 9);
}

void unwind_parked(struct g *gp, struct unwound *u) {
  void **sp = gp->sp;
  if (sp[0] == (void *)cr_go_entry) {  // it never ran: its function is all there is
    u->first_is_return = false;
    u->n = 1;
    u->head[0] = (uintptr_t)sp[1];
    return;
  }
  unw_context_t uc;
  parked_context(gp, &uc);
  u->first_is_return = true;
  unwind(&uc, u);
}

void unwind_frames_here(struct unwound_frames *out) {
  unw_context_t uc;
  unw_cursor_t c;
  out->n = 0;
  unw_getcontext(&uc);
  if (unw_init_local2(&c, &uc, 0) < 0) return;
  for (bool more = true; more && out->n < REPORT_PCS;) {
    unw_word_t pc = 0, sp = 0;
    if (unw_get_reg(&c, UNW_REG_IP, &pc) < 0 || pc == 0) return;
    more = unw_step(&c) > 0 && unw_get_reg(&c, UNW_REG_SP, &sp) >= 0;
    out->pc[out->n] = pc;
    out->cfa[out->n++] = more ? sp : UINTPTR_MAX;
  }
}

static uintptr_t function_of(uintptr_t return_address) {
  unw_proc_info_t info;
  return unw_get_proc_info_by_ip(unw_local_addr_space, return_address - 1, &info, NULL) == 0 ? info.start_ip : 0;
}

bool unwind_same_function(uintptr_t a, uintptr_t b) {
  uintptr_t f = function_of(a);
  return f && f == function_of(b);
}

void unwind_report(struct g *gp, struct report_stack *out) {
  struct unwound u = {.n = 0};
  struct m *mp = getm();
  uint32_t status = load_acq(&gp->status);
  if (gp->is_thread && mp && mp->curg == gp) unwind_caller(&u);
  else if (!gp->is_thread && (status == G_WAITING || status == G_RUNNABLE)) unwind_parked(gp, &u);
  *out = (struct report_stack){.is_return = u.first_is_return};
  for (; out->n < u.n && out->n < UNWIND_HEAD && out->n < REPORT_PCS; out->n++) out->pc[out->n] = u.head[out->n];
}
