// SPDX-License-Identifier: Apache-2.0
// report.c: what LLVM's runtime found, taken through its debugging interface and told as a finding of ours.
//
// It calls __tsan::OnReport with its locks held, on the thread that made the later access; to return true means that
// there is nothing left to print. What is called from here must not want those locks: libdw runs as its symbolizer.
#include <string.h>

#include "access.h"
#include "alloc.h"
#include "heap.h"
#include "limit.h"
#include "lockset.h"
#include "race/symbolize.h"
#include "report.h"
#include "roster.h"
#include "self.h"

enum { PCS = 128 };

// The report that is being told, by one thread at a time: the runtime's locks see to that.
static void *report;
static int nthreads, nlocs;

// ---- stacks ----------------------------------------------------------------------------------------

static bool begins(const char *s, const char *with) { return strncmp(s, with, strlen(with)) == 0; }

static const char intercepts[] = "___interceptor_";

// runtimes is the name of the function of LLVM's that return address pc is in; nil: it is another's.
static const char *runtimes(uintptr_t pc) {
  static const char *const names[] = {intercepts, "__interceptor_", "__tsan_", "_ZN6__tsan", "_ZN11__sanitizer"};
  struct sym_frame f[8];
  int n = symbolize_pc(pc, true, f, 8);
  const char *func = f[n - 1].func;
  for (size_t i = 0; func && !f[n - 1].file && i < sizeof names / sizeof *names; i++)
    if (begins(func, names[i])) return func;
  return NULL;
}

// interned numbers a stack of the report without the frames of LLVM's runtime. It comes innermost first; those that
// are interned begin outermost.
static ctx_id interned(void *const *trace) {
  uintptr_t pcs[PCS];
  uint32_t n = 0, at = PCS;
  while (n < PCS && trace[n]) n++;
  for (uint32_t i = 0; i < n; i++)
    if (trace[i] != unmaps && !runtimes((uintptr_t)trace[i])) pcs[--at] = (uintptr_t)trace[i];
  return at < PCS ? tsan_stack_put((struct tsan_stack){.pc = pcs + at, .n = PCS - at}) : 0;
}

size_t ctx_stack(ctx_id ctx, unsigned byte, uintptr_t *pcs, size_t max, bool *folded) {
  (void)byte;
  struct tsan_stack s = ctx ? tsan_stack_get(ctx) : (struct tsan_stack){0};
  size_t n = s.n < max ? s.n : max;
  for (size_t i = 0; i < n; i++) pcs[i] = s.pc[s.n - 1 - i];
  if (folded) *folded = s.n > max;
  return n;
}

ctx_id ctx_of_byte(ctx_id ctx, unsigned byte) {
  (void)byte;
  return ctx;
}

// ---- who -------------------------------------------------------------------------------------------

// who returns the info of the thread or fiber that the runtime numbers tid, with a reference; nil: it is not known.
static struct ginfo *who(int tid) {
  for (int i = 0; i < nthreads; i++) {
    void *trace[PCS + 1] = {0};
    const char *name = NULL;
    uint64_t os_id, goid = 0;
    int id = -1, running = 0, parent;
    __tsan_get_report_thread(report, (size_t)i, &id, &os_id, &running, &name, &parent, trace, PCS);
    if (id != tid) continue;
    if (tid == 0) return ginfo_ref(main_self.info);
    struct ginfo *gi = roster_find(name, &goid);
    if (gi) return gi;
    gi = ginfo_new(NULL, goid ? goid : (uint64_t)tid + 1, interned(trace), goid == 0);
    if (name && !goid) ginfo_set_name(gi, name);
    atomic_store_explicit(&gi->ended, !running, memory_order_relaxed);
    return gi;
  }
  return NULL;
}

// ---- where -----------------------------------------------------------------------------------------

// heap_find: the block that the report is about, if it is about one.
bool heap_find(uintptr_t addr, struct heap_block *out) {
  for (int i = 0; i < nlocs; i++) {
    void *trace[PCS + 1] = {0}, *at;
    const char *type = "";
    uintptr_t start = 0;
    size_t size = 0;
    int tid = 0, fd, suppressable;
    __tsan_get_report_loc(report, (size_t)i, &type, &at, &start, &size, &tid, &fd, &suppressable, trace, PCS);
    if (strcmp(type, "heap") != 0 || addr - start >= size) continue;
    struct ginfo *gi = who(tid);
    *out = (struct heap_block){.start = start, .size = size, .allocated = interned(trace)};
    if (gi) {
      out->goid = gi->goid;
      out->is_thread = gi->is_thread;
    }
    ginfo_unref(gi);
    return true;
  }
  return false;
}

// heap_find_freed: the runtime says itself when the earlier access was a free; of the block it knows nothing then.
bool heap_find_freed(uintptr_t addr, ctx_id ctx, struct heap_block *out) {
  (void)addr, (void)ctx, (void)out;
  return false;
}

// ---- locks -----------------------------------------------------------------------------------------
//
// The interface gives those of a report, but not whose each was: no access's are known.

const struct lockset lockset_lost;

bool lockset_is_told(const struct held_lock *l) {
  (void)l;
  return true;
}

// memory_limit_mb is for crun's own detector.
enum limit_stage limit_stage(void) { return LIMIT_NONE; }
void limit_note(struct text *t) { (void)t; }

// ---- races -----------------------------------------------------------------------------------------

// is_free tells whether an access is that of free, realloc or munmap, which the runtime has as a write.
static bool is_free(void *const *trace) {
  if (trace[0] == unmaps) return true;
  const char *name = trace[0] ? runtimes((uintptr_t)trace[0]) : NULL;
  if (!name || !begins(name, intercepts)) return false;
  name += sizeof intercepts - 1;
  return strcmp(name, "free") == 0 || strcmp(name, "realloc") == 0 || strcmp(name, "cfree") == 0;
}

static struct race_access access_of(size_t i) {
  void *trace[PCS + 1] = {0}, *addr = NULL;
  int tid = 0, size = 0, writes = 0, atomic = 0;
  __tsan_get_report_mop(report, i, &tid, &addr, &size, &writes, &atomic, trace, PCS);
  return (struct race_access){.addr = (uintptr_t)addr, .size = (unsigned)size, .who = who(tid), .ctx = interned(trace),
                              .locks = &lockset_lost,
                              .flags = (writes ? ACCESS_WRITE : 0) | (atomic ? ACCESS_ATOMIC : 0) |
                                       (writes && is_free(trace) ? ACCESS_FREE : 0)};
}

static void tell_race(bool was_freed) {
  struct race_report r = {.current = access_of(0), .previous = access_of(1)};
  if (was_freed) r.previous.flags |= ACCESS_WRITE | ACCESS_FREE;
  report_race(&r);
  ginfo_unref(r.current.who);
  ginfo_unref(r.previous.who);
}

static void take(void) {
  const char *kind = "";
  void *sleep_trace[1] = {0};
  int count, stacks, mops, mutexes, unique_tids;
  __tsan_get_report_data(report, &kind, &count, &stacks, &mops, &nlocs, &mutexes, &nthreads, &unique_tids, sleep_trace, 1);
  bool freed = begins(kind, "heap-use-after-free");
  if ((freed || begins(kind, "data-race")) && mops >= 2) tell_race(freed);
}

__attribute__((visibility("default"))) bool on_report(void *r, bool suppressed)
    HIDDEN_IN_RTL("_ZN6__tsan8OnReportEPKNS_10ReportDescEb");
bool on_report(void *r, bool suppressed) {
  if (suppressed) return true;
  symbolizer_enter();
  report = r;
  take();
  symbolizer_leave();
  return true;
}
