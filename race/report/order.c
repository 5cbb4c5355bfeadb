// SPDX-License-Identifier: Apache-2.0
// order.c: the locks held at the two accesses, which of them would have ordered the two, and the last
// synchronization between them, as text and as JSON.
//
// What is not known is not said: a lock that goroutines unlock for each other is left out (lockset.h), and so is
// the advice when the locks of a side are not known.
#include "order.h"

#include <pthread.h>

#include "format.h"
#include "race.h"

enum { KINDS = LOCKED_OWN_READ + 1 };

static const struct {
  const char *text, *json;
  size_t bytes;  // what it spans
} kinds[KINDS] = {
    [LOCKED_MUTEX] = {"mutex", "mutex", RACE_MUTEX_BYTES},
    [LOCKED_READ] = {"rwmutex", "rwmutex", RACE_RWMUTEX_BYTES},
    [LOCKED_WRITE] = {"rwmutex", "rwmutex", RACE_RWMUTEX_BYTES},
    [LOCKED_PTHREAD] = {"pthread mutex", "pthread_mutex", sizeof(pthread_mutex_t)},
    [LOCKED_PTHREAD_READ] = {"pthread rwlock", "pthread_rwlock", sizeof(pthread_rwlock_t)},
    [LOCKED_PTHREAD_WRITE] = {"pthread rwlock", "pthread_rwlock", sizeof(pthread_rwlock_t)},
    [LOCKED_SPIN] = {"spin lock", "spin", sizeof(pthread_spinlock_t)},
    [LOCKED_OWN] = {"lock", "own", 1},
    [LOCKED_OWN_READ] = {"lock", "own", 1},
};

// ---- names -------------------------------------------------------------------------------------------

// add_object names what and the variable that it is or lies in, or its address; false: it is in none.
static bool add_object(struct text *t, const char *what, uintptr_t object, size_t bytes) {
  struct sym_data d;
  bool named = symbolize_data(object, bytes, &d);
  if (named) text_addf(t, "%s %s%s", what, d.name, d.path);
  else text_addf(t, "%s 0x%012lx", what, (unsigned long)object);
  return named;
}

static bool add_lock(struct text *t, const struct held_lock *l) {
  return add_object(t, kinds[l->kind].text, l->lock, kinds[l->kind].bytes);
}

static void json_object(struct text *t, const char *kind, uintptr_t object, size_t bytes) {
  struct sym_data d;
  bool named = symbolize_data(object, bytes, &d);
  text_addf(t, "\"kind\":\"%s\",\"addr\":\"0x%lx\",", kind, (unsigned long)object);
  json_key(t, "name", named ? d.name : NULL);
  text_add(t, ",");
  json_key(t, "path", named ? d.path : NULL);
}

// ---- locks -------------------------------------------------------------------------------------------

static bool is_known(const struct side *s) { return s->access->locks != &lockset_lost; }

// is_whole: no lock of s is left out.
static bool is_whole(const struct side *s) {
  return is_known(s) && s->nheld == (s->access->locks ? s->access->locks->n : 0);
}

static const struct held_lock *held_by(const struct side *s, uintptr_t lock) {
  for (size_t i = 0; i < s->nheld; i++)
    if (s->held[i]->lock == lock) return s->held[i];
  return NULL;
}

// held_by_both returns a lock that both held, nil: there is none. *readers: how many of them held it for reading.
static const struct held_lock *held_by_both(const struct finding *f, int *readers) {
  for (size_t i = 0; i < f->current.nheld; i++) {
    const struct held_lock *mine = f->current.held[i], *other = held_by(&f->previous, mine->lock);
    if (!other) continue;
    *readers = lock_is_shared(mine->kind) + lock_is_shared(other->kind);
    return mine;
  }
  return NULL;
}

static void add_held(struct text *t, struct finding *f, const struct side *s, const struct held_lock *l) {
  text_add(t, "Locked by ");
  text_who(t, s->access->who);
  text_add(t, lock_is_shared(l->kind) ? ", for reading: " : ": ");
  bool named = add_lock(t, l);
  if (named) text_addf(t, " (0x%012lx)", (unsigned long)l->lock);
  text_add(t, ", at:\n");
  stack_of(l->ctx, 0, &f->created);
  text_stack(t, &f->created, "no frame of instrumented code");
  text_add(t, "\n");
}

// add_choice names the locks of s, "a or b", as the other side needs them.
static void add_choice(struct text *t, const struct side *s) {
  for (size_t i = 0; i < s->nheld; i++) {
    if (i) text_add(t, " or ");
    add_lock(t, s->held[i]);
    if (lock_is_shared(s->held[i]->kind)) text_add(t, " for writing");
  }
}

