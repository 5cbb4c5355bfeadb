// SPDX-License-Identifier: Apache-2.0
// select.h: wait for the first of several channel operations.
#ifndef CRUN_SELECT_H
#define CRUN_SELECT_H

#include <crun/chan.h>
#include <crun/time.h>

#pragma GCC visibility push(default)

// cr_select { ... } runs exactly one of the cases in its body:
//
//     cr_select {
//       cr_on_recv(jobs, &job)       { work(job); }
//       cr_on_recv_ok(quit, NULL, &ok) { if (!ok) return; }
//       cr_on_send(results, sum / n) { sent++; }
//       cr_on_default                { idle(); }
//     }
//
// First every channel, pointer and value is evaluated, once, in the order written. Then one case
// that can go ahead is chosen, uniformly at random among those that can; with none the default runs,
// and without a default the goroutine parks until one can. The operation is done as the case is
// chosen, then its block runs. A case on a nil channel never goes ahead; a select with no case parks
// forever; a send on a closed channel panics.
//
// break leaves the select. continue does too (the select is a loop to C), so to continue a loop
// around it use goto or a flag. A case has a block of its own, selects nest, and return or goto out
// of a block is fine. Cases may be made in a loop or under an if, and then each evaluation is a case;
// there the conditions are evaluated twice and must give the same answer both times:
//
//     cr_select { for (int i = 0; i < n; i++) cr_on_recv(c[i], &v) { printf("%d from %d\n", v, i); } }
//
// There is no limit on the number of cases. Up to 8 cases, and up to 128 bytes of values to send,
// need no memory from the heap.
//   Blocks:  the goroutine, never the thread.
//   Returns: does not apply.
//   Memory:  as the operation of the chosen case; the others have no effect.
//   Context: a goroutine or a foreign thread.
#define cr_select                                                                                \
  for (struct cr_select_state cr_sel_ __attribute__((cleanup(cr_select_end_))),                        \
       *cr_selp_ = cr_select_begin_(&cr_sel_);                                                   \
       cr_select_next_(cr_selp_);)

// cr_on_recv(c, p) receives from c into *p, as cr_chan_recv; a closed channel can always go ahead.
#define cr_on_recv(c, p)                                                                         \
  CR_ON_(cr_select_recv_(&cr_sel_, CR_CHAN_RAW_(c), CR_CHAN_DEST_("on_recv", c, p), NULL))

// cr_on_recv_ok(c, p, ok) is cr_on_recv that stores into *ok what cr_chan_recv returns.
#define cr_on_recv_ok(c, p, ok)                                                                  \
  CR_ON_(cr_select_recv_(&cr_sel_, CR_CHAN_RAW_(c), CR_CHAN_DEST_("on_recv_ok", c, p), (ok)))

// cr_on_send(c, v) sends v, converted and checked as by cr_chan_send.
#define cr_on_send(c, ...)                                                                       \
  CR_ON_(__extension__({                                                                         \
    CR_CHAN_VALUE_("on_send", c, cr_v_, __VA_ARGS__);                                            \
    cr_select_send_(&cr_sel_, CR_CHAN_RAW_(c), CR_CHAN_ADDR_(c, cr_v_),                          \
                    sizeof(CR_CHAN_ELEM_(c)));                                                   \
  }))

// cr_on_default runs when no other case can go ahead at once.
#define cr_on_default                                                                            \
  if (!(cr_sel_.collecting ? cr_select_default_(&cr_sel_) : cr_sel_.chosen == CR_SELECT_DEFAULT_)) {\
  } else

// cr_on_timeout(ns) runs when no case could go ahead for ns nanoseconds; with 0 or less it is as
// cr_on_default. A select has at most one of it.
#define cr_on_timeout(ns)                                                                        \
  if (!(cr_sel_.collecting ? cr_select_timeout_(&cr_sel_, (ns)) : cr_sel_.chosen == CR_SELECT_TIMEOUT_)) {\
  } else

