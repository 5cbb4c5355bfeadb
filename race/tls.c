// SPDX-License-Identifier: Apache-2.0
// tls.c: the clock of a thread for its thread-locals; tls.h has the rule.
#include "tls.h"

#include <link.h>
#include <pthread.h>

#include "clock.h"
#include "epoch.h"
#include "inside.h"

size_t tls_bytes;

static pthread_key_t end_key;

// line is what the goroutines that used this thread's thread-locals knew when they left.
static _Thread_local struct vclock line __attribute__((tls_model("local-exec")));

static void forget_line(void *arg) {
  uint8_t was = inside_enter();
  vclock_clear(&line);
  inside_leave(was);
}

// widen makes tls_bytes reach down to the block of one more module.
static int widen(struct dl_phdr_info *info, size_t size, void *top) {
  if (info->dlpi_tls_data && (char *)top > (char *)info->dlpi_tls_data) {
    size_t below = (char *)top - (char *)info->dlpi_tls_data;
    if (below > tls_bytes) tls_bytes = below;
  }
  return 0;
}

void tls_init(void) {
  dl_iterate_phdr(widen, __builtin_thread_pointer());
  pthread_key_create(&end_key, forget_line);
}

bool tls_orders(uint32_t id) {
  struct epoch e = epoch_get(id);
  return vclock_get(&line, e.slot) >= e.clk;
}

void tls_switch(race_g *out, race_g *in) {
  uint8_t was = inside_enter();
  if (out && out->on_tls) {
    if (!line.base) pthread_setspecific(end_key, &line);
    vclock_join(&line, &out->vc);
    vclock_raise(&line, out->slot, out->clk);
    out->tls_of = &line;
    out->on_tls = false;
  }
  if (in && in->tls_of && in->tls_of != &line) {
    clock_publish(in);
    in->tls_of = NULL;
  }
  inside_leave(was);
}
