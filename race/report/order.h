// SPDX-License-Identifier: Apache-2.0
// order.h: what a report says of the order that the two accesses lack: locks held, and the last synchronization.
#ifndef CRUN_RACE_ORDER_H
#define CRUN_RACE_ORDER_H

#include "finding.h"
#include "output.h"

// order_text writes a paragraph for each lock held, one on which lock would help, one on the last synchronization.
void order_text(struct text *t, struct finding *f);

// order_json_locks writes "locks":[...] of one side; order_json_meeting "last_sync":{...}.
void order_json_locks(struct text *t, struct finding *f, const struct side *s);
void order_json_meeting(struct text *t, struct finding *f);

#endif
