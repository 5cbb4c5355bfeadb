// SPDX-License-Identifier: Apache-2.0
// labels.h: the labels of goroutines: sets of key and value that are shared and never change.
#ifndef CRUN_LABELS_H
#define CRUN_LABELS_H

#include "crun/go.h"
#include "sched/g.h"

enum { LABELS_TEXT = 128 };  // of which a trace shows at most so much

// labels_inherit gives gp, which is being made, the labels of its creator (nil: none) and more of its own.
void labels_inherit(struct g *gp, const struct g *creator, const cr_label *more, size_t n);

// labels_drop takes all labels from a goroutine that has ended.
void labels_drop(struct g *gp);

// labels_print writes those of any goroutine as `key=value, key=value`; false: it has none, or they are just
// being changed by a thread that is gone.
bool labels_print(struct g *gp, char text[LABELS_TEXT]);

// labels_tell tells the detector what labels gp has.
void labels_tell(struct g *gp);

// Around fork.
void labels_lock(void);
void labels_unlock(void);

#endif
