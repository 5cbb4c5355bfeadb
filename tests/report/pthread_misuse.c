// SPDX-License-Identifier: Apache-2.0
// Misuse of pthread mutexes, each told with the call and the lock's last use. A fork's child may unlock what the
// parent locked, and a kind of mutex that checks its owner is asked, not told of.
// EXIT: 2
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER, c = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t checking = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;

static void *foreign(void *arg) {
  pthread_mutex_unlock(&b);
  return arg;
}

static void right(void) {
  pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
  int status;
  pthread_mutex_lock(&m);
  if (fork() == 0) {
    pthread_mutex_unlock(&m);
    _exit(0);
  }
  if (wait(&status) < 0 || status != 0) abort();
  pthread_mutex_unlock(&m);
  pthread_mutex_destroy(&m);
  if (pthread_mutex_unlock(&checking) != EPERM) abort();
}

int main(void) {
  pthread_t t;
  right();
  pthread_mutex_lock(&a);
  pthread_mutex_unlock(&a);
  pthread_mutex_unlock(&a);
  pthread_mutex_lock(&b);
  pthread_create(&t, NULL, foreign, NULL);
  pthread_join(t, NULL);
  pthread_mutex_lock(&c);
  pthread_mutex_destroy(&c);
}

// CHECK: ==================
// CHECK-NEXT: WARNING: MISUSE: unlock of a pthread mutex that is not locked
// CHECK-NEXT: Main thread unlocks mutex 0x[[A:[0-9a-f]+]] at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}pthread_misuse.c:39:3 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 39 | pthread_mutex_unlock(&a);
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Main thread last locked mutex 0x[[A]] at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}pthread_misuse.c:37:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Id: {{[0-9a-f]+}}
// CHECK-NEXT: ==================
// CHECK-NEXT: ==================
// CHECK-NEXT: WARNING: MISUSE: unlock of a pthread mutex that another thread locked
// CHECK-NEXT: Thread 2 unlocks mutex 0x[[B:[0-9a-f]+]] at:
// CHECK-NEXT: foreign()
// CHECK-NEXT: {{.*/}}pthread_misuse.c:16:3 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 16 | pthread_mutex_unlock(&b);
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Main thread last locked mutex 0x[[B]] at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}pthread_misuse.c:40:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Id: {{[0-9a-f]+}}
// CHECK-NEXT: ==================
// CHECK-NEXT: ==================
// CHECK-NEXT: WARNING: MISUSE: destroy of a pthread mutex that is locked
// CHECK-NEXT: Main thread destroys mutex 0x[[C:[0-9a-f]+]] at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}pthread_misuse.c:44:3 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 44 | pthread_mutex_destroy(&c);
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Main thread last locked mutex 0x[[C]] at:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}pthread_misuse.c:43:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Id: {{[0-9a-f]+}}
// CHECK-NEXT: ==================
// CHECK-NEXT: Found 3 problem(s)
