// SPDX-License-Identifier: Apache-2.0
// wait.c: the operations of played programs that wait, and those of others by which a wait ends.
//
// What the end orders is written down by who ends it, for both: the waiter does nothing until its next turn.
#include "play.h"

#include <stdlib.h>

#include "judge.h"

static bool others_can_run(int me) {
  for (int i = 0; i < prog.nactors; i++)
    if (i != me && prog.actor[i].can_run) return true;
  return false;
}

static void occupy(int me, int *busy) {
  *busy = me;
  prog.actor[me].busy[prog.actor[me].nbusy++] = busy;
}

static void add(struct wait w) {
  prog.actor[w.actor].can_run = false;
  prog.wait[prog.nwaits++] = w;
}

// ---- waiting -------------------------------------------------------------------------------------------

static bool wait_lock(int me, void (*pass_turn)(int me)) {
  struct lock *l = prog.nlocks ? &prog.lock[rnd(prog.nlocks)] : NULL;
  if (!l || l->busy != NOBODY || l->kind == SPIN) return false;
  if ((l->kind == PMUTEX || l->kind == PRWLOCK) && !prog.actor[me].is_thread) return false;  // it would keep its P
  bool one_reads = l->readers && !(l->readers & (l->readers - 1));
  if (l->holder == NOBODY && !one_reads) return false;
  bool writes = l->holder == NOBODY || (l->kind != RWMUTEX && l->kind != PRWLOCK) || chance(50);
  say(me, "waits for l%d%s", (int)(l - prog.lock), writes ? "" : ", to read");
  occupy(me, &l->busy);
  add((struct wait){.kind = WAIT_LOCK, .actor = me, .lock = l, .writes = writes});
  pass_turn(me);
  lock_it(l, writes);
  return true;
}

// would_wait tells how one can wait on c: 1 to send, -1 to receive, 0 not.
static int would_wait(const struct channel *c) {
  if (c->busy != NOBODY || c->closed != NOBODY) return 0;
  if (c->cap == 0) return chance(50) ? 1 : -1;
  return c->count == c->cap ? 1 : c->count == 0 ? -1 : 0;
}

static bool wait_chan(int me, void (*pass_turn)(int me)) {
  struct channel *c = prog.nchans ? &prog.chan[rnd(prog.nchans)] : NULL;
  int how = c ? would_wait(c) : 0;
  if (!how) return false;
  struct wait w = {.kind = how > 0 ? WAIT_SEND : WAIT_RECV, .actor = me, .chan = c, .object = NOBODY};
  void *into = how < 0 ? target(&w.object, &w.at) : NULL;
  say(me, "waits to %s c%d, o%d+%d", how > 0 ? "send to" : "receive from", (int)(c - prog.chan), w.object, w.at);
  if (how > 0) touches_chan(me, c, false);
  occupy(me, &c->busy);
  add(w);
  enum chan_op by = chance(50) ? CHAN_PLAIN : CHAN_BY_SELECT;
  pass_turn(me);
  if (how > 0) op_send(by, c->c);
  else op_recv(by, c->c, into);
  return true;
}

static bool wait_select(int me, void (*pass_turn)(int me)) {
  struct select_case cases[SELECT_CASES] = {0};
  struct wait all[SELECT_CASES];
  int n = 0;
  for (int i = 0; i < prog.nchans; i++) {
    struct channel *c = &prog.chan[i];
    int how = would_wait(c);
    if (!how) continue;
    struct wait *w = &all[n];
    *w = (struct wait){.kind = how > 0 ? WAIT_SEND : WAIT_RECV, .actor = me, .chan = c, .object = NOBODY};
    cases[n++] = (struct select_case){c->c, how > 0, how < 0 ? target(&w->object, &w->at) : NULL};
    if (how > 0) touches_chan(me, c, false);
    occupy(me, &c->busy);
  }
  if (n == 0) return false;
  struct wait w = all[rnd(n)];
  say(me, "waits in a select of %d cases, for c%d, o%d+%d", n, (int)(w.chan - prog.chan), w.object, w.at);
  add(w);
  pass_turn(me);
  op_select(cases, n, false);
  return true;
}

static bool wait_counter(int me, void (*pass_turn)(int me)) {
  struct counter *c = prog.ncounters ? &prog.counter[rnd(prog.ncounters)] : NULL;
  if (!c || c->busy != NOBODY || (c->kind == WAITGROUP ? c->count == 0 : c->count > 0)) return false;
  if (c->kind > WAITGROUP || (c->kind == PSEM && !prog.actor[me].is_thread)) return false;
  say(me, "waits for k%d of kind %d", (int)(c - prog.counter), c->kind);
  if (c->kind == WAITGROUP) judge_access(me, c->object, 0, 1, JUDGE_WRITE | JUDGE_MAYBE);  // if it is not 0 yet by then
  occupy(me, &c->busy);
  add((struct wait){.kind = WAIT_COUNTER, .actor = me, .counter = c});
  pass_turn(me);
  if (c->kind == SEMA) cr_sema_acquire(c->counter);
  else if (c->kind == PSEM) sem_wait(c->counter);
  else cr_waitgroup_wait(c->counter);
  return true;
}

