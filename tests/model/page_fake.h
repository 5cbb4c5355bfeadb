// SPDX-License-Identifier: Apache-2.0
// page_fake.h stands in for the atomics and the kernel under race/page_lock.[ch]: each is a step of the model, and what a
// thread stores lies in its store buffer until it or the model empties that, as on x86.
#ifndef MODEL_PAGE_FAKE_H
#define MODEL_PAGE_FAKE_H

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE_STRIPE_BITS 6
#define PAGE_PATIENCE 0       // who locked a stripe once is its favourite
#define PAGE_PATIENCE_STEP 0
#define PAGE_USERS 4          // the others of 256 do nothing

uint64_t model_load(const void *at, size_t size, int order);
void model_store(void *at, size_t size, uint64_t value);
uint32_t model_exchange(void *at, uint32_t value);
void model_pause(void);  // until somebody's store has arrived
long model_syscall(long number, ...);

#define __atomic_load_n(at, order)                            \
  ({                                                          \
    uint64_t bits_ = model_load((at), sizeof *(at), (order)); \
    __typeof__(*(at) + 0) value_ = 0;                         \
    memcpy(&value_, &bits_, sizeof *(at));                    \
    value_;                                                   \
  })
#define __atomic_store_n(at, v, order)             \
  ({                                               \
    __typeof__(*(at)) stored_ = (v);               \
    uint64_t bits_ = 0;                            \
    memcpy(&bits_, &stored_, sizeof stored_);      \
    model_store((at), sizeof stored_, bits_);      \
  })
#define __atomic_exchange_n(at, v, order) model_exchange((at), (v))
#define __builtin_ia32_pause model_pause
#define syscall model_syscall

#endif
