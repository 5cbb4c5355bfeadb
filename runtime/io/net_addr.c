// SPDX-License-Identifier: Apache-2.0
// net_addr.c: addresses: from "host:port" and paths to what the kernel takes, and back.
//
// Numbers are read at once. A name is asked of the C library, which may block for long: the P is given
// away before, and the thread waits alone.
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "io/net.h"
#include "sched/sched.h"

_Static_assert(sizeof(struct sockaddr_un) <= sizeof((cr_addr *)0)->bytes, "every address fits");

static const struct network {
  const char *name;
  int family, type;
} networks[] = {
    {"tcp", AF_UNSPEC, SOCK_STREAM},  {"tcp4", AF_INET, SOCK_STREAM}, {"tcp6", AF_INET6, SOCK_STREAM},
    {"udp", AF_UNSPEC, SOCK_DGRAM},   {"udp4", AF_INET, SOCK_DGRAM},  {"udp6", AF_INET6, SOCK_DGRAM},
    {"unix", AF_UNIX, SOCK_STREAM},   {"unixgram", AF_UNIX, SOCK_DGRAM},
};

static const struct network *network_named(const char *name) {
  for (size_t i = 0; i < sizeof networks / sizeof *networks; i++)
    if (strcmp(networks[i].name, name) == 0) return &networks[i];
  return NULL;
}

static int unix_address(cr_addr *a, const struct network *net, const char *path) {
  struct sockaddr_un un = {.sun_family = AF_UNIX};
  size_t n = strlen(path);
  if (n == 0) return -EINVAL;
  if (n >= sizeof un.sun_path) return -ENAMETOOLONG;
  memcpy(un.sun_path, path, n);
  bool abstract = path[0] == '@';
  if (abstract) un.sun_path[0] = 0;
  memcpy(a->bytes, &un, sizeof un);
  a->len = (uint32_t)(offsetof(struct sockaddr_un, sun_path) + n + !abstract);
  a->type = (uint32_t)net->type;
  return 1;
}

// split takes "host:port" and "[host]:port" apart.
static int split(const char *address, char host[256], char port[64]) {
  const char *colon = strrchr(address, ':');
  if (!colon) return -EINVAL;
  const char *from = address, *to = colon;
  if (*from == '[') {
    if (to == from || to[-1] != ']') return -EINVAL;
    from++, to--;
  } else if (memchr(from, ':', (size_t)(to - from))) {
    return -EINVAL;  // an IPv6 address without brackets
  }
  if (to - from >= 256 || strlen(colon + 1) >= 64) return -ENAMETOOLONG;
  memcpy(host, from, (size_t)(to - from));
  host[to - from] = 0;
  strcpy(port, *(colon + 1) ? colon + 1 : "0");
  return 0;
}

static int error_of(int gai) {
  switch (gai) {
  case EAI_AGAIN: return -EAGAIN;
  case EAI_MEMORY: return -ENOMEM;
  case EAI_SYSTEM: return -EIO;
  default: return -ENOENT;
  }
}

static int ask(const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **list) {
  race_hide_begin();
  int r = getaddrinfo(*host ? host : NULL, port, hints, list);
  race_hide_end();
  return r;
}

// look_up asks with numbers alone, and then for names, as a call that blocks.
static int look_up(const char *host, const char *port, struct addrinfo *hints, struct addrinfo **list) {
  hints->ai_flags |= AI_NUMERICHOST | AI_NUMERICSERV;
  if (ask(host, port, hints, list) == 0) return 0;
  hints->ai_flags &= ~(AI_NUMERICHOST | AI_NUMERICSERV);
  getg();
  rt_enter();
  sched_block();
  rt_exit();
  race_hide_begin();  // of this thread: it is left before the goroutine can move
  int r = getaddrinfo(*host ? host : NULL, port, hints, list);
  race_hide_end();
  rt_enter();
  rt_exit();
  return r;
}

int net_lookup(cr_addr *a, int room, const char *network, const char *address, bool to_listen) {
  const struct network *net = network_named(network);
  if (!net) return -EPROTONOSUPPORT;
  if (net->family == AF_UNIX) return unix_address(a, net, address);
  char host[256], port[64];
  int r = split(address, host, port);
  if (r < 0) return r;
  // All interfaces means both families, if there is IPv6.
  struct addrinfo hints = {.ai_family = net->family, .ai_socktype = net->type, .ai_flags = to_listen ? AI_PASSIVE : 0}, *list;
  r = look_up(host, port, &hints, &list);
  if (r) return error_of(r);
  int n = 0;
  for (const struct addrinfo *i = list; i && n < room; i = i->ai_next) {
    if (i->ai_addrlen > sizeof a->bytes) continue;
    memcpy(a[n].bytes, i->ai_addr, i->ai_addrlen);
    a[n].len = i->ai_addrlen;
    a[n++].type = (uint32_t)net->type;
  }
  race_hide_begin();
  freeaddrinfo(list);
  race_hide_end();
  return n ? n : -ENOENT;
}

int cr_net_resolve(cr_addr *a, const char *network, const char *address) {
  int r = net_lookup(a, 1, network, address, false);
  if (r > 0) race_write(a, sizeof *a, (uintptr_t)__builtin_return_address(0));
  return r < 0 ? r : 0;
}

char *cr_addr_text(const cr_addr *a, char text[CR_ADDR_TEXT]) {
  char ip[INET6_ADDRSTRLEN] = "";
  union {
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    struct sockaddr_un un;
  } s = {0};
  memcpy(&s, a->bytes, a->len < sizeof s ? a->len : sizeof s);
  *text = 0;
  if (a->len < sizeof s.un.sun_family) return text;
  switch (s.in.sin_family) {
  case AF_INET:
    inet_ntop(AF_INET, &s.in.sin_addr, ip, sizeof ip);
    snprintf(text, CR_ADDR_TEXT, "%s:%u", ip, ntohs(s.in.sin_port));
    break;
  case AF_INET6:
    inet_ntop(AF_INET6, &s.in6.sin6_addr, ip, sizeof ip);
    snprintf(text, CR_ADDR_TEXT, "[%s]:%u", ip, ntohs(s.in6.sin6_port));
    break;
  case AF_UNIX: {
    size_t n = a->len - offsetof(struct sockaddr_un, sun_path);
    bool abstract = n > 0 && s.un.sun_path[0] == 0;
    snprintf(text, CR_ADDR_TEXT, "%s%.*s", abstract ? "@" : "", (int)(n - abstract), s.un.sun_path + abstract);
  }
  }
  return text;
}