// The condition is that the other has been there: it cannot signal before the mutex is left in the wait.
static bool wait_cond(int me, void (*pass_turn)(int me)) {
  bool is_thread = prog.actor[me].is_thread && chance(60);
  int *busy = is_thread ? &prog.pcond_busy : &prog.cond_busy;
  if (*busy != NOBODY) return false;
  say(me, "waits for a %scond", is_thread ? "pthread " : "");
  occupy(me, busy);
  if (is_thread) pthread_mutex_lock(&shared.pcond_mutex);
  else cr_mutex_lock(&shared.cond_mutex);
  judge_learn(me, prog.cond_clock[is_thread]);
  judge_store(me, prog.cond_clock[is_thread]);
  add((struct wait){.kind = is_thread ? WAIT_PCOND : WAIT_COND, .actor = me});
  pass_turn(me);
  if (is_thread) {
    pthread_cond_wait(&shared.pcond, &shared.pcond_mutex);
    pthread_mutex_unlock(&shared.pcond_mutex);
  } else {
    cr_cond_wait(&shared.cond, &shared.cond_mutex);
    cr_mutex_unlock(&shared.cond_mutex);
  }
  return true;
}

static bool wait_barrier(int me, void (*pass_turn)(int me)) {
  if (!prog.actor[me].is_thread || prog.barrier_busy != NOBODY) return false;
  say(me, "waits at the barrier");
  occupy(me, &prog.barrier_busy);
  add((struct wait){.kind = WAIT_BARRIER, .actor = me});
  pass_turn(me);
  pthread_barrier_wait(&shared.barrier);
  return true;
}

static bool wait_join(int me, void (*pass_turn)(int me)) {
  int n = (int)rnd(prog.nactors);
  struct actor *a = &prog.actor[n];
  bool is_thread = a->how == START_JOINED;
  if (n == me || n == 0 || a->ended || a->joined || a->handle == NULL || (is_thread && !prog.actor[me].is_thread)) return false;
  if (!is_thread && a->how != START_WG && a->how != START_ASYNC && a->how != START_GROUP) return false;
  for (int i = 0; i < prog.nwaits; i++)
    if (prog.wait[i].kind == WAIT_JOIN) return false;  // two could wait for each other
  say(me, "waits for the end of a%d", n);
  a->joined = true;
  if (a->object != NOBODY) judge_access(me, a->object, 0, 1, JUDGE_WRITE | JUDGE_MAYBE);
  add((struct wait){.kind = WAIT_JOIN, .actor = me, .other = n});
  pass_turn(me);
  op_join(a->how, a->handle);
  return true;
}

static bool wait_context(int me, void (*pass_turn)(int me)) {
  struct context *x = prog.ncontexts ? &prog.context[rnd(prog.ncontexts)] : NULL;
  if (!x || x->cancelled) return false;
  for (int i = 0; i < prog.ncontexts; i++)
    if (prog.context[i].busy != NOBODY) return false;
  say(me, "waits for x%d", (int)(x - prog.context));
  occupy(me, &x->busy);
  add((struct wait){.kind = WAIT_CONTEXT, .actor = me, .context = x});
  pass_turn(me);
  char v;
  cr_chan_recv(cr_context_done(x->ctx), &v);
  return true;
}

bool wait_draw(int me, void (*pass_turn)(int me)) {
  static bool (*const WAIT[])(int me, void (*pass_turn)(int me)) = {wait_lock, wait_lock, wait_chan, wait_chan, wait_chan, wait_select, wait_select,
                                                                    wait_counter, wait_counter, wait_cond, wait_barrier, wait_join, wait_context};
  if (prog.actor[me].held || !others_can_run(me)) return false;
  for (int tries = 0; tries < 3; tries++)
    if (WAIT[rnd(sizeof WAIT / sizeof *WAIT)](me, pass_turn)) return true;
  return false;
}

// ---- the end of a wait ---------------------------------------------------------------------------------

static bool end_lock(int me, const struct wait *w) {
  struct lock *l = w->lock;
  bool mine = l->holder == me, reads = l->readers >> me & 1;
  if (!mine && !reads) return false;
  say(me, "unlocks l%d for a%d", (int)(l - prog.lock), w->actor);
  leave(me, l);
  take(w->actor, l, w->writes);
  unlock_it(l, mine);
  return true;
}

