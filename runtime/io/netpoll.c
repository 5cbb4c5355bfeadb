// SPDX-License-Identifier: Apache-2.0
// netpoll.c: the poller: one epoll set, made when the first goroutine waits, and the table of descriptors.
//
// Files are registered once, edge-triggered, for both directions. A descriptor can be closed and its number
// reused behind our back, so each wait registers again, which the kernel refuses if nothing changed; net.c,
// which closes its own files, says that it knows (`known`).
//
// Who waits, by the scheduler's rules (sched.c): an M with nothing to run looks, one M without a P blocks
// here until the next timer, and sysmon looks if nobody did for 10 ms. A program without I/O has no set.
//
// A wait:    INIT ──park's commit──► PARKED ──event, deadline, wake──► FIRED (made ready)
//              └──────event, deadline, wake──────► FIRED (the commit says no)
//
// Invariants
//  1. events is bumped before the waiters are fired, both under lock; a waiter is entered under lock
//     after events was compared: an event is seen by one of the two.
//  2. Waits are in the frames of goroutines that leave only after they took all their waiters off, under
//     each lock, and after the timer's function has said that it is over.
//
// Locks: desc.lock is a leaf; make_lock is above nothing.
//   R1: the poller's bump of events   A1: a waiter's load before it tries the call
//   R2: timer's over                  A2: quiet
// Rejected: Go's pair of words a side, which serves one reader and one writer: accept and POSIX reads come
// from many goroutines. An eventfd to wake the M that blocks here: whoever has work starts another M, and
// the timers' M is woken by its own word. EPOLLONESHOT: a system call a wait.
#include "io/netpoll.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

#include "base/os.h"
#include "base/sys.h"
#include "sched/sched.h"
#include "sched/wake.h"
#include "time/timer.h"

enum { CHUNK = 1024, CHUNKS = 4096, BATCH = 128, LATE_NS = 10000000 };

static struct netpoll_desc *_Atomic table[CHUNKS];
static struct lock make_lock;
static _Atomic int epfd = -1;
static _Atomic uint32_t nwaiters;
static _Atomic uint32_t polling;     // an M blocks in the poller, or is about to
static _Atomic int64_t last_ns;      // when somebody looked last

// ---- the table -----------------------------------------------------------------------------------

static struct netpoll_desc *chunk_make(_Atomic(struct netpoll_desc *) *place) {
  lock(&make_lock);
  struct netpoll_desc *c = load_acq(place);
  if (!c) {
    race_hide_begin();
    c = calloc(CHUNK, sizeof *c);
    race_hide_end();
    store_rel(place, c);
  }
  unlock(&make_lock);
  return c;
}

struct netpoll_desc *netpoll_desc(int fd) {
  if (fd < 0 || fd >= CHUNK * CHUNKS) return NULL;
  struct netpoll_desc *c = load_acq(&table[fd / CHUNK]);
  if (__builtin_expect(!c, 0)) c = chunk_make(&table[fd / CHUNK]);
  return c ? &c[fd % CHUNK] : NULL;
}

static int set_make(void) {
  lock(&make_lock);
  int fd = load_acq(&epfd);
  if (fd < 0) {
    fd = (int)sys(SYS_epoll_create1, EPOLL_CLOEXEC);
    if (fd >= 0) store_rel(&epfd, fd);
  }
  unlock(&make_lock);
  return fd;
}

// enter puts fd into the set. It returns 0 or a negative error number.
static int enter(struct netpoll_desc *d, int fd) {
  if (load_acq(&d->known)) return 0;
  int set = load_acq(&epfd);
  if (set < 0 && (set = set_make()) < 0) return set;
  struct epoll_event e = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.fd = fd};
  int r = (int)sys(SYS_epoll_ctl, set, EPOLL_CTL_ADD, fd, &e);
  return r == -EEXIST ? 0 : r;
}

// ---- events --------------------------------------------------------------------------------------

