// SPDX-License-Identifier: Apache-2.0
// What libc keeps for the whole process: the environment, and results in memory of its own.
// ARGS: 0..13
// RACE-ALSO: write A, write C
// RACE-ALSO: write A, read B
// TSAN: unsure
#define LITMUS_PTHREAD
#define _GNU_SOURCE
#include "litmus.h"

#include <dirent.h>
#include <grp.h>
#include <netdb.h>
#include <pwd.h>
#include <time.h>

DIR *dir;
static char variable[] = "LITMUS_PUT=1";

// clang-format off
#define CALL(n, t, tm, text)                       \
  ((n) == 0   ? (void)localtime(&t)                \
   : (n) == 1 ? (void)gmtime(&t)                   \
   : (n) == 2 ? (void)asctime(&tm)                 \
   : (n) == 3 ? (void)ctime(&t)                    \
   : (n) == 4 ? (void)strtok(text, " ")            \
   : (n) == 5 ? (void)readdir(dir)                 \
   : (n) == 6 ? (void)gethostbyname("127.0.0.1")   \
   : (n) == 7 ? (void)getpwuid(0)                  \
   : (n) == 8 ? (void)getgrgid(0)                  \
   : (n) == 9 ? (void)setenv("LITMUS_A", "1", 1)   \
   : (n) == 10 ? (void)unsetenv("LITMUS_B")        \
   : (n) == 11 ? (void)putenv(variable)            \
   : (n) == 12 ? (void)getpwnam("root")            \
               : (void)setenv("LITMUS_C", "1", 1))
// clang-format on

static void *thread(void *arg) {
  int n = atoi(arg);
  time_t t = 1;
  struct tm tm = {.tm_mday = 1};
  char text[] = "a b";
  racer(0);
  CALL(n, t, tm, text);  // @A
  next();
  return arg;
}

int main(int argc, char **argv) {
  int n = atoi(argv[1]);
  time_t t = 2;
  struct tm tm = {.tm_mday = 2};
  char text[] = "c d";
  dir = n == 5 ? opendir("/") : NULL;
  pthread_t other = spawn(thread, argv[1]);
  racer(1);
  if (n >= 9 && n != 12) (void)getenv("LITMUS_Z");  // @B
  else CALL(n, t, tm, text);  // @C
  next();
  pthread_join(other, NULL);
}
