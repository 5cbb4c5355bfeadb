// SPDX-License-Identifier: Apache-2.0
// nap.h: an idle M that naps and looks, against who starts a goroutine and wakes nobody meanwhile.
//
//     who starts:  put the goroutine (R8);   (compiler barrier);     drowsy? then wake nobody
//     who naps:    drowsy = false;           membarrier;             is there work? (A8) then wake somebody
//
// membarrier makes every running thread pass a full fence between the two, so one of the two sees the other.
// tests/model/nap_model.c runs this file under every interleaving.
#ifndef CRUN_NAP_H
#define CRUN_NAP_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/atomic.h"
#include "base/os.h"

// nap_begin tells whether this M may nap: one does at a time.
static inline bool nap_begin(_Atomic bool *drowsy) {
  bool no = false;
  return cas_acq_rel(drowsy, &no, true);
}

// nap_end is followed by a look for work.
static inline void nap_end(_Atomic bool *drowsy) {
  store_seq(drowsy, false);
  os_barrier();
}

// nap_spares tells who has put a goroutine that an M looks every so often, so that nobody need be woken.
static inline bool nap_spares(const _Atomic bool *drowsy) {
  atomic_signal_fence(memory_order_seq_cst);  // R8: membarrier makes this a real fence
  return load_rlx(drowsy);
}

#endif
