// SPDX-License-Identifier: Apache-2.0
// An accept comes after the connect that it answers.
#define LITMUS_PTHREAD
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "litmus.h"

struct sockaddr_in where = {.sin_family = AF_INET};
int x;

static void *connects(void *arg) {
  struct sockaddr_in to = *(struct sockaddr_in *)arg;
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  x = 1;
  if (connect(fd, (struct sockaddr *)&to, sizeof to)) exit(3);
  return arg;
}

int main(void) {
  socklen_t len = sizeof where;
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, (struct sockaddr *)&where, sizeof where) || listen(fd, 1)) exit(3);
  if (getsockname(fd, (struct sockaddr *)&where, &len)) exit(3);
  spawn(connects, &where);
  if (accept(fd, NULL, NULL) < 0) exit(3);
  x = 2;
}
