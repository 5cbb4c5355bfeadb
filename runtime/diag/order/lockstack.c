// SPDX-License-Identifier: Apache-2.0
// lockstack.c: unwinding, what of it belongs to an earlier acquisition, and the table of stacks.
//
// Called under the lock of the watch (lockorder.c), but for lockstack_here.
#define UNW_LOCAL_ONLY
#include "diag/order/lockstack.h"

#include <libunwind.h>
#include <string.h>
#include <sys/mman.h>

#include "base/check.h"
#include "diag/dump/unwind.h"
#include "race/race.h"

// Numbers: a calling context of the detector's has the top bit; others are places in the table, where the
// length comes first. 0 is an empty stack: the table is full.
#define IS_CTX (1u << 31)
enum { WORDS = 1 << 22, INDEX = 1 << 18, PROBES = 64 };

static uintptr_t *words;   // mapped when first needed
static uint32_t *indices;  // open addressing: places
static uint32_t used = 1;

void lockstack_here(struct stack_now *u, uintptr_t pc_of_call) {
  unw_context_t uc;
  unw_cursor_t c;
  u->n = 0;
  race_hide_begin();
  unw_getcontext(&uc);
  if (unw_init_local(&c, &uc) >= 0)
    while (u->n < UNWOUND) {
      unw_word_t pc = 0, sp = 0;
      if (unw_get_reg(&c, UNW_REG_IP, &pc) < 0 || pc == 0) break;
      bool more = unw_step(&c) > 0 && unw_get_reg(&c, UNW_REG_SP, &sp) >= 0;
      u->pc[u->n] = pc;
      u->cfa[u->n++] = more ? sp : UINTPTR_MAX;
      if (!more) break;
    }
  for (u->first = 0; u->first < u->n && u->pc[u->first] != pc_of_call;) u->first++;
  race_hide_end();
}

// word_at is the word that lay at addr when s was noted; 0: it was not copied.
static uintptr_t word_at(const struct site *s, uintptr_t addr) {
  uintptr_t i = (addr - s->sp) / sizeof(uintptr_t);
  return addr >= s->sp && i < SITE_WORDS ? s->word[i] : 0;
}

// returned_to finds the address in the function of frame to which a caller that is gone would have returned; 0: it
// is not among the words.
static uintptr_t returned_to(const struct site *s, uintptr_t frame) {
  for (size_t i = 0; i < SITE_WORDS; i++)
    if (unwind_same_function(s->word[i], frame)) return s->word[i];
  return 0;
}

// rebuild writes the stack of s: its own call, and the frames that were below it and have not returned. Where
// they have, and are called again from another place, the words of then say from where.
static size_t rebuild(const struct site *s, const struct stack_now *u, uintptr_t *pcs) {
  size_t n = 0, i = u ? u->first : 0;
  uintptr_t then;
  pcs[n++] = s->pc;
  if (!u) return n;
  while (i < u->n && u->cfa[i] <= s->sp) i++;
  if (i == u->n) return n;
  if (s->sp && !unwind_same_function(s->pc, u->pc[i])) {
    if (!(then = returned_to(s, u->pc[i]))) return n;
    pcs[n++] = then;
  }
  for (; i + 1 < u->n && n < REPORT_PCS; i++) {
    then = s->sp ? word_at(s, u->cfa[i] - sizeof then) : 0;
    if (then && then != u->pc[i + 1] && !unwind_same_function(then, u->pc[i + 1])) return n;
    pcs[n++] = then ? then : u->pc[i + 1];
  }
  return n;
}

static bool make_table(void) {
  if (words) return true;
  size_t a = WORDS * sizeof *words, b = INDEX * sizeof *indices;
  char *p = mmap(NULL, a + b, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) return false;
  words = (uintptr_t *)p;
  indices = (uint32_t *)(p + a);
  return true;
}

static uint32_t intern(const uintptr_t *pcs, size_t n) {
  uint64_t h = n;
  if (!make_table()) return 0;
  for (size_t i = 0; i < n; i++) h = (h ^ pcs[i]) * 0x9e3779b97f4a7c15u ^ h >> 29;
  for (uint32_t i = 0; i < PROBES; i++) {
    uint32_t *at = &indices[((uint32_t)(h >> 32) + i) % INDEX];
    if (!*at) {
      if (used + n + 1 > WORDS) return 0;
      *at = used;
      words[used] = n;
      memcpy(&words[used + 1], pcs, n * sizeof *pcs);
      used += (uint32_t)n + 1;
      return *at;
    }
    if (words[*at] == n && memcmp(&words[*at + 1], pcs, n * sizeof *pcs) == 0) return *at;
  }
  return 0;
}

uint32_t lockstack_of(const struct site *s, const struct stack_now *u) {
  if (s->ctx) return s->ctx | IS_CTX;
  uintptr_t pcs[REPORT_PCS];
  return intern(pcs, rebuild(s, u, pcs));
}

void lockstack_read(uint32_t number, struct report_stack *out) {
  out->is_return = true;
  if (number & IS_CTX) {
    out->n = race_context_stack(number & ~IS_CTX, out->pc, REPORT_PCS);
    return;
  }
  out->n = 0;
  if (!number) return;
  out->n = words[number];
  memcpy(out->pc, &words[number + 1], out->n * sizeof *out->pc);
}
