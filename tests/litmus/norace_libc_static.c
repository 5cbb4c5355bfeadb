// SPDX-License-Identifier: Apache-2.0
// The forms of libc's functions that keep nothing for the process, and readers of the environment.
// TSAN: unsure
#define LITMUS_PTHREAD
#define _GNU_SOURCE
#include "litmus.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <time.h>

static void *thread(void *arg) {
  time_t t = time(NULL);
  struct tm tm;
  char text[] = "a b c", *place, out[64];
  localtime_r(&t, &tm);
  gmtime_r(&t, &tm);
  asctime_r(&tm, out);
  ctime_r(&t, out);
  if (strftime(out, sizeof out, "%H:%M", &tm) != 5 || mktime(&tm) == (time_t)-1) abort();
  for (char *word = strtok_r(text, " ", &place); word; word = strtok_r(NULL, " ", &place)) use(*word);
  use(getenv("PATH"));
  use(strerror(1000));
  use(inet_ntoa((struct in_addr){(in_addr_t)t}));
  DIR *dir = opendir("/");
  for (struct dirent *d = readdir(dir); d; d = readdir(dir)) use(d->d_name[0]);
  closedir(dir);
  return arg;
}

int main(void) {
  pthread_t t[3];
  setenv("LITMUS", "1", 1);
  for (int i = 0; i < 3; i++) t[i] = spawn(thread, NULL);
  for (int i = 0; i < 3; i++) pthread_join(t[i], NULL);
  setenv("LITMUS", "2", 1);
}