// end_send: what a parked sender waits for, a receive.
static void end_send(int me, const struct wait *w) {
  struct channel *c = w->chan;
  int object, at = 0;
  void *into = target(&object, &at);
  say(me, "receives from c%d for a%d, into o%d+%d", (int)(c - prog.chan), w->actor, object, at);
  if (c->cap) {
    received(me, c, object, at);
    sent(w->actor, c);
  } else {
    met(w->actor, me, object, at);
  }
  op_recv(chance(50) ? CHAN_PLAIN : CHAN_BY_SELECT, c->c, into);
}

static void end_recv(int me, const struct wait *w) {
  struct channel *c = w->chan;
  bool by_close = chance(20);
  say(me, "%s c%d for a%d", by_close ? "closes" : "sends to", (int)(c - prog.chan), w->actor);
  if (by_close) {
    closes(me, c);
    received(w->actor, c, w->object, w->at);
    cr_chan_close(c->c);
    return;
  }
  touches_chan(me, c, false);
  if (c->cap) {
    sent(me, c);
    received(w->actor, c, w->object, w->at);
  } else {
    met(me, w->actor, w->object, w->at);
  }
  op_send(chance(50) ? CHAN_PLAIN : CHAN_BY_SELECT, c->c);
}

static void end_counter(int me, const struct wait *w) {
  struct counter *c = w->counter;
  say(me, "gives k%d of kind %d for a%d", (int)(c - prog.counter), c->kind, w->actor);
  judge_merge(me, c->clock);
  judge_learn(w->actor, c->clock);
  int n = c->count;
  c->count = 0;
  if (c->kind == SEMA) cr_sema_release(c->counter);
  else if (c->kind == PSEM) sem_post(c->counter);
  else cr_waitgroup_add(c->counter, -n);
}

static void end_cond(int me, const struct wait *w) {
  bool is_thread = w->kind == WAIT_PCOND;
  int clock = prog.cond_clock[is_thread];
  say(me, "signals the %scond for a%d", is_thread ? "pthread " : "", w->actor);
  if (is_thread) pthread_mutex_lock(&shared.pcond_mutex);
  else cr_mutex_lock(&shared.cond_mutex);
  judge_learn(me, clock);
  if (chance(50)) draw_access(me);
  if (is_thread) chance(50) ? pthread_cond_signal(&shared.pcond) : pthread_cond_broadcast(&shared.pcond);
  else chance(50) ? cr_cond_signal(&shared.cond) : cr_cond_broadcast(&shared.cond);
  judge_store(me, clock);
  judge_learn(w->actor, clock);
  judge_store(w->actor, clock);
  if (is_thread) pthread_mutex_unlock(&shared.pcond_mutex);
  else cr_mutex_unlock(&shared.cond_mutex);
}

static void end_barrier(int me, const struct wait *w) {
  int round = judge_clock();
  say(me, "comes to the barrier for a%d", w->actor);
  judge_merge(w->actor, round);
  judge_merge(me, round);
  judge_learn(w->actor, round);
  judge_learn(me, round);
  pthread_barrier_wait(&shared.barrier);
}

static void end_context(int me, const struct wait *w) {
  say(me, "cancels x%d for a%d", (int)(w->context - prog.context), w->actor);
  cancels(me, w->context);
  judge_learn(w->actor, w->context->clock);
}

static bool end_one(int me, const struct wait *w) {
  switch (w->kind) {
    case WAIT_LOCK: return end_lock(me, w);
    case WAIT_JOIN: return false;
    case WAIT_SEND: end_send(me, w); break;
    case WAIT_COUNTER: end_counter(me, w); break;
    case WAIT_COND: case WAIT_PCOND: end_cond(me, w); break;
    case WAIT_BARRIER: end_barrier(me, w); break;
    case WAIT_CONTEXT: end_context(me, w); break;
    default: end_recv(me, w);
  }
  return true;
}

static void ended(int i) {
  prog.actor[prog.wait[i].actor].can_run = true;
  prog.wait[i] = prog.wait[--prog.nwaits];
}

bool wait_end(int me) {
  for (int i = 0; i < prog.nwaits; i++) {
    struct wait w = prog.wait[i];
    if (w.actor == me || !end_one(me, &w)) continue;
    ended(i);
    return true;
  }
  return false;
}

void wait_joined(int me) {
  for (int i = 0; i < prog.nwaits; i++) {
    if (prog.wait[i].kind != WAIT_JOIN || prog.wait[i].other != me) continue;
    judge_learn(prog.wait[i].actor, prog.actor[me].end);
    ended(i--);
  }
}
