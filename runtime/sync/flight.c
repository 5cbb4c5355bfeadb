// SPDX-License-Identifier: Apache-2.0
// flight.c: one goroutine does what several ask for: a list of the calls under way.
//
// Who finds its key there waits on the call's channel; who does not, calls. All of them have a reference to
// the call, and the last one frees it.
//   R1: the close of done   A1: the receive that it ends
#include <stdlib.h>
#include <string.h>

#include "base/atomic.h"
#include "base/check.h"
#include "base/lock.h"
#include "chan/hchan.h"
#include "crun/crun.h"
#include "race/race.h"
#include "sched/g.h"
#include "sched/sched.h"

struct cr_flight_call {
  struct cr_chan done;
  struct cr_flight_call *next;  // under the flight's lock
  cr_flight *flight;
  char *key;                    // a copy
  void *value;                  // read-only once done
  bool returned;                // read-only once done: fn has
  uint32_t sharers;             // under the flight's lock
  _Atomic uint32_t refs;
};

static struct lock *lock_of(cr_flight *f) { return (struct lock *)&f->lock; }

static void unref(struct cr_flight_call *c) {
  if (add_acq_rel(&c->refs, -1u) != 1) return;
  race_sync_forget(c, sizeof *c);
  race_fresh(c, sizeof *c);
  race_hide_begin();
  free(c->key);
  free(c);
  race_hide_end();
}

static struct cr_flight_call *make(cr_flight *f, const char *key) {
  race_hide_begin();
  struct cr_flight_call *c = malloc(sizeof *c);
  char *copy = strdup(key);
  race_hide_end();
  if (!c || !copy) throw("out of memory for a shared call");
  *c = (struct cr_flight_call){.done.elem_size = sizeof(char), .flight = f, .key = copy, .refs = 1};
  return c;
}

// join finds the call with this key, or puts a new one into the list. *first: it is new.
static struct cr_flight_call *join(cr_flight *f, const char *key, bool *first) {
  struct cr_flight_call *fresh = make(f, key), *c;
  lock(lock_of(f));
  for (c = f->calls; c && strcmp(c->key, key) != 0; c = c->next) {}
  *first = !c;
  if (c) {
    c->sharers++;
    add_rlx(&c->refs, 1);
  } else {
    c = fresh;
    c->next = f->calls;
    f->calls = c;
  }
  unlock(lock_of(f));
  if (!*first) unref(fresh);
  return c;
}

// land takes the call out of the list and lets those who wait go on.
static void land(void *arg) {
  struct cr_flight_call *c = arg;
  cr_flight *f = c->flight;
  rt_enter();
  lock(lock_of(f));
  struct cr_flight_call **link = &f->calls;
  while (*link != c) link = &(*link)->next;
  *link = c->next;
  unlock(lock_of(f));
  chan_close(&c->done, 0, 0);  // R1
  rt_exit();
}

static void *fly(struct cr_flight_call *c, void *(*fn)(void *arg), void *arg, uintptr_t pc) {
  cr_defer(land, c);
  race_enter(pc);
  c->value = fn(arg);
  race_leave();
  c->returned = true;
  return c->value;
}

void *cr_flight_do(cr_flight *f, const char *key, void *(*fn)(void *arg), void *arg, bool *shared) {
  for (;;) {
    bool first;
    struct cr_flight_call *c = join(f, key, &first);
    cr_defer(unref, c);
    if (first) {
      void *value = fly(c, fn, arg, (uintptr_t)__builtin_return_address(0));
      if (shared) *shared = c->sharers > 0;
      return value;
    }
    cr_chan_recv((cr_chan(char))(uintptr_t)&c->done, NULL);  // A1
    if (!c->returned) continue;  // it panicked: our turn
    if (shared) *shared = true;
    return c->value;
  }
}
