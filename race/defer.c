// SPDX-License-Identifier: Apache-2.0
// defer.c: holds findings back while a syncvar's lock is held; defer.h says why.
#include "defer.h"

#include "alloc.h"
#include "benign.h"

static _Thread_local struct defer *pending __attribute__((tls_model("local-exec")));

void race_found(const struct race_report *r) {
  if (benign_covers(r->current.addr, r->current.size) && benign_covers(r->previous.addr, r->previous.size)) return;
  struct defer *d = pending;
  if (!d) {
    report_race(r);
    return;
  }
  struct deferred *last = race_alloc(sizeof *last);
  last->report = *r;
  if (d->first) d->last->next = last;
  else d->first = last;
  d->last = last;
  const struct race_report *kept = &last->report;
  // The infos and the sets are the caller's only while this call lasts.
  if (kept->current.who) ginfo_ref(kept->current.who);
  if (kept->previous.who) ginfo_ref(kept->previous.who);
  lockset_pin(kept->current.locks);
  lockset_pin(kept->previous.locks);
}

void defer_begin(struct defer *d) { pending = d; }

void defer_end(void) { pending = NULL; }

void defer_tell(struct defer *d) {
  for (struct deferred *one = d->first, *next; one; one = next) {
    next = one->next;
    report_race(&one->report);
    ginfo_unref(one->report.current.who);
    ginfo_unref(one->report.previous.who);
    lockset_unpin(one->report.current.locks);
    lockset_unpin(one->report.previous.locks);
    race_free(one, sizeof *one);
  }
  *d = (struct defer){NULL, NULL};
}
