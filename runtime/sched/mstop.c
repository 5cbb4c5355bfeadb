// SPDX-License-Identifier: Apache-2.0
// mstop.c: an M that has no work: it gives its P away and sleeps, perhaps as the one that waits for the next timer.
#include "diag/dump/dump.h"
#include "io/netpoll.h"
#include "sched/loop.h"
#include "sched/m.h"
#include "sched/nap.h"
#include "sched/procs.h"
#include "sched/runq.h"
#include "sched/sched.h"
#include "sched/wake.h"
#include "time/timer.h"

// timers_unwatched: nobody sleeps until the next timer.
static bool timers_unwatched(void) { return timers_next() != INT64_MAX && !load_rlx(&sched.timer_m); }

static void p_idle(struct p *pp) {
  lock(&sched.lock);
  p_idle_locked(pp);
  unlock(&sched.lock);
}

void handoff(struct p *pp) {
  if (load_rlx(&pp->leaves)) p_empty(pp);
  if (runq_len(&pp->runq) || load_acq(&pp->runnext)) {
    add_rlx(&sched.nhandoffs, 1);
    startm(pp, false);
    return;
  }
  p_idle(pp);
  if (work_anywhere() || netpoll_unwatched() || timers_unwatched()) wakep();
}

void sched_timer_earlier(void) {
  lock(&sched.lock);
  struct m *mp = sched.timer_m;
  uint32_t asleep = 0;
  bool wake = mp && cas_acq_rel(&mp->park_word, &asleep, 2);
  unlock(&sched.lock);
  if (wake) futex_wake(&mp->park_word, 1);
  if (!mp) wakep();  // whoever it wakes finds no work and becomes the timer M
}

// m_sleep sleeps until a P is handed over, or, as the timer M, until the next timer. True: a P.
static bool m_sleep(struct m *mp, int64_t until) {
  while (load_acq(&mp->park_word) == 0) {  // A2
    int64_t left = until == INT64_MAX ? -1 : until - nanotime();
    if (until != INT64_MAX && left <= 0) return false;
    futex_wait(&mp->park_word, 0, left);
  }
  uint32_t again = 2;
  return !cas_acq(&mp->park_word, &again, 0);  // A2: it may become 1 at any moment
}

// m_unidle takes mp off the idle list; false: somebody else did and is handing it a P.
static bool m_unidle(struct m *mp) {
  lock(&sched.lock);
  struct m **link = &sched.idle_m;
  while (*link && *link != mp) link = &(*link)->idle_next;
  bool found = *link != NULL;
  if (found) {
    *link = mp->idle_next;
    sched.nidle_m--;
    if (sched.timer_m == mp) sched.timer_m = NULL;
    uint32_t again = 2;
    cas_acq_rel(&mp->park_word, &again, 0);
  }
  unlock(&sched.lock);
  return found;
}

// ---- drowsy ----------------------------------------------------------------------------------------
//
// While goroutines are started one after another, to wake an M for each costs more than most of them do, and takes as
// long as a short nap. So an M that becomes idle then naps for a while and looks, and meanwhile nobody wakes one for
// what is started. It leaves to a P what that is about to run, and all if they are started and run in so short a time that
// their memory would take longer to come over.
//   R8: ready_new's put, before its load of drowsy   A8: the last look, after drowsy = false and membarrier (nap.h)

enum { NAP_NS = 30000, NAPS = 4, STARTS = 4, BRIEF_NS = 200 };

// What is seen of all Ps.
struct look {
  int64_t at_ns;
  uint64_t started, ran;
  bool ring, next;  // somebody waits in a ring; as a P's next that was started
};

static struct look look(void) {
  struct look l = {.at_ns = nanotime(), .started = load_rlx(&sched.goid)};
  for (uint32_t i = 0; i < load_acq(&sched.nmade); i++) {  // A7
    struct p *pp = sched.procs[i];
    l.ran += load_rlx(&pp->schedtick);
    l.ring |= runq_len(&pp->runq) > 0;
    l.next |= load_rlx(&pp->next_is_new) && load_rlx(&pp->runnext);
  }
  return l;
}

// wants_help tells whether what waits now should be run by another M, since nobody got on with it or it takes long.
static bool wants_help(const struct look *was, const struct look *now) {
  uint64_t did = now->ran - was->ran + now->started - was->started;
  if (now->ring) return (int64_t)did * BRIEF_NS < now->at_ns - was->at_ns;
  return was->next && now->next && did == 0;
}

// nap naps until mp is given a P, or nothing was started for a while.
static void nap(struct m *mp) {
  struct look was = look();
  for (int quiet = 0; quiet < NAPS && load_seq(&sched.nidle_p) != load_seq(&sched.nlive_p);) {
    futex_wait(&mp->park_word, 0, NAP_NS);
    if (load_acq(&mp->park_word)) return;
    struct look now = look();
    if (wants_help(&was, &now)) wakep();
    quiet = now.started - was.started < STARTS ? quiet + 1 : 0;
    was = now;
  }
}

// drowse lets mp nap, if goroutines were started one after another since it did last, and no other M naps.
static void drowse(struct m *mp) {
  uint64_t n = load_rlx(&sched.goid), since = n - mp->started;
  mp->started = n;
  if (since < STARTS || !load_rlx(&sched.has_barrier) || load_rlx(&sched.drowsy)) return;
  if (!nap_begin(&sched.drowsy)) return;
  nap(mp);
  nap_end(&sched.drowsy);
  if (work_anywhere()) wakep();  // A8
  mp->started = load_rlx(&sched.goid);
}

void stopm(struct m *mp) {
  race_switch(NULL);
  for (;;) {
    lock(&sched.lock);
    store_rlx(&mp->park_word, 0);
    mp->idle_next = sched.idle_m;
    sched.idle_m = mp;
    sched.nidle_m++;
    bool timers = false;
    if (!sched.timer_m && sched.idle_p && timers_next() != INT64_MAX) {
      sched.timer_m = mp;
      timers = true;
    }
    bool dead = check_dead_locked();
    unlock(&sched.lock);
    if (dead) deadlock();
    if (!timers) drowse(mp);
    if (m_sleep(mp, timers ? timers_next() : INT64_MAX)) break;
    if (!m_unidle(mp)) {
      while (load_acq(&mp->park_word) != 1) cpu_relax();
      break;
    }
    lock(&sched.lock);
    struct p *pp = timers_next() <= nanotime() ? p_take_locked() : NULL;
    unlock(&sched.lock);
    if (pp) {
      p_acquire(mp, pp);
      return;
    }
  }
  store_rlx(&mp->park_word, 0);
  take_given(mp);
}
