// SPDX-License-Identifier: Apache-2.0
// crowd.c: the list of Ms that run without a P, and the queue of goroutines held back; crowd.h says why.
//
// Locks: the list is under retake_lock, the queue under sched.lock.
#include "sched/crowd.h"

#include "base/os.h"
#include "sched/sched.h"

enum { LOOK_NS = 10000000, LOOKS = 32, STUCK_NS = 200000000, PASS_NS = 10000000 };

struct crowd crowd;
static struct m *lost;                     // under retake_lock: a ring
static struct g *held_head, *held_tail;    // under sched.lock
static int64_t looked_ns;                  // sysmon: the last look
static int64_t free_cpu_ns;                // sysmon: what the process had computed when somebody came back; 0: nobody waits
static uint32_t seen_back;                 // sysmon

// ---- goroutines that are held ----------------------------------------------------------------------

void hold(struct g *gp) {
  gp->schedlink = NULL;
  lock(&sched.lock);
  if (held_tail) held_tail->schedlink = gp;
  else held_head = gp;
  held_tail = gp;
  store_seq(&crowd.nheld, load_rlx(&crowd.nheld) + 1);
  unlock(&sched.lock);
}

// passing tells whether those held may begin in spite of the crowd; the first to ask begins their slice.
static bool passing(void) {
  int64_t until = load_rlx(&crowd.pass), now = until ? nanotime() : 0;
  if (until == PASS_GIVEN) store_rlx(&crowd.pass, until = now + PASS_NS);
  if (now < until) return true;
  if (until) store_rlx(&crowd.pass, 0);
  return false;
}

struct g *held_get(void) {
  if (load_rlx(&crowd.nheld) == 0 || (crowded() && !passing())) return NULL;
  lock(&sched.lock);
  struct g *gp = held_head;
  if (gp) {
    held_head = gp->schedlink;
    if (!held_head) held_tail = NULL;
    store_seq(&crowd.nheld, load_rlx(&crowd.nheld) - 1);
    gp->fresh = false;  // it is not held again
  }
  unlock(&sched.lock);
  return gp;
}

void crowd_slice_over(struct g *gp) {
  if (load_rlx(&gp->had_slice) && load_rlx(&crowd.nheld) && !load_rlx(&crowd.pass)) store_rlx(&crowd.pass, PASS_GIVEN);
  store_rlx(&gp->had_slice, true);
}

// ---- threads without a P ---------------------------------------------------------------------------

static void set_hog(struct m *mp, bool hog) {
  if (mp->is_hog == hog) return;
  mp->is_hog = hog;
  add_rlx(&crowd.nhogs, hog ? 1 : -1u);
  if (!hog) add_rlx(&crowd.back, 1);
}

void lost_add(struct m *mp, bool hog) {
  mp->lost_next = lost ? lost : mp;
  mp->lost_prev = lost ? lost->lost_prev : mp;
  mp->lost_prev->lost_next = mp;
  mp->lost_next->lost_prev = mp;
  if (!lost) lost = mp;
  set_hog(mp, hog);
}

void lost_remove(struct m *mp) {
  if (!mp->lost_next) return;
  if (lost == mp) lost = mp->lost_next == mp ? NULL : mp->lost_next;
  mp->lost_next->lost_prev = mp->lost_prev;
  mp->lost_prev->lost_next = mp->lost_next;
  mp->lost_next = mp->lost_prev = NULL;
  set_hog(mp, false);
}

// look asks the kernel about the next M of the ring. One that left the ring meanwhile is left alone.
static void look(void) {
  lock(&sched.retake_lock);
  struct m *mp = lost;
  if (mp) lost = mp->lost_next;
  unlock(&sched.retake_lock);
  if (!mp) return;
  bool hog = !os_thread_sleeps(mp->tid, &mp->cpu_ns);
  lock(&sched.retake_lock);
  if (mp->lost_next) set_hog(mp, hog);
  unlock(&sched.retake_lock);
}

// grow lets the bound grow when those without a P have computed for long and none of them came back. On a busy
// machine that takes the longer.
static void grow(uint32_t back) {
  int64_t cpu = os_cpu_ns();
  if (free_cpu_ns != 0 && back == seen_back && cpu - free_cpu_ns < STUCK_NS * (int64_t)load_rlx(&sched.nprocs)) return;
  if (free_cpu_ns != 0 && back == seen_back) add_rlx(&crowd.extra, 1);
  seen_back = back;
  free_cpu_ns = cpu;
}

void crowd_watch(int64_t now, bool refused) {
  uint32_t hogs = load_rlx(&crowd.nhogs);
  if (now - looked_ns >= LOOK_NS) {
    looked_ns = now;
    for (int i = 0; i < LOOKS && (i == 0 || i < (int)hogs * 2); i++) look();
  }
  if (hogs < hogs_bound()) store_rlx(&crowd.extra, 0);
  if (crowded() && (load_rlx(&crowd.nheld) || refused)) grow(load_rlx(&crowd.back));
  else free_cpu_ns = 0;
  if (!load_seq(&crowd.nheld)) store_rlx(&crowd.pass, 0);
  else if (held_may_begin()) wakep();
}

void crowd_forget(void) {
  lost = NULL;
  held_head = held_tail = NULL;
  store_rlx(&crowd.nhogs, 0);
  store_rlx(&crowd.nheld, 0);
  store_rlx(&crowd.extra, 0);
  store_rlx(&crowd.pass, 0);
}
