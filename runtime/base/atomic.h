// SPDX-License-Identifier: Apache-2.0
// atomic.h: C11 atomics with the memory order in the name.
#ifndef CRUN_BASE_ATOMIC_H
#define CRUN_BASE_ATOMIC_H

#include <stdatomic.h>

#define load_rlx(p) atomic_load_explicit((p), memory_order_relaxed)
#define load_acq(p) atomic_load_explicit((p), memory_order_acquire)
#define load_seq(p) atomic_load_explicit((p), memory_order_seq_cst)
#define store_rlx(p, v) atomic_store_explicit((p), (v), memory_order_relaxed)
#define store_rel(p, v) atomic_store_explicit((p), (v), memory_order_release)
#define store_seq(p, v) atomic_store_explicit((p), (v), memory_order_seq_cst)
#define xchg_acq(p, v) atomic_exchange_explicit((p), (v), memory_order_acquire)
#define xchg_rel(p, v) atomic_exchange_explicit((p), (v), memory_order_release)
#define xchg_acq_rel(p, v) atomic_exchange_explicit((p), (v), memory_order_acq_rel)
#define add_rlx(p, v) atomic_fetch_add_explicit((p), (v), memory_order_relaxed)
#define add_acq(p, v) atomic_fetch_add_explicit((p), (v), memory_order_acquire)
#define add_rel(p, v) atomic_fetch_add_explicit((p), (v), memory_order_release)
#define and_rlx(p, v) atomic_fetch_and_explicit((p), (v), memory_order_relaxed)
#define or_rlx(p, v) atomic_fetch_or_explicit((p), (v), memory_order_relaxed)
#define add_acq_rel(p, v) atomic_fetch_add_explicit((p), (v), memory_order_acq_rel)
#define add_seq(p, v) atomic_fetch_add_explicit((p), (v), memory_order_seq_cst)
#define cas_rlx(p, old, new) \
  atomic_compare_exchange_strong_explicit((p), (old), (new), memory_order_relaxed, memory_order_relaxed)
#define cas_acq(p, old, new) \
  atomic_compare_exchange_strong_explicit((p), (old), (new), memory_order_acquire, memory_order_relaxed)
#define cas_rel(p, old, new) \
  atomic_compare_exchange_strong_explicit((p), (old), (new), memory_order_release, memory_order_relaxed)
#define cas_acq_rel(p, old, new) \
  atomic_compare_exchange_strong_explicit((p), (old), (new), memory_order_acq_rel, memory_order_acquire)
#define cas_seq(p, old, new) \
  atomic_compare_exchange_strong_explicit((p), (old), (new), memory_order_seq_cst, memory_order_seq_cst)

#endif
