// SPDX-License-Identifier: Apache-2.0
// net_test.c: cr_net over loopback: bytes, deadlines, closing under those who wait, and what the kernel refuses.
#include "sync_help.h"

#include <dirent.h>
#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "io/netpoll.h"

static int open_files(void) {
  DIR *d = opendir("/proc/self/fd");
  int n = 0;
  while (readdir(d)) n++;
  closedir(d);
  return n;
}

// listen_on makes a listener and the text of its address.
static cr_conn listen_on(const char *network, const char *address, char text[CR_ADDR_TEXT]) {
  cr_conn l;
  cr_addr a;
  check_eq(cr_net_listen(&l, network, address), 0);
  check_eq(cr_net_local(l, &a), 0);
  cr_addr_text(&a, text);
  return l;
}

static void serve(cr_conn c) {
  char buf[4096];
  ssize_t n;
  while ((n = cr_net_read(c, buf, sizeof buf)) > 0) check_eq(cr_net_write(c, buf, (size_t)n), n);
  check_eq(cr_net_close(c), 0);
}

static void accept_all(cr_conn l, cr_waitgroup *wg) {
  cr_conn c;
  int r;
  while ((r = cr_net_accept(l, &c)) == 0) cr_go(serve, c);
  check_eq(r, -EBADF);
  cr_waitgroup_done(wg);
}

static void talk(const char *network, const char *address, int rounds, cr_waitgroup *wg) {
  cr_conn c;
  check_eq(cr_net_dial(&c, network, address, CR_FOREVER), 0);
  char out[64], in[64];
  for (int i = 0; i < rounds; i++) {
    memset(out, i, sizeof out);
    check_eq(cr_net_write(c, out, sizeof out), sizeof out);
    for (size_t got = 0; got < sizeof in;) {
      ssize_t n = cr_net_read(c, in + got, sizeof in - got);
      check(n > 0);
      got += (size_t)n;
    }
    check(memcmp(in, out, sizeof in) == 0);
  }
  check_eq(cr_net_close_write(c), 0);
  check_eq(cr_net_read(c, in, 1), 0);
  check_eq(cr_net_close(c), 0);
  cr_waitgroup_done(wg);
}

static void echo_over(const char *network, const char *address) {
  char at[CR_ADDR_TEXT];
  cr_conn l = listen_on(network, address, at);
  cr_waitgroup servers = {0}, clients = {0};
  cr_waitgroup_add(&servers, 3);
  for (int i = 0; i < 3; i++) cr_go(accept_all, l, &servers);
  cr_waitgroup_add(&clients, 20);
  for (int i = 0; i < 20; i++) cr_go(talk, network, at, 50, &clients);
  cr_waitgroup_wait(&clients);
  check_eq(cr_net_close(l), 0);
  cr_waitgroup_wait(&servers);
  check_eq(cr_net_close(l), -EBADF);
}

// has_name tells whether the machine knows these names: a bare one has no /etc/hosts, or no /etc/services.
static bool has_name(const char *host, const char *service) {
  struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found = NULL;
  bool ok = getaddrinfo(host, service, &hints, &found) == 0;
  if (ok) freeaddrinfo(found);
  return ok;
}

static void echo_on_tcp(void) {
  if (has_name("localhost", "0")) echo_over("tcp", "localhost:0");
  echo_over("tcp4", "127.0.0.1:0");
  echo_over("tcp4", ":0");
}

static void echo_on_unix(void) {
  char path[64];
  snprintf(path, sizeof path, "@crun-net-test-%d", (int)getpid());
  echo_over("unix", path);
  snprintf(path, sizeof path, "net_test.%d.socket", (int)getpid());
  echo_over("unix", path);
  unlink(path);
}

// More than a socket's buffers hold: the writer parks until the reader has made room.
static void write_much(cr_conn c, size_t n) {
  char *p = calloc(1, n);
  check_eq(cr_net_write(c, p, n), n);
  free(p);
  cr_net_close(c);
}

static void large_writes(void) {
  cr_conn ends[2];
  char buf[10000];
  check_eq(cr_net_pipe(ends), 0);
  cr_go(write_much, ends[1], (size_t)8000000);
  size_t all = 0;
  for (ssize_t n; (n = cr_net_read(ends[0], buf, sizeof buf)) != 0; all += (size_t)n) check(n > 0);
  check_eq(all, 8000000);
  cr_net_close(ends[0]);
}

