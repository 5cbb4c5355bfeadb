// SPDX-License-Identifier: Apache-2.0
// What libc stores for its caller is a write, and what it reads a read: names of files, wide characters, texts it allocates.
// ARGS: 0..21
// RACE-ALSO: write A, read B
// RACE-ALSO: read A, write C
// TSAN: unsure
#define LITMUS_PTHREAD
#define _GNU_SOURCE
#include "litmus.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <wchar.h>

enum { FIRST_READ = 12 };  // of the calls that read

_Alignas(16) union {
  char text[4096];
  wchar_t wide[1024];
  char *block;
  unsigned seed;
  int ends[2];
  struct timespec t;
} r;
static int pair[2];
static volatile int sink;  // the thread's: a call without a result is left out

// clang-format off
#define CALL(n)                                                                                       \
  ((n) == 0   ? (void)asprintf(&r.block, "%d", 1)                                                     \
   : (n) == 1 ? (void)rand_r(&r.seed)                                                                 \
   : (n) == 2 ? (void)getrandom(r.text, 8, 0)                                                         \
   : (n) == 3 ? (void)socketpair(AF_UNIX, SOCK_STREAM, 0, r.ends)                                     \
   : (n) == 4 ? (void)clock_getres(CLOCK_REALTIME, &r.t)                                              \
   : (n) == 5 ? (void)realpath("/", r.text)                                                           \
   : (n) == 6 ? (void)strxfrm(r.text, "ab", 8)                                                        \
   : (n) == 7 ? swab("abcd", r.text, 4)                                                               \
   : (n) == 8 ? (void)wmemset(r.wide, L'x', 4)                                                        \
   : (n) == 9 ? (void)wcscpy(r.wide, L"ab")                                                           \
   : (n) == 10 ? (void)mbstowcs(r.wide, "ab", 8)                                                      \
   : (n) == 11 ? (void)recvmmsg(pair[0], &(struct mmsghdr){{.msg_iov = &(struct iovec){r.text, 8}, .msg_iovlen = 1}}, 1, 0, NULL) \
   : (n) == 12 ? (void)open(r.text, O_RDONLY)                                                         \
   : (n) == 13 ? (void)fopen(r.text, "r")                                                             \
   : (n) == 14 ? (void)unlink(r.text)                                                                 \
   : (n) == 15 ? (void)rename("/none/a", r.text)                                                      \
   : (n) == 16 ? (void)mkdir(r.text, 0700)                                                            \
   : (n) == 17 ? (void)dprintf(pair[1], "%s", r.text)                                                 \
   : (n) == 18 ? (void)(sink = (int)wcslen(r.wide))                                                                 \
   : (n) == 19 ? (void)(sink = wcscmp(r.wide, L"ab"))                                                          \
   : (n) == 20 ? (void)(sink = strverscmp(r.text, "/"))                                                        \
               : (void)sendmmsg(pair[1], &(struct mmsghdr){{.msg_iov = &(struct iovec){r.text, 8}, .msg_iovlen = 1}}, 1, 0))
// clang-format on

static void *thread(void *arg) {
  int n = atoi(arg);
  racer(0);
  CALL(n);  // @A
  next();
  return arg;
}

int main(int argc, char **argv) {
  int n = atoi(argv[1]);
  if (n >= FIRST_READ) strcpy(r.text, "/none/such");
  if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) || send(pair[1], "abcdefgh", 8, 0) != 8) exit(3);
  spawn(thread, argv[1]);
  racer(1);
  if (n < FIRST_READ) use(*(volatile char *)r.text);  // @B
  else *(volatile char *)r.text = '/';  // @C
  next();
  turn(2);
}
