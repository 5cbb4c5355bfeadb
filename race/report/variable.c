// SPDX-License-Identifier: Apache-2.0
// variable.c: finds what an address is.
//
// Thread-locals: the block of a module that was loaded at the start lies at the same distance below
// every thread's pointer. The distance is known from this thread; the pointers are this thread's, the main
// thread's, and those found at the top of other threads' stacks, where glibc keeps them.
#include "variable.h"

#include <link.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

// ---- thread-local storage ----------------------------------------------------------------------------

static uintptr_t main_pointer;

__attribute__((constructor)) static void know_main(void) { main_pointer = (uintptr_t)__builtin_thread_pointer(); }

struct tls_search {
  uintptr_t addr, here, pointer;  // this thread's pointer and the owner's
  size_t size;
  struct variable *out;
};

static int search_module(struct dl_phdr_info *info, size_t size, void *arg) {
  struct tls_search *s = arg;
  if (size < offsetof(struct dl_phdr_info, dlpi_tls_data) + sizeof(void *) || !info->dlpi_tls_data) return 0;
  uintptr_t distance = s->here - (uintptr_t)info->dlpi_tls_data;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *ph = &info->dlpi_phdr[i];
    if (ph->p_type != PT_TLS) continue;
    uintptr_t block = s->pointer - distance;
    bool is_static = distance < 1u << 24;
    if ((!is_static && s->pointer != s->here) || s->addr - block >= ph->p_memsz) continue;
    const void *in_module = (const void *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
    return symbolize_tls(in_module, s->addr - block, s->size, &s->out->data);
  }
  return 0;
}

static bool in_block_of(uintptr_t pointer, uintptr_t addr, size_t size, struct variable *out) {
  struct tls_search s = {addr, (uintptr_t)__builtin_thread_pointer(), pointer, size, out};
  return pointer && dl_iterate_phdr(search_module, &s);
}

static bool contains(const struct ginfo *who, uintptr_t addr) {
  return addr >= atomic_load_explicit(&who->stack_lo, memory_order_relaxed) &&
         addr < atomic_load_explicit(&who->stack_hi, memory_order_relaxed);
}

// pointer_on_stack finds a thread's pointer at the top of its stack: a block that begins with its own
// address and has it a second time. The thread may be gone, and its stack.
static uintptr_t pointer_on_stack(const struct ginfo *who) {
  enum { TOP = 16384, ALIGN = 64, SELF = 16 };
  static uintptr_t top[TOP / sizeof(uintptr_t)];  // under the report's lock
  uintptr_t hi = atomic_load_explicit(&who->stack_hi, memory_order_relaxed), lo = hi - TOP;
  struct iovec mine = {top, TOP}, its = {(void *)lo, TOP};
  if (hi < TOP || hi % ALIGN || process_vm_readv(getpid(), &mine, 1, &its, 1, 0) != TOP) return 0;
  for (size_t at = TOP - ALIGN; at > 0; at -= ALIGN)
    if (top[at / 8] == lo + at && top[(at + SELF) / 8] == lo + at) return lo + at;
  return 0;
}

static bool find_tls(uintptr_t addr, size_t size, struct ginfo *const *who, size_t n, const struct ginfo *current,
                     struct variable *out) {
  out->owner = current && current->is_thread ? current : NULL;
  if (in_block_of((uintptr_t)__builtin_thread_pointer(), addr, size, out)) return true;
  for (size_t i = 0; i < n; i++) {
    bool is_first = who[i]->goid == 1;
    if (!is_first && (!who[i]->is_thread || !contains(who[i], addr))) continue;
    out->owner = who[i];
    if (in_block_of(is_first ? main_pointer : pointer_on_stack(who[i]), addr, size, out)) return true;
  }
  out->owner = NULL;
  return false;
}

// ---- the rest ------------------------------------------------------------------------------------------

static bool find_stack(uintptr_t addr, struct ginfo *const *who, size_t n, struct variable *out) {
  for (size_t i = 0; i < n; i++) {
    if (!contains(who[i], addr)) continue;
    out->owner = who[i];
    return true;
  }
  return false;
}

static void describe_block(uintptr_t addr, struct variable *out) {
  out->offset = addr - out->block.start;
  stack_of(out->block.allocated, 0, &out->allocated);
  stack_of(out->block.freed, 0, &out->freed);
}

static enum where where(uintptr_t addr, size_t size, struct ginfo *const *who, size_t n, const struct ginfo *current,
                        ctx_id freed_at, struct variable *out) {
  if (heap_find_freed(addr, freed_at, &out->block)) return WHERE_HEAP;
  bool was_block = heap_find(addr, &out->block);
  if (was_block && !out->block.is_freed) return WHERE_HEAP;
  if (find_tls(addr, size, who, n, current, out)) return WHERE_TLS;
  if (find_stack(addr, who, n, out)) return WHERE_STACK;
  if (symbolize_data(addr, size, &out->data)) return WHERE_GLOBAL;
  return was_block ? WHERE_HEAP : WHERE_UNKNOWN;
}

void variable_find(uintptr_t addr, size_t size, struct ginfo *const *who, size_t n, const struct ginfo *current,
                   ctx_id freed_at, struct variable *out) {
  out->owner = NULL;
  out->offset = 0;
  out->where = where(addr, size, who, n, current, freed_at, out);
  if (out->where == WHERE_GLOBAL) out->offset = addr - out->data.addr;
  if (out->where == WHERE_HEAP) describe_block(addr, out);
}
