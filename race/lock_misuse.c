// SPDX-License-Identifier: Apache-2.0
// lock_misuse.c: misuse of a pthread mutex, as a finding (report.h).
//
// Both sides are told: the call, and where m was used last before it, which its shadow knows (libc_lock.c).
#include "lock_misuse.h"

#include <errno.h>
#include <stdio.h>

#include "epoch.h"
#include "ginfo.h"
#include "inside.h"
#include "race.h"
#include "report.h"
#include "self.h"
#include "shadow.h"
#include "slot.h"
#include "thread.h"
#include "word.h"

enum { HEADING = 112 };

// heading writes "Thread 2 unlocks mutex 0x... at".
static void heading(char *to, const struct ginfo *who, const char *does, const pthread_mutex_t *m) {
  const char *kind = who->is_thread ? "thread" : "goroutine";
  int n = who->goid == 1 ? snprintf(to, HEADING, "Main %s", kind)
                         : snprintf(to, HEADING, "%c%s %llu", kind[0] - 'a' + 'A', kind + 1, (unsigned long long)who->goid);
  snprintf(to + n, HEADING - n, " %s mutex %p at", does, (const void *)m);
}

// last_use finds the newest use of m in its shadow: who (with a reference, or nil) and from where.
static struct ginfo *last_use(const pthread_mutex_t *m, ctx_id *ctx) {
  uintptr_t a = (uintptr_t)m;
  struct ginfo *who = NULL;
  uint8_t was = inside_enter();
  page_lock(a);
  uint64_t x = word_get(shadow_of(a), 0);
  if ((x & CELL_KIND) == (CELL_READ | CELL_ATOMIC) && x >> a % 8 & 1) {
    struct epoch e = epoch_get(cell_epoch(x));
    *ctx = ctx_of_byte(cell_ctx(x), a % 8);
    who = slot_owner(e.slot, e.clk);
  }
  page_unlock(a);
  inside_leave(was);
  return who;
}

static void tell(const pthread_mutex_t *m, uintptr_t pc, const char *rule, const char *title, const char *does) {
  race_g *g = g_self();
  if (!g) return;
  int error = errno;
  char call[HEADING], use[HEADING];
  struct report_part part[2] = {{.role = "call", .heading = call, .goid = g->info->goid, .object = (uintptr_t)m,
                                 .stack = {.pc = {pc}, .n = 1, .is_return = true}, .identifies = true}};
  heading(call, g->info, does, m);
  uint32_t here = race_context(pc);
  if (here) part[0].stack.n = race_context_stack(here, part[0].stack.pc, REPORT_PCS);
  ctx_id at = 0;
  struct ginfo *who = last_use(m, &at);
  if (who) {
    heading(use, who, "last locked", m);
    part[1] = (struct report_part){.role = "earlier", .heading = use, .goid = who->goid, .object = (uintptr_t)m,
                                   .stack = {.is_return = true}};
    part[1].stack.n = race_context_stack(at, part[1].stack.pc, REPORT_PCS);
  }
  report_tell(&(struct report){.kind = REPORT_MISUSE, .rule = rule, .title = title, .part = part, .nparts = who ? 2 : 1});
  ginfo_unref(who);
  errno = error;
}

// checks_itself: unlock fails with EPERM, and the program may rely on that.
static bool checks_itself(const pthread_mutex_t *m) {
  int kind = __atomic_load_n(&m->__data.__kind, __ATOMIC_RELAXED) & 0x7f, type = kind & 3;
  return type == PTHREAD_MUTEX_RECURSIVE || type == PTHREAD_MUTEX_ERRORCHECK || kind > 3;
}

void lock_misuse_unlock(const pthread_mutex_t *m, uintptr_t pc) {
  pid_t owner = __atomic_load_n(&m->__data.__owner, __ATOMIC_RELAXED);
  if (__builtin_expect(thread_is(owner), 1) || checks_itself(m)) return;
  if (owner) tell(m, pc, "pthread-unlock-foreign", "MISUSE: unlock of a pthread mutex that another thread locked", "unlocks");
  else tell(m, pc, "pthread-unlock-unlocked", "MISUSE: unlock of a pthread mutex that is not locked", "unlocks");
}

void lock_misuse_destroy(const pthread_mutex_t *m, uintptr_t pc) {
  if (__atomic_load_n(&m->__data.__owner, __ATOMIC_RELAXED) == 0) return;
  tell(m, pc, "pthread-destroy-locked", "MISUSE: destroy of a pthread mutex that is locked", "destroys");
}
