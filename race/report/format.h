// SPDX-License-Identifier: Apache-2.0
// format.h: the two ways a finding is written.
#ifndef CRUN_RACE_FORMAT_H
#define CRUN_RACE_FORMAT_H

#include "finding.h"
#include "output.h"

// format_text writes f in the layout of Go's race reports (docs/reports.md).
void format_text(struct text *t, struct finding *f);

// format_json writes f as one JSON object and a newline.
void format_json(struct text *t, struct finding *f);

// text_who writes goroutine 7 "feed" {job=42}; nil: one that has ended.
void text_who(struct text *t, const struct ginfo *who);

#endif
