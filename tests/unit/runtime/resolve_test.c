// SPDX-License-Identifier: Apache-2.0
// resolve_test.c: a name server that does not answer stops nobody but who asked: by cr_net, or by libc's own call.
#include "sync_help.h"

#include <netdb.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "crun/net.h"

static int answer[2];  // a byte for each question: the server's answer
static _Atomic int asked;

// The library's too: this program has its own. It blocks its thread, as one that waits for a server does.
int getaddrinfo(const char *restrict host, const char *restrict service, const struct addrinfo *restrict hints,
                struct addrinfo **restrict found) {
  char c;
  if (hints && hints->ai_flags & AI_NUMERICHOST) return EAI_NONAME;
  asked++;
  while (syscall(SYS_read, answer[0], &c, 1) != 1) continue;
  return EAI_NONAME;
}

static void resolves(cr_waitgroup *wg) {
  cr_addr a;
  check_eq(cr_net_resolve(&a, "tcp", "nobody.test:80"), -ENOENT);
  cr_waitgroup_done(wg);
}

static void dials(cr_waitgroup *wg) {
  cr_conn c;
  check_eq(cr_net_dial(&c, "tcp", "nobody.test:80", CR_FOREVER), -ENOENT);
  cr_waitgroup_done(wg);
}

static void asks_libc(cr_waitgroup *wg) {
  struct addrinfo *found = NULL;
  check_eq(getaddrinfo("nobody.test", "80", NULL, &found), EAI_NONAME);
  cr_waitgroup_done(wg);
}

// More of them than there are Ps; the others exchange messages, sleep and start goroutines meanwhile.
static void others_run(void (*asks)(cr_waitgroup *wg)) {
  int n = cr_maxprocs() + 2;
  cr_waitgroup wg = {0};
  cr_chan(int) c = cr_chan_make(int, 1);
  asked = 0;
  check_eq(pipe(answer), 0);
  cr_waitgroup_add(&wg, n);
  for (int i = 0; i < n; i++) cr_go(asks, &wg);
  until(asked == n);
  for (int i = 0, v; i < 100; i++) {
    cr_go(cr_yield);
    cr_chan_send(c, i);
    check(cr_chan_recv(c, &v) && v == i);
  }
  cr_sleep(CR_MILLISECOND);
  for (int i = 0; i < n; i++) check_eq(syscall(SYS_write, answer[1], "x", 1), 1);
  cr_waitgroup_wait(&wg);
  cr_chan_free(c);
  close(answer[0]), close(answer[1]);
}

static void by_resolve(void) { others_run(resolves); }
static void by_dial(void) { others_run(dials); }
static void by_libc(void) { others_run(asks_libc); }

static int all_tests(void) {
  const struct CMUnitTest tests[] = {GO_TEST(by_resolve), GO_TEST(by_dial), GO_TEST(by_libc)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_everywhere(argc, argv, NULL, 0, all_tests); }
