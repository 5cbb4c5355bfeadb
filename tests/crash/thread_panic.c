// SPDX-License-Identifier: Apache-2.0
// A panic on a thread that the program made with pthread_create.
// exit: 2
#include <crun/crun.h>
#include <pthread.h>

static void *thread(void *arg) {
  (void)arg;
  cr_panic("from a %s", "thread");
}

int main(void) {
  pthread_t t;
  pthread_create(&t, NULL, thread, NULL);
  pthread_join(t, NULL);
}
// | panic: from a thread
// |
// | goroutine 2 [running, locked to thread]:
// | cr_panic(...)
// | thread(...)
// | 	thread_panic.c:9
// |
// | goroutine 1 [running]:
// | 	goroutine running on other thread; stack unavailable
// |