static void packets(void) {
  char at[CR_ADDR_TEXT], from_text[CR_ADDR_TEXT], text[CR_ADDR_TEXT];
  cr_conn s = listen_on("udp", "127.0.0.1:0", at), c;
  cr_addr from, mine;
  char buf[16];
  check_eq(cr_net_dial(&c, "udp", at, CR_FOREVER), 0);
  check_eq(cr_net_write(c, "ping", 4), 4);
  check_eq(cr_net_read_from(s, buf, sizeof buf, &from), 4);
  check_eq(cr_net_local(c, &mine), 0);
  check(strcmp(cr_addr_text(&from, from_text), cr_addr_text(&mine, text)) == 0);
  check_eq(cr_net_write_to(s, "pong!", 5, &from), 5);
  check_eq(cr_net_read(c, buf, sizeof buf), 5);
  check_eq(cr_net_write(c, "", 0), 0);  // an empty packet is one too
  check_eq(cr_net_read(s, buf, sizeof buf), 0);
  cr_net_close(c), cr_net_close(s);
}

// ---- deadlines -----------------------------------------------------------------------------------

static void ends_it(cr_conn c, bool close_it) {
  for (int i = 0; i < 30; i++) cr_yield();
  if (close_it) cr_net_close(c);
  else cr_net_set_read_deadline(c, 1);
}

static void deadlines(void) {
  cr_conn ends[2];
  char c;
  check_eq(cr_net_pipe(ends), 0);
  check_eq(cr_net_write(ends[1], "x", 1), 1);
  const int64_t past[] = {INT64_MIN, -1, 1};
  for (int i = 0; i < 3; i++) {  // what is over is over, though there is something to read
    check_eq(cr_net_set_deadline(ends[0], past[i]), 0);
    check_eq(cr_net_read(ends[0], &c, 1), -ETIMEDOUT);
  }
  check_eq(cr_net_set_deadline(ends[0], INT64_MAX - 1), 0);
  check_eq(cr_net_read(ends[0], &c, 1), 1);
  int64_t when = cr_nanotime() + 2 * CR_MILLISECOND;
  check_eq(cr_net_set_read_deadline(ends[0], when), 0);
  check_eq(cr_net_read(ends[0], &c, 1), -ETIMEDOUT);
  check(cr_nanotime() >= when);
  check_eq(cr_net_set_read_deadline(ends[0], CR_FOREVER), 0);
  for (int i = 0; i < 50; i++) {  // another goroutine's deadline ends the read under way
    cr_go(ends_it, ends[0], false);
    check_eq(cr_net_read(ends[0], &c, 1), -ETIMEDOUT);
    check_eq(cr_net_set_deadline(ends[0], 0), 0);
  }
  check_eq(cr_net_write(ends[1], "y", 1), 1);
  check_eq(cr_net_read(ends[0], &c, 1), 1);
  check_eq(cr_net_set_write_deadline(ends[1], cr_nanotime() + CR_MILLISECOND), 0);
  static char much[1 << 20];
  ssize_t n = cr_net_write(ends[1], much, sizeof much);
  check(n > 0 && n < (ssize_t)sizeof much);  // what the pipe holds
  check_eq(cr_net_write(ends[1], much, 1), -ETIMEDOUT);
  cr_net_close(ends[0]), cr_net_close(ends[1]);
}

// A deadline that is put off while a read waits is put off for that read.
static void postpones(cr_conn c, int64_t when, cr_waitgroup *wg) {
  check_eq(cr_net_set_read_deadline(c, when), 0);
  cr_waitgroup_done(wg);
}

static void deadline_put_off(void) {
  cr_conn ends[2];
  char c;
  check_eq(cr_net_pipe(ends), 0);
  int64_t first = cr_nanotime() + 20 * CR_MILLISECOND, second = first + 10 * CR_MILLISECOND;
  cr_net_set_read_deadline(ends[0], first);
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 1);
  cr_go(postpones, ends[0], second, &wg);
  check_eq(cr_net_read(ends[0], &c, 1), -ETIMEDOUT);
  check(cr_nanotime() >= first);
  cr_waitgroup_wait(&wg);
  until(cr_nanotime() >= second);
  cr_net_close(ends[0]), cr_net_close(ends[1]);
}

// ---- closing -------------------------------------------------------------------------------------

static void reads_closed(cr_conn c, _Atomic int *started, cr_waitgroup *wg) {
  char b;
  (*started)++;
  check_eq(cr_net_read(c, &b, 1), -EBADF);
  cr_waitgroup_done(wg);
}

static void close_wakes_readers(void) {
  for (int round = 0; round < 200; round++) {
    cr_conn ends[2];
    cr_waitgroup wg = {0};
    _Atomic int started = 0;
    check_eq(cr_net_pipe(ends), 0);
    cr_waitgroup_add(&wg, 4);
    for (int i = 0; i < 4; i++) cr_go(reads_closed, ends[0], &started, &wg);
    if (round % 2) until(started == 4 && netpoll_waiters() >= 4);
    check_eq(cr_net_close(ends[0]), 0);
    cr_waitgroup_wait(&wg);
    check_eq(cr_net_close(ends[0]), -EBADF);
    cr_net_close(ends[1]);
  }
}

