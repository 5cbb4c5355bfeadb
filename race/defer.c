// SPDX-License-Identifier: Apache-2.0
// defer.c: holds findings back while a syncvar's lock is held; defer.h says why.
#include "defer.h"

#include "benign.h"

static _Thread_local struct defer *pending __attribute__((tls_model("local-exec")));

void race_found(const struct race_report *r) {
  if (benign_covers(r->current.addr, r->current.size) && benign_covers(r->previous.addr, r->previous.size)) return;
  struct defer *d = pending;
  if (!d) {
    report_race(r);
    return;
  }
  if (d->n == DEFER_MAX) return;
  struct race_report *kept = &d->report[d->n++];
  *kept = *r;
  // The infos and the sets are the caller's only while this call lasts.
  if (kept->current.who) ginfo_ref(kept->current.who);
  if (kept->previous.who) ginfo_ref(kept->previous.who);
  lockset_pin(kept->current.locks);
  lockset_pin(kept->previous.locks);
}

void defer_begin(struct defer *d) { pending = d; }

void defer_end(void) { pending = NULL; }

void defer_tell(struct defer *d) {
  for (unsigned i = 0; i < d->n; i++) {
    report_race(&d->report[i]);
    ginfo_unref(d->report[i].current.who);
    ginfo_unref(d->report[i].previous.who);
    lockset_unpin(d->report[i].current.locks);
    lockset_unpin(d->report[i].previous.locks);
  }
  d->n = 0;
}
