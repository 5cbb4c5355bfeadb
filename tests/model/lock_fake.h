// SPDX-License-Identifier: Apache-2.0
// lock_fake.h stands in for the atomics and the kernel under runtime/base/lock.[ch]: each is a step of the model, and what a
// thread stores lies in its store buffer until it or the model empties that, as on x86.
#ifndef MODEL_LOCK_FAKE_H
#define MODEL_LOCK_FAKE_H

#define CRUN_BASE_ATOMIC_H
#define CRUN_BASE_OS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOCK_SPINS 0

uint32_t model_load(const void *at);
void model_store(void *at, uint32_t value);
uint32_t model_add(void *at, uint32_t value);
bool model_cas(void *at, uint32_t *old, uint32_t value);

#define load_rlx(at) model_load(at)
#define store_rlx(at, v) model_store(at, v)
#define store_rel(at, v) model_store(at, v)
#define add_rlx(at, v) model_add(at, v)
#define add_seq(at, v) model_add(at, v)
#define cas_acq(at, old, v) model_cas(at, old, v)

static inline void cpu_relax(void) {}
bool os_barrier(void);
void futex_wait(_Atomic uint32_t *word, uint32_t value, int64_t timeout_ns);
void futex_wake(_Atomic uint32_t *word, int n);

#endif
