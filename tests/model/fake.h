// SPDX-License-Identifier: Apache-2.0
// fake.h stands in for the runtime's base and scheduler, so that a file of runtime/ runs in the model.
//
// It is included before the file (-include) and has the guards of the real headers. Each atomic
// operation is a step: before it, any other thread of the model may run. What a step returns goes
// into the thread's history, which stands for its local state.
#ifndef MODEL_FAKE_H
#define MODEL_FAKE_H

#define CRUN_BASE_ATOMIC_H
#define CRUN_BASE_CHECK_H
#define CRUN_BASE_LOCK_H
#define CRUN_BASE_RSEQ_H
#define CRUN_G_H
#define CRUN_SCHED_H
#define CRUN_DIAG_LOCKORDER_H
#define CRUN_WAKE_H
#ifndef MODEL_WAITFOR
#define CRUN_DIAG_WAITFOR_H
#endif
#define CRUN_DIAG_MISUSE_H
#define CRUN_DIAG_CALLSITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void model_step(void);                // another thread may run here
void model_saw(uint64_t value);       // what the running thread learned
void model_wait(bool (*ready)(void *arg), void *arg);  // a step that needs ready
_Noreturn void throw(const char *what);

#define MODEL_OP(expr)                 \
  __extension__({                      \
    model_step();                      \
    __auto_type model_v_ = (expr);     \
    model_saw((uint64_t)model_v_);     \
    model_v_;                          \
  })
#ifdef MODEL_TSO  // stores of rseq_store_if reach the others late: plain_model.c
void model_own(const void *at, void *value, size_t n);  // what the thread itself stored there, if that is on its way
void model_drain(void);
#define MODEL_GET(p) __extension__({ __auto_type g_ = *(p); model_own((const void *)(p), &g_, sizeof g_); g_; })
#else
#define MODEL_GET(p) (*(p))
static inline void model_drain(void) {}
#endif
#define MODEL_RMW(p, new_of_o)   \
  MODEL_OP(__extension__({       \
    model_drain();               \
    __auto_type o_ = *(p);       \
    *(p) = (new_of_o);           \
    o_;                          \
  }))
#define load_rlx(p) MODEL_OP(MODEL_GET(p))
#define load_acq(p) MODEL_OP(MODEL_GET(p))
#define store_rlx(p, v) ((void)MODEL_OP(*(p) = (v)))
#define store_rel(p, v) ((void)MODEL_OP(*(p) = (v)))
#define add_rel(p, v) MODEL_RMW(p, o_ + (v))
#define add_acq_rel(p, v) add_rel(p, v)
#define and_rlx(p, v) MODEL_RMW(p, o_ & (v))
#define or_rlx(p, v) MODEL_RMW(p, o_ | (v))
#define MODEL_CAS(p, old, new)                                  \
  __extension__({                                               \
    model_step();                                               \
    model_drain();                                              \
    bool ok_ = *(p) == *(old);                                  \
    if (ok_) *(p) = (new);                                      \
    else *(old) = *(p);                                         \
    model_saw((uint64_t)*(old) * 2 + ok_);                      \
    ok_;                                                        \
  })
#define cas_rlx(p, old, new) MODEL_CAS(p, old, new)
#define cas_acq(p, old, new) MODEL_CAS(p, old, new)
#define cas_rel(p, old, new) MODEL_CAS(p, old, new)
#define cas_acq_rel(p, old, new) MODEL_CAS(p, old, new)

#define CHECK(cond) ((cond) ? (void)0 : throw(#cond))
#define DCHECK(cond) CHECK(cond)

struct lock {
  _Atomic uint32_t word;
};
void lock(struct lock *l);
void unlock(struct lock *l);

#ifdef MODEL_TSO
static inline bool rseq_is_usable(void) { return true; }
bool rseq_store_if(_Atomic uint64_t *word, uint64_t old, uint64_t value);
void rseq_barrier(void);
#else
static inline bool rseq_is_usable(void) { return false; }
#define rseq_store_if(word, old, value) ((void)(word), (void)(value), false)
static inline void rseq_barrier(void) { throw("rseq_barrier without PLAIN"); }
#endif

