// SPDX-License-Identifier: Apache-2.0
// lockorder_tell.h: the reports of what the lock-order watch predicts.
#ifndef CRUN_DIAG_LOCKORDER_TELL_H
#define CRUN_DIAG_LOCKORDER_TELL_H

#include "diag/order/lockgraph.h"
#include "diag/order/lockwait.h"

struct telling;

// telling_of copies what is to be said of c, under the lock of the watch; nil: no memory. telling_tell says it,
// without, and frees t.
struct telling *telling_of(const struct lock_graph *g, const struct cycle *c);
struct telling *telling_of_wait(const struct lock_graph *g, const struct hang *h);
void telling_tell(struct telling *t);

#endif
