// SPDX-License-Identifier: Apache-2.0
// promise_all.c: five jobs of 100 ms each are started at once and awaited together: about 100 ms in all.
//   crun run examples/promise_all.c
#include <crun/crun.h>
#include <stdio.h>
#include <stdlib.h>

// process stands for a request to a server: it takes 100 ms and no processor.
static char *process(int id) {
  printf("Worker started job %d\n", id);
  cr_sleep(100 * CR_MILLISECOND);
  char *result = malloc(32);
  if (result) snprintf(result, 32, "Result of job %d: %d", id, id * 2);
  return result;
}

int main(void) {
  enum { JOBS = 5 };
  cr_future *job[JOBS];
  char *result[JOBS];
  int64_t start = cr_nanotime();
  for (int i = 0; i < JOBS; i++) job[i] = cr_async(process, i + 1);
  cr_await_all(JOBS, job, (void **)result);
  int64_t took_ms = (cr_nanotime() - start) / CR_MILLISECOND;
  for (int i = 0; i < JOBS; i++) {
    puts(result[i] ? result[i] : "no memory");
    free(result[i]);
  }
  printf("All done after %lld ms\n", (long long)took_ms);
}