struct race_g;
struct sudog;
struct g {
  uint64_t goid;
  struct sudog *waiting;
  void *param;
  struct race_g *race;
  _Atomic uint32_t select_done, status, trimming;
  uint64_t blocked_at;
  _Atomic uintptr_t blocked_on;
  _Atomic uint32_t blocked_seq;
  uint32_t walk_mark, nlocked, locked_unlocks;
  uint8_t mutex_flags[16];
  struct read_holds *reads;
  bool ready;
};
enum g_status { G_IDLE, G_RUNNABLE, G_RUNNING, G_WAITING, G_DEAD };
void sched_each(void (*fn)(struct g *gp, void *arg), void *arg);
struct g *getg(void);
static inline struct g *getg_or_nil(void) { return getg(); }

enum wait_reason {
  WAIT_CHAN_RECV, WAIT_CHAN_SEND, WAIT_CHAN_RECV_NIL, WAIT_CHAN_SEND_NIL, WAIT_SELECT, WAIT_SELECT_EMPTY,
  WAIT_MUTEX, WAIT_RWMUTEX_R, WAIT_RWMUTEX_W, WAIT_WAITGROUP, WAIT_COND, WAIT_SEMA, WAIT_ONCE,
};
typedef bool (*park_commit)(struct g *gp, void *arg);
void park(park_commit commit, void *arg, enum wait_reason why);
void park_unlock(struct lock *l, enum wait_reason why);
#define park_sure park
void ready(struct g *gp);
int64_t nanotime(void);
uint32_t cheaprand(void);
bool can_spin(void);
static inline int sched_procs(void) { return 1; }
static inline void cpu_relax(void) {}

// The watch over lock orders is off.
#define lockorder_is_on() 0
#define lockorder_acquired_by(gp, lock, id, how, pc) ((void)(pc))
#define lockorder_released_by(gp, lock, id) ((void)0)
#define lockorder_acquired(lock, id, how, pc) ((void)0)
#define lockorder_released(lock, id) ((void)0)
#define lockorder_publish(object) ((void)0)
#define lockorder_learn(object) ((void)0)
#define lockorder_operation(object, completes, open, pc) ((void)(pc))
#define lockorder_waits(object, pc) ((void)(pc))
#define lockorder_waited(object) ((void)0)

typedef uint64_t callsite;
struct place {
  callsite at;
  uint64_t goid;
};
#define callsite_here(gp) ((void)(gp), (callsite)1)
#define callsite_bare(pc) ((callsite)(pc))
#define callsite_note(at) ((void)(at))
#define callsite_set(field, at) ((void)(at))
#define callsite_context(at) ((void)(at), 0u)
#define callsite_pc(at) ((uintptr_t)(at))
struct misuse {
  const char *rule, *title, *does, *earlier;
  const void *object;
  uintptr_t pc;
  struct place before;
};
static inline void misuse_tell(const struct misuse *m) { throw(m->title); }
_Noreturn static inline void misuse_panic(const struct misuse *m, const char *text) { throw(m ? text : NULL); }

#ifdef MODEL_WAITFOR
#define load_seq(p) MODEL_OP(*(p))
#define store_seq(p, v) ((void)MODEL_OP(*(p) = (v)))
#define cas_seq(p, old, new) MODEL_CAS(p, old, new)

// Memory that a run takes is there again for the next one.
#define calloc model_calloc
#define realloc model_realloc
#define free model_free
#define sched_yield model_yield
#else
// What is noted for reports is nobody's business here.
enum blocked { BLOCKED_MUTEX = 1, BLOCKED_ONCE, BLOCKED_WRITER, BLOCKED_READERS, BLOCKED_READ };
#define waitfor_taken(m, gp, at) ((void)(at))
#define waitfor_given(m, gp, at) ((void)(gp))
static inline callsite fake_left(callsite at) { return at; }
#define waitfor_left(m, gp, at) fake_left(at)
#define waitfor_kept(m, gp, before) ((void)(before))
#define waitfor_is_copy(m) false
#define waitfor_begin(gp, lock, what, at) ((void)(gp), (void)(what), (void)(at))
#define waitfor_end(gp) ((void)(gp))
#define waitfor_read_begin(gp, rw, at) ((void)(at))
#define waitfor_read_end(gp, rw) true
#define waitfor_misuse(m, rule, pc) ((void)0)
#define park_blocked(l, why) park_unlock(l, why)
#endif
static inline void rt_enter(void) {}
static inline void rt_exit(void) {}

#endif
