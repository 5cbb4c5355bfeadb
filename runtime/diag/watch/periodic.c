// SPDX-License-Identifier: Apache-2.0
// periodic.c: the table of what is done how often, and when each is due.
#include "diag/watch/periodic.h"

#include <stddef.h>

#include "base/os.h"
#include "diag/leak/leak.h"
#include "diag/settings.h"

// A goroutine is told of at most a quarter of the limit late, yet no more than a second.
static int64_t blockwarn_every(void) {
  int64_t every = settings.blockwarn / 4;
  return every < 1000000 ? 1000000 : every < 1000000000 ? every : 1000000000;
}

static struct task {
  void (*run)(void);
  int64_t every_ns, due_ns;  // 0: never
} tasks[3];  // sysmon's, after periodic_init

void periodic_init(void) {
  int64_t now = nanotime();
  struct task *t = tasks;
  if (settings.schedtrace) *t++ = (struct task){schedtrace, settings.schedtrace, now};
  if (settings.leakcheck) *t++ = (struct task){leak_check_soon, settings.leakcheck, now + settings.leakcheck};
  if (settings.blockwarn) *t++ = (struct task){blockwarn, blockwarn_every(), now + blockwarn_every()};
}

int64_t periodic_next(void) {
  int64_t next = INT64_MAX;
  for (struct task *t = tasks; t < tasks + sizeof tasks / sizeof *tasks; t++)
    if (t->every_ns && t->due_ns < next) next = t->due_ns;
  return next;
}

void periodic_run(int64_t now) {
  leak_if_asked();
  for (struct task *t = tasks; t < tasks + sizeof tasks / sizeof *tasks; t++) {
    if (!t->every_ns || now < t->due_ns) continue;
    t->due_ns = now + t->every_ns;
    t->run();
  }
}
