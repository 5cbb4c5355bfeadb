// SPDX-License-Identifier: Apache-2.0
// leak_report.h: leaked goroutines as findings.
#ifndef CRUN_DIAG_LEAK_REPORT_H
#define CRUN_DIAG_LEAK_REPORT_H

#include "diag/leak/leak_mark.h"

// leak_report tells of n leaked goroutines, those of one place together. rule is the finding's.
void leak_report(const struct leaked *at, size_t n, const char *rule);

// leak_report_contexts tells of n contexts that nobody can cancel, those made at one place together.
void leak_report_contexts(const struct lost_context *at, size_t n);

#endif
