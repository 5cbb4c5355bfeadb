// SPDX-License-Identifier: Apache-2.0
// A subject calls its observers under its lock, and one of them unsubscribes: three calls down the lock is taken again.
// exit: 2
// finding: deadlock self-deadlock: unsubscribe, notify
// stderr: fatal error: all goroutines are asleep - deadlock!
#include <crun/crun.h>
#include <crun/short.h>
#include <string.h>

enum { MAX = 4 };
struct subject;
typedef void observer(struct subject *s, int event);

struct subject {
  mutex mu;
  int n;                    // under mu
  observer *observers[MAX]; // under mu
};

static void unsubscribe(struct subject *s, observer *o) {
  mutex_lock(&s->mu);
  for (int i = 0; i < s->n; i++)
    if (s->observers[i] == o) s->observers[i] = s->observers[--s->n];
  mutex_unlock(&s->mu);
}

static void once_only(struct subject *s, int event) {
  if (event) unsubscribe(s, once_only);
}

static void notify(struct subject *s, int event) {
  mutex_lock(&s->mu);
  for (int i = 0; i < s->n; i++) s->observers[i](s, event);
  mutex_unlock(&s->mu);
}

int main(void) {
  static struct subject s = {.n = 1, .observers = {once_only}};
  notify(&s, 1);
  return s.n;
}