static void add_lack(struct text *t, const struct side *lacks, const struct side *has) {
  text_who(t, lacks->access->who);
  text_add(t, lacks->nheld ? " held none of the other's; holding " : " held none; holding ");
  add_choice(t, has);
  text_add(t, lacks->nheld ? " too" : "");
}

static void add_advice(struct text *t, const struct finding *f) {
  const struct side *cur = &f->current, *prev = &f->previous;
  int readers = 0;
  const struct held_lock *both = held_by_both(f, &readers);
  text_add(t, "Locks: ");
  if (both) {
    text_add(t, "both held ");
    add_lock(t, both);
    text_add(t, readers == 2 ? ", for reading: the one that writes needs it for writing\n\n" : "\n\n");
  } else if (!is_whole(cur) || !is_whole(prev)) {
    text_add(t, "not all that were held are known\n\n");
  } else if (!cur->nheld && !prev->nheld) {
    text_add(t, "none was held at either access\n\n");
  } else {
    const struct side *lacks = cur->nheld ? prev : cur, *has = cur->nheld ? cur : prev;
    add_lack(t, lacks, has);
    text_add(t, " would have ordered the two\n\n");
  }
}

static void add_locks(struct text *t, struct finding *f) {
  const struct side *s[] = {&f->current, &f->previous};
  for (int k = 0; k < 2; k++)
    for (size_t i = 0; i < s[k]->nheld; i++) add_held(t, f, s[k], s[k]->held[i]);
  add_advice(t, f);
}

void order_json_locks(struct text *t, struct finding *f, const struct side *s) {
  text_addf(t, "\"locks_known\":%s,\"locks\":[", is_whole(s) ? "true" : "false");
  for (size_t i = 0; i < s->nheld; i++) {
    const struct held_lock *l = s->held[i];
    text_add(t, i ? ",{" : "{");
    json_object(t, kinds[l->kind].json, l->lock, kinds[l->kind].bytes);
    text_addf(t, ",\"shared\":%s,", lock_is_shared(l->kind) ? "true" : "false");
    stack_of(l->ctx, 0, &f->created);
    json_stack(t, "stack", &f->created);
    text_add(t, "}");
  }
  text_add(t, "]");
}

// ---- the last synchronization ------------------------------------------------------------------------

static bool is_lock(const struct learnt *l) { return l->kind != LEARNT_OTHER; }

static void add_direct(struct text *t, struct finding *f) {
  const struct learnt *l = &f->meeting.by;
  if (!is_lock(l)) {
    add_object(t, "object", l->object, 1);
    text_add(t, ", from which ");
    text_who(t, f->current.access->who);
    text_add(t, " learnt what the other had done\n\n");
    return;
  }
  add_object(t, kinds[l->kind].text, l->object, kinds[l->kind].bytes);
  text_add(t, ", unlocked by the other and then locked by ");
  text_who(t, f->current.access->who);
  text_add(t, " at:\n");
  stack_of(l->ctx, 0, &f->created);
  text_stack(t, &f->created, "no frame of instrumented code");
  text_add(t, "\n");
}

static void add_meeting(struct text *t, struct finding *f) {
  if (f->meeting.how == MEETING_UNKNOWN) return;
  text_add(t, "Last synchronization: ");
  switch (f->meeting.how) {
    case MEETING_NEVER: text_add(t, "none\n\n"); break;
    case MEETING_CREATED:
      text_add(t, "the creation of ");
      text_who(t, f->current.access->who);
      text_add(t, " by the other\n\n");
      break;
    case MEETING_DIRECT: add_direct(t, f); break;
    default: text_add(t, "through others, or long ago\n\n"); break;
  }
}

void order_json_meeting(struct text *t, struct finding *f) {
  static const char *const how[] = {"unknown", "none", "creation", "direct", "others"};
  const struct learnt *l = &f->meeting.by;
  text_addf(t, "\"last_sync\":{\"how\":\"%s\"", how[f->meeting.how]);
  if (f->meeting.how == MEETING_DIRECT) {
    text_add(t, ",");
    if (is_lock(l)) json_object(t, kinds[l->kind].json, l->object, kinds[l->kind].bytes);
    else json_object(t, "object", l->object, 1);
    text_add(t, ",");
    f->created.n = 0;
    if (is_lock(l)) stack_of(l->ctx, 0, &f->created);
    json_stack(t, "stack", &f->created);
  }
  text_add(t, "}");
}

void order_text(struct text *t, struct finding *f) {
  add_locks(t, f);
  add_meeting(t, f);
}