// A stale handle meets nothing, whoever has its number now; neither does one that was never made.
static void stale_handles(void) {
  cr_conn a[2], b[2], none = {0};
  char c;
  check_eq(cr_net_pipe(a), 0);
  cr_conn copy = a[0];
  cr_net_close(a[0]), cr_net_close(a[1]);
  check_eq(cr_net_pipe(b), 0);
  check_eq(cr_net_write(b[1], "x", 1), 1);
  check_eq((uint32_t)b[0].id, (uint32_t)copy.id);
  const cr_conn bad[] = {copy, none, {UINT64_MAX}, {12345}, {(uint64_t)1 << 40}};
  for (int i = 0; i < 5; i++) {
    check_eq(cr_net_read(bad[i], &c, 1), -EBADF);
    check_eq(cr_net_write(bad[i], &c, 1), -EBADF);
    check_eq(cr_net_accept(bad[i], &copy), -EBADF);
    check_eq(cr_net_set_deadline(bad[i], 5), -EBADF);
    check_eq(cr_net_close(bad[i]), -EBADF);
    check_eq(cr_net_fd(bad[i]), -EBADF);
  }
  check_eq(cr_net_read(b[0], &c, 1), 1);
  cr_net_close(b[0]), cr_net_close(b[1]);
}

static void open_and_close(void) {
  char at[CR_ADDR_TEXT];
  cr_conn l = listen_on("tcp", "127.0.0.1:0", at), ends[2], c, s;
  char b;
  for (int i = 0; i < 100; i++) {
    check_eq(cr_net_dial(&c, "tcp", at, CR_FOREVER), 0);
    check_eq(cr_net_accept(l, &s), 0);
    cr_net_close(c);
    check_eq(cr_net_read(s, &b, 1), 0);
    cr_net_close(s);
  }
  int files = open_files();
  for (int i = 0; i < 100000 / 5; i++) {  // five times, with 1, 2, 4, 16 Ps and the default
    check_eq(cr_net_pipe(ends), 0);
    if (i % 100 == 0) {
      cr_net_set_read_deadline(ends[0], cr_nanotime() + 1000);
      check_eq(cr_net_read(ends[0], &b, 1), -ETIMEDOUT);
    }
    cr_net_close(ends[0]), cr_net_close(ends[1]);
  }
  check_eq(open_files(), files);
  cr_net_close(l);
}

// ---- what is refused -----------------------------------------------------------------------------

static void refused(void) {
  char at[CR_ADDR_TEXT];
  cr_conn l = listen_on("tcp", "127.0.0.1:0", at), c;
  cr_conn again = {0};
  check_eq(cr_net_listen(&again, "tcp", at), -EADDRINUSE);
  cr_net_close(l);
  check_eq(cr_net_dial(&c, "tcp", at, CR_FOREVER), -ECONNREFUSED);
  check_eq(cr_net_dial(&c, "tcp", "127.0.0.1", CR_FOREVER), -EINVAL);
  check_eq(cr_net_dial(&c, "tcp", "::1:80", CR_FOREVER), -EINVAL);
  check_eq(cr_net_dial(&c, "sctp", at, CR_FOREVER), -EPROTONOSUPPORT);
  check_eq(cr_net_dial(&c, "tcp", "127.0.0.1:no-such-service", CR_FOREVER), -ENOENT);
  check_eq(cr_net_dial(&c, "unix", "", CR_FOREVER), -EINVAL);
  check_eq(cr_net_dial(&c, "unix", "/no/such/socket", CR_FOREVER), -ENOENT);
  int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  check_eq(cr_net_adopt(&c, fd), -EPERM);
  close(fd);
  check_eq(cr_net_adopt(&c, fd), -EBADF);
}

// A dial gives up in time: the queue of this listener is full.
static void dial_times_out(void) {
  char path[64];
  snprintf(path, sizeof path, "@crun-full-%d", (int)getpid());
  struct { unsigned short family; char name[64]; } un = {1, ""};
  memcpy(un.name + 1, path + 1, strlen(path) - 1);
  int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  check(bind(s, (void *)&un, (socklen_t)(2 + strlen(path))) == 0 && listen(s, 0) == 0);
  cr_conn first, c;
  check_eq(cr_net_dial(&first, "unix", path, CR_FOREVER), 0);
  int64_t start = cr_nanotime();
  check_eq(cr_net_dial(&c, "unix", path, 5 * CR_MILLISECOND), -ETIMEDOUT);
  check(cr_nanotime() >= start + 5 * CR_MILLISECOND);
  check_eq(cr_net_dial(&c, "unix", path, -1), -ETIMEDOUT);
  cr_net_close(first);
  close(s);
}