// cr_select_case is one operation of a select that is built at run time, made by one of
//   cr_case_recv(c, p), cr_case_recv_ok(c, p, ok)   as cr_on_recv and cr_on_recv_ok
//   cr_case_send(c, p)                              sends *p
typedef struct cr_select_case cr_select_case;
#define cr_case_recv(chan_, p) cr_case_recv_ok(chan_, p, NULL)
#define cr_case_recv_ok(chan_, p, ok_) \
  ((cr_select_case){.c = CR_CHAN_RAW_(chan_), .elem = CR_CHAN_DEST_("case_recv", chan_, p), .ok = (ok_)})
#define cr_case_send(chan_, p) \
  ((cr_select_case){.c = CR_CHAN_RAW_(chan_), .elem = CR_CHAN_DEST_("case_send", chan_, p), .send = true})

// cr_select_cases does exactly one of the n operations in cases, as cr_select does, within timeout_ns.
// With CR_FOREVER it waits for ever, with 0 or less not at all. What is sent is read when it is taken,
// so it must not change meanwhile.
//   Blocks:  the goroutine, never the thread.
//   Returns: the index of the operation that was done, or -1 if the time has passed; panics "send on
//            closed channel".
//   Memory:  as the operation that was done; the others have no effect.
//   Context: a goroutine or a foreign thread.
int cr_select_cases(const cr_select_case *cases, unsigned n, int64_t timeout_ns);

// ---- how the macros work ------------------------------------------------------------------------

// The body runs twice. The first time each case evaluates its operands and adds itself; then
// cr_select_next_ does the operation; the second time the cases count up to the chosen one.
#define CR_ON_(add) if (!(cr_sel_.collecting ? (add) : cr_select_chosen_(&cr_sel_))) {} else

#define CR_SELECT_DEFAULT_ (-1)
#define CR_SELECT_TIMEOUT_ (-2)
#define CR_SELECT_FEW_ 8
#define CR_SELECT_BYTES_ 128

struct cr_select_case {
  struct cr_chan *c;
  void *elem;  // where to receive to, or the copy of what to send
  bool *ok;    // a receive: may be NULL
  bool send;
};

struct cr_select_state {
  struct cr_select_case *cases;  // few, or from the heap
  unsigned n, cap;
  unsigned bytes_used;           // of bytes
  int chosen;                    // index in cases, or CR_SELECT_DEFAULT_
  int next;                      // second pass: the index of the next case
  unsigned char phase;           // 0 new, 1 collecting, 2 chosen
  bool collecting;
  bool has_default, has_timeout;
  int64_t timeout_ns;
  void *heap;                    // list of blocks to free at the end
  struct cr_select_case few[CR_SELECT_FEW_];
  char bytes[CR_SELECT_BYTES_] __attribute__((aligned(16)));
};

bool cr_select_next_(struct cr_select_state *s);
bool cr_select_recv_(struct cr_select_state *s, struct cr_chan *c, void *elem, bool *ok);
bool cr_select_send_(struct cr_select_state *s, struct cr_chan *c, const void *elem, size_t n);
void cr_select_free_(struct cr_select_state *s);

static inline struct cr_select_state *cr_select_begin_(struct cr_select_state *s) {
  s->cases = s->few;
  s->n = s->bytes_used = 0;
  s->cap = CR_SELECT_FEW_;
  s->chosen = CR_SELECT_DEFAULT_;
  s->next = 0;
  s->phase = 0;
  s->collecting = s->has_default = s->has_timeout = false;
  s->timeout_ns = 0;
  s->heap = NULL;
  return s;
}

static inline void cr_select_end_(struct cr_select_state *s) {
  if (s->heap) cr_select_free_(s);
}

static inline bool cr_select_default_(struct cr_select_state *s) {
  s->has_default = true;
  return false;
}

static inline bool cr_select_timeout_(struct cr_select_state *s, int64_t ns) {
  s->has_timeout = true;
  s->timeout_ns = ns;
  return false;
}

static inline bool cr_select_chosen_(struct cr_select_state *s) { return s->next++ == s->chosen; }

#pragma GCC visibility pop

#endif
