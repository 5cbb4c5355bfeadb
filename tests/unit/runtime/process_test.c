// SPDX-License-Identifier: Apache-2.0
// process_test.c: signals on channels, and child processes.
#include "sync_help.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>

#include "base/os.h"
#include "io/netpoll.h"

static void to_me(int sig) { check(kill(getpid(), sig) == 0); }

static void each_signal_comes(void) {
  cr_chan(int) c = cr_chan_make(int, 1), d = cr_chan_make(int, 1);
  int sig = 0;
  check_eq(cr_signal_notify(c, SIGUSR1, SIGUSR2), 0);
  check_eq(cr_signal_notify(d, SIGUSR2), 0);
  check_eq(cr_signal_notify(d, SIGUSR2), 0);
  for (int i = 0; i < 200; i++) {
    to_me(SIGUSR1);
    check(cr_chan_recv(c, &sig) && sig == SIGUSR1);
    to_me(SIGUSR2);
    check(cr_chan_recv(c, &sig) && sig == SIGUSR2);
    check(cr_chan_recv(d, &sig) && sig == SIGUSR2);
  }
  check_eq(cr_chan_len(d), 0);
  cr_signal_stop(c);
  to_me(SIGUSR2);
  check(cr_chan_recv(d, &sig) && sig == SIGUSR2);
  check_eq(cr_chan_len(c), 0);
  cr_signal_stop(d);
  cr_signal_stop(d);
  cr_chan_free(c), cr_chan_free(d);
}

static _Atomic int handled;
static void count(int sig) { handled += sig == SIGUSR1; }

// After the last stop the signal does what it did before.
static void stop_gives_back(void) {
  struct sigaction sa = {.sa_handler = count}, old;
  sigaction(SIGUSR1, &sa, &old);
  cr_chan(int) c = cr_chan_make(int, 1);
  check_eq(cr_signal_notify(c, SIGUSR1), 0);
  int n = handled, sig;
  to_me(SIGUSR1);
  check(cr_chan_recv(c, &sig));
  check_eq(handled, n);
  cr_signal_stop(c);
  to_me(SIGUSR1);
  until(handled == n + 1);
  check_eq(cr_chan_len(c), 0);
  sigaction(SIGUSR1, &old, NULL);
  cr_chan_free(c);
}

static void full_channel_drops(void) {
  cr_chan(int) c = cr_chan_make(int, 1), d = cr_chan_make(int, 1), closed = cr_chan_make(int, 1);
  int sig;
  cr_chan_send(c, -1);
  cr_chan_close(closed);
  check(cr_signal_notify(c, SIGUSR1) == 0 && cr_signal_notify(closed, SIGUSR1) == 0 && cr_signal_notify(d, SIGUSR1) == 0);
  for (int i = 0; i < 50; i++) {
    to_me(SIGUSR1);
    cr_chan_recv(d, &sig);
  }
  cr_signal_stop(c), cr_signal_stop(d), cr_signal_stop(closed);
  check(cr_chan_recv(c, &sig) && sig == -1);
  check_eq(cr_chan_len(c), 0);
  cr_chan_free(c), cr_chan_free(d), cr_chan_free(closed);
}

static void storms(pid_t to) {
  for (int i = 0; i < 20000; i++) kill(to, SIGUSR1);
  kill(to, SIGUSR2);
  _exit(0);
}

// As many as come: none kills, the last one is seen, and goroutines go on.
static void storm(void) {
  cr_chan(int) c = cr_chan_make(int, 4), last = cr_chan_make(int, 1);
  check(cr_signal_notify(c, SIGUSR1) == 0 && cr_signal_notify(last, SIGUSR2) == 0);
  pid_t me = getpid(), pid = fork();
  if (pid == 0) storms(me);
  int sig, n = 0;
  while (!cr_chan_try_recv(last, &sig)) {
    n += cr_chan_try_recv(c, &sig);
    cr_yield();
  }
  // All may have come as one, with the last or even after it: two threads take them.
  if (n == 0) n += cr_chan_recv(c, &sig);
  check(n > 0);
  int status;
  check(waitpid(pid, &status, 0) == pid && status == 0);
  cr_signal_stop(c), cr_signal_stop(last);
  cr_chan_free(c), cr_chan_free(last);
}