enum { INIT, PARKED, FIRED };

struct netpoll_wait {
  struct g *gp;
  _Atomic uint32_t state;
  struct timer timer;
  int64_t when_ns;
  bool timed_out;          // before FIRED: the timer's
  _Atomic uint32_t over;   // the timer's function has run
};

// A list of goroutines in the order of their events.
struct glist {
  struct g *first, **last;
};

// happened counts an event and adds those whom it lets go.
static void happened(struct netpoll_desc *d, enum netpoll_side side, struct glist *ready_ones) {
  struct netpoll_side_state *s = &d->side[side];
  lock(&d->lock);
  store_rel(&s->events, load_rlx(&s->events) + 1);  // R1
  for (struct netpoll_waiter *w = s->first; w; w = w->next) {
    if (xchg_acq_rel(&w->wait->state, FIRED) != PARKED) continue;
    struct g *gp = w->wait->gp;
    gp->schedlink = NULL;
    *ready_ones->last = gp;
    ready_ones->last = &gp->schedlink;
  }
  unlock(&d->lock);
}

void netpoll_wake(struct netpoll_desc *d, enum netpoll_side side) {
  struct glist l = {NULL, &l.first};
  happened(d, side, &l);
  for (struct g *gp = l.first, *next; gp; gp = next) {
    next = gp->schedlink;
    ready(gp);
  }
}

static int set_wait(struct epoll_event *events, int64_t when_ns) {
  static _Atomic bool no_pwait2;
  int64_t left = when_ns ? when_ns - nanotime() : 0;
  if (left < 0) left = 0;
  int set = load_acq(&epfd);
  if (left > 0 && when_ns != INT64_MAX && !load_rlx(&no_pwait2)) {  // Linux 5.11
    struct timespec t = {left / 1000000000, left % 1000000000};
    int r = (int)sys(SYS_epoll_pwait2, set, events, BATCH, &t, NULL, 0);
    if (r != -ENOSYS) return r;
    store_rlx(&no_pwait2, true);
  }
  int64_t ms = left / 1000000 + (left % 1000000 != 0);
  return (int)sys(SYS_epoll_wait, set, events, BATCH, when_ns == INT64_MAX ? -1 : ms < INT32_MAX ? ms : INT32_MAX);
}

struct g *netpoll(int64_t when_ns) {
  uint32_t nobody = 0;
  if (load_acq(&epfd) < 0 || (when_ns && !cas_seq(&polling, &nobody, 1))) return NULL;
  struct epoll_event events[BATCH];
  int n = set_wait(events, when_ns);
  add_rlx(&sched.npolls, 1);
  struct glist l = {NULL, &l.first};
  for (int i = 0; i < n; i++) {
    struct netpoll_desc *d = netpoll_desc(events[i].data.fd);
    if (!d) continue;
    if (events[i].events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) happened(d, NETPOLL_IN, &l);
    if (events[i].events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) happened(d, NETPOLL_OUT, &l);
  }
  for (struct g *gp = l.first; gp; gp = gp->schedlink)
    if (!gp->is_thread) store_rel(&gp->status, G_RUNNABLE);
  store_rlx(&last_ns, nanotime());
  if (when_ns) store_seq(&polling, 0);
  return l.first;
}

uint32_t netpoll_waiters(void) { return load_seq(&nwaiters); }
uint32_t netpoll_sleepers(void) { return load_seq(&polling); }

bool netpoll_unwatched(void) { return load_seq(&nwaiters) && !load_seq(&polling); }

bool netpoll_late(int64_t now) { return netpoll_unwatched() && now - load_rlx(&last_ns) >= LATE_NS; }

// ---- waiting -------------------------------------------------------------------------------------