static void peer_resets(void) {
  char at[CR_ADDR_TEXT], b;
  cr_conn l = listen_on("tcp", "127.0.0.1:0", at), c, s;
  check_eq(cr_net_dial(&c, "tcp", at, CR_FOREVER), 0);
  check_eq(cr_net_accept(l, &s), 0);
  struct linger now = {1, 0};
  check(setsockopt(cr_net_fd(s), SOL_SOCKET, SO_LINGER, &now, sizeof now) == 0);
  cr_net_close(s);
  check_eq(cr_net_read(c, &b, 1), -ECONNRESET);
  check_eq(cr_net_write(c, &b, 1), -EPIPE);  // and no SIGPIPE
  cr_net_close(c), cr_net_close(l);
}

// With no descriptor left accept says so and keeps the connection for later.
static void no_descriptors(void) {
  char at[CR_ADDR_TEXT];
  cr_conn l = listen_on("tcp", "127.0.0.1:0", at), c, s, more[2];
  check_eq(cr_net_dial(&c, "tcp", at, CR_FOREVER), 0);
  struct rlimit old, none;
  getrlimit(RLIMIT_NOFILE, &old);
  none = (struct rlimit){3, old.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  check_eq(cr_net_accept(l, &s), -EMFILE);
  check_eq(cr_net_pipe(more), -EMFILE);
  check_eq(cr_net_dial(&s, "tcp", at, CR_FOREVER), -EMFILE);
  setrlimit(RLIMIT_NOFILE, &old);
  check_eq(cr_net_accept(l, &s), 0);
  cr_net_close(s), cr_net_close(c), cr_net_close(l);
}

// 10,000 idle connections, each with a goroutine that waits on it; then each is served once.
static void answers_once(cr_conn c, cr_waitgroup *wg) {
  char b = 0;
  check_eq(cr_net_read(c, &b, 1), 1);
  check_eq(cr_net_write(c, &b, 1), 1);
  cr_net_close(c);
  cr_waitgroup_done(wg);
}

static void idle_connections(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  int n = limit.rlim_cur > 20200 ? 10000 : (int)limit.rlim_cur / 2 - 100;
  if (n < 10000) fprintf(stderr, "idle_connections: %d, for RLIMIT_NOFILE is %llu\n", n, (unsigned long long)limit.rlim_max);
  cr_conn *c = malloc((size_t)n * sizeof *c);
  cr_waitgroup wg = {0};
  for (int i = 0; i < n; i++) {
    int fds[2];
    cr_conn s;
    check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
    check(cr_net_adopt(&c[i], fds[0]) == 0 && cr_net_adopt(&s, fds[1]) == 0);
    cr_waitgroup_add(&wg, 1);
    cr_go(answers_once, s, &wg);
  }
  until(netpoll_waiters() >= (uint32_t)n);
  for (int i = n; i-- > 0;) {
    char b = (char)i;
    check_eq(cr_net_write(c[i], &b, 1), 1);
    b = 0;
    check_eq(cr_net_read(c[i], &b, 1), 1);
    check_eq(b, (char)i);
    cr_net_close(c[i]);
  }
  cr_waitgroup_wait(&wg);
  free(c);
}

static void round_trip(const char *text) {
  cr_addr a;
  char back[CR_ADDR_TEXT];
  check_eq(cr_net_resolve(&a, text[0] == '/' || text[0] == '@' ? "unix" : "tcp", text), 0);
  check(strcmp(cr_addr_text(&a, back), text) == 0);
}

static void addresses(void) {
  round_trip("127.0.0.1:80");
  round_trip("[::1]:65535");
  round_trip("/some/path");
  round_trip("@a name");
  cr_addr a;
  char text[CR_ADDR_TEXT];
  bool known = has_name("localhost", "http");
  check_eq(cr_net_resolve(&a, "tcp4", "localhost:http") == 0, known);
  if (known) check(strcmp(cr_addr_text(&a, text), "127.0.0.1:80") == 0);
}

static int all_tests(void) {
  const struct CMUnitTest tests[] = {
      GO_TEST(echo_on_tcp),       GO_TEST(echo_on_unix),    GO_TEST(large_writes),     GO_TEST(packets),
      GO_TEST(deadlines),         GO_TEST(deadline_put_off), GO_TEST(close_wakes_readers), GO_TEST(stale_handles),
      GO_TEST(open_and_close),    GO_TEST(refused),         GO_TEST(dial_times_out),   GO_TEST(peer_resets),
      GO_TEST(no_descriptors),    GO_TEST(idle_connections), GO_TEST(addresses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_everywhere(argc, argv, NULL, 0, all_tests); }
