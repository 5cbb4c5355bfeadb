// SPDX-License-Identifier: Apache-2.0
// vain.c: what came of a theft; vain.h says what for.
#include "sched/vain.h"

struct vain vain;

static void pause_longer(void) {
  uint64_t pause = 2 * load_rlx(&vain.pause);
  if (pause < PAUSE_MIN_TICKS) pause = PAUSE_MIN_TICKS;
  if (pause > PAUSE_MAX_TICKS) pause = PAUSE_MAX_TICKS;
  store_rlx(&vain.since, cpu_ticks());
  store_rlx(&vain.pause, pause);
}

bool vain_again(struct m *mp) {
  uint64_t at = mp->stole_at;
  if (!at) return false;
  mp->stole_at = 0;
  if (load_rlx(&mp->p->schedtick) - mp->stole_tick > LITTLE_PICKS || cpu_ticks() - at > LITTLE_TICKS) {
    mp->nvain = 0;
    if (load_rlx(&vain.pause)) store_rlx(&vain.pause, 0);
    return false;
  }
  if (++mp->nvain < STRIKES) return false;
  mp->nvain = 0;
  pause_longer();
  return true;
}