// join enters w. False: something has happened already.
static bool join(struct netpoll_waiter *w) {
  struct netpoll_side_state *s = &w->d->side[w->side];
  lock(&w->d->lock);
  bool quiet = load_rlx(&s->events) == w->seen;
  if (quiet) {
    w->next = s->first;
    if (w->next) w->next->link = &w->next;
    w->link = &s->first;
    s->first = w;
  }
  unlock(&w->d->lock);
  return quiet;
}

static void leave_all(struct netpoll_waiter *w, unsigned n) {
  for (unsigned i = 0; i < n; i++) {
    if (!w[i].d) continue;
    lock(&w[i].d->lock);
    *w[i].link = w[i].next;
    if (w[i].next) w[i].next->link = w[i].link;
    unlock(&w[i].d->lock);
  }
}

static void late(void *arg) {
  struct netpoll_wait *wait = arg;
  struct g *gp = wait->gp;
  wait->timed_out = true;
  bool parked = xchg_acq_rel(&wait->state, FIRED) == PARKED;
  store_rel(&wait->over, 1);  // R2
  if (parked) ready(gp);
}

static void quiet(struct netpoll_wait *wait) {
  if (wait->when_ns == INT64_MAX || timer_stop(&wait->timer)) return;
  while (load_acq(&wait->over) == 0) futex_wait(&wait->over, 0, 20 * 1000);  // A2
}

static bool wait_begin(struct g *gp, void *arg) {
  struct netpoll_wait *wait = arg;
  int64_t when_ns = wait->when_ns;
  bool is_thread = gp->is_thread;
  if (when_ns != INT64_MAX) timer_start(&wait->timer, when_ns, late, wait);
  uint32_t init = INIT;
  bool parked = cas_acq_rel(&wait->state, &init, PARKED);
  if (parked && is_thread && netpoll_unwatched()) wakep();  // no M is about to look
  return parked;
}

static int wait_all_joined(struct netpoll_wait *wait) {
  add_seq(&nwaiters, 1);
  park(wait_begin, wait, WAIT_IO);
  add_seq(&nwaiters, -1u);
  quiet(wait);
  return wait->timed_out ? -ETIMEDOUT : 0;
}

int netpoll_wait_any(struct netpoll_waiter *w, unsigned n, int64_t when_ns) {
  struct netpoll_wait wait = {.gp = getg(), .when_ns = when_ns};
  if (when_ns <= nanotime()) return -ETIMEDOUT;
  for (unsigned i = 0; i < n; i++) {
    int r = w[i].d ? enter(w[i].d, w[i].fd) : 0;
    if (r < 0) return r;
    w[i].wait = &wait;
  }
  unsigned joined = 0;
  while (joined < n && (!w[joined].d || join(&w[joined]))) joined++;
  int r = joined == n ? wait_all_joined(&wait) : 0;
  leave_all(w, joined);
  return r;
}

int netpoll_wait(struct netpoll_desc *d, int fd, enum netpoll_side side, uint32_t seen, int64_t when_ns) {
  struct netpoll_waiter w = {.d = d, .fd = fd, .side = side, .seen = seen};
  return netpoll_wait_any(&w, 1, when_ns);
}

// ---- fork ----------------------------------------------------------------------------------------

static void desc_forget(struct netpoll_desc *d) {
  d->lock = (struct lock){0};
  store_rlx(&d->known, false);
  for (int s = 0; s < 2; s++) d->side[s].first = NULL;
}

// The set is the parent's too: what the child did in it, the parent would see. The child makes its own.
void netpoll_forget(void) {
  int set = load_rlx(&epfd);
  if (set >= 0) sys(SYS_close, set);
  store_rlx(&epfd, -1);
  store_rlx(&nwaiters, 0);
  store_rlx(&polling, 0);
  make_lock = (struct lock){0};
  for (int i = 0; i < CHUNKS; i++) {
    struct netpoll_desc *c = load_rlx(&table[i]);
    for (int k = 0; c && k < CHUNK; k++) desc_forget(&c[k]);
  }
}