static void what_is_refused(void) {
  cr_chan(int) c = cr_chan_make(int, 1), nil = NULL;
  const int bad[] = {0, -1, 65, 1000, SIGKILL, SIGSTOP, SIGSEGV};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) check_eq(cr_signal_notify(c, SIGUSR1, bad[i]), -EINVAL);
  check_eq(cr_signal_notify(nil, SIGUSR1), -EINVAL);
  struct sigaction now;
  sigaction(SIGUSR1, NULL, &now);
  check(now.sa_handler == SIG_DFL);
  cr_chan_free(c);
}

// ---- children ------------------------------------------------------------------------------------

static void runs(const char *script, int want, cr_waitgroup *wg) {
  char *argv[] = {"sh", "-c", (char *)script, NULL};
  cr_child c;
  int status = -1;
  check_eq(cr_child_start(&c, "sh", argv, NULL), 0);
  check_eq(cr_child_wait(c, &status), 0);
  check_eq(status, want);
  check_eq(cr_child_wait(c, &status), -EBADF);
  check_eq(cr_child_signal(c, SIGTERM), -EBADF);
  if (wg) cr_waitgroup_done(wg);
}

static void children_end(void) {
  int threads = os_threads();
  runs("exit 0", 0, NULL);
  runs("exit 7", 7 << 8, NULL);
  runs("kill -9 $$", 9, NULL);
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 20);
  for (int i = 0; i < 20; i++) cr_go(runs, "sleep 0.05; exit 3", 3 << 8, &wg);
  cr_waitgroup_wait(&wg);
  check(os_threads() <= threads + 2 * cr_maxprocs() + 4);
}

static void child_is_told_to_end(void) {
  char *argv[] = {"sleep", "1000", NULL};
  cr_child c;
  int status;
  check_eq(cr_child_start(&c, "sleep", argv, NULL), 0);
  check_eq(cr_child_signal(c, SIGTERM), 0);
  check_eq(cr_child_wait(c, &status), 0);
  check_eq(status, SIGTERM);
}

static void child_has_what_it_is_given(void) {
  cr_conn p[2];
  cr_child c;
  char *argv[] = {"sh", "-c", "cat; pwd; echo $WORD; test -c /dev/stderr", NULL}, *env[] = {"PATH=/bin:/usr/bin", "WORD=word", NULL};
  int in[2];
  check(pipe2(in, O_CLOEXEC) == 0 && write(in[1], "in\n", 3) == 3);
  close(in[1]);
  check_eq(cr_net_pipe(p), 0);
  struct cr_child_options o = {.env = env, .dir = "/", .fd = {in[0], cr_net_fd(p[1]), -1}};
  check_eq(cr_child_start(&c, "sh", argv, &o), 0);
  close(in[0]);
  cr_net_close(p[1]);
  char text[100];
  size_t n = 0;
  for (ssize_t r; (r = cr_net_read(p[0], text + n, sizeof text - 1 - n)) > 0;) n += (size_t)r;
  text[n] = 0;
  cr_net_close(p[0]);
  int status;
  check_eq(cr_child_wait(c, &status), 0);
  check_eq(status, 0);
  check(strcmp(text, "in\n/\nword\n") == 0);
}

static void no_child(void) {
  char *argv[] = {"no-such-program", NULL};
  cr_child c;
  check_eq(cr_child_start(&c, "no-such-program", argv, NULL), -ENOENT);
}

static int all_tests(void) {
  const struct CMUnitTest tests[] = {
      GO_TEST(what_is_refused), GO_TEST(each_signal_comes),    GO_TEST(stop_gives_back),            GO_TEST(full_channel_drops), GO_TEST(storm),
      GO_TEST(children_end),    GO_TEST(child_is_told_to_end), GO_TEST(child_has_what_it_is_given), GO_TEST(no_child),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_everywhere(argc, argv, NULL, 0, all_tests); }
