// SPDX-License-Identifier: Apache-2.0
// child.c: child processes. Each has a pidfd, which the poller waits for as for a connection: it can be read
// once the process has ended, and it never means another process.
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sys.h"
#include "crun/process.h"
#include "io/net.h"
#include "sched/sched.h"

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

static int add_files(posix_spawn_file_actions_t *files, const struct cr_child_options *o) {
  int e = o->dir ? posix_spawn_file_actions_addchdir_np(files, o->dir) : 0;
  for (int i = 0; i < 3 && !e; i++) {
    if (o->fd[i] < 0) e = posix_spawn_file_actions_addopen(files, i, "/dev/null", O_RDWR, 0);
    else if (o->fd[i] > 0) e = posix_spawn_file_actions_adddup2(files, o->fd[i], i);
  }
  return e;
}

static int spawn(pid_t *pid, const char *file, char *const argv[], const struct cr_child_options *o) {
  posix_spawn_file_actions_t files;
  int e = posix_spawn_file_actions_init(&files);
  if (e) return e;
  e = add_files(&files, o);
  if (!e) e = posix_spawnp(pid, file, &files, NULL, argv, o->env ? o->env : environ);
  posix_spawn_file_actions_destroy(&files);
  return e;
}

int cr_child_start(cr_child *c, const char *file, char *const argv[], const struct cr_child_options *options) {
  static const struct cr_child_options none;
  cr_child made = {0};
  pid_t pid;
  race_hide_begin();
  int e = spawn(&pid, file, argv, options ? options : &none);
  race_hide_end();
  if (e) return -e;
  int fd = (int)sys(SYS_pidfd_open, pid, 0);
  int r = fd < 0 ? fd : cr_net_adopt(&made.end, fd);
  made.pid = pid;
  race_write(c, sizeof *c, (uintptr_t)__builtin_return_address(0));
  *c = made;
  return r;
}

static int status_of(const siginfo_t *info) {
  if (info->si_code == CLD_EXITED) return (info->si_status & 0xff) << 8;
  return info->si_status | (info->si_code == CLD_DUMPED ? 0x80 : 0);
}

// ended takes the child's end: 0, -EAGAIN as long as it runs, or another negative error number.
static long ended(int fd, siginfo_t *info) {
  info->si_pid = 0;
  long r = sys(SYS_waitid, P_PIDFD, fd, info, WEXITED | WNOHANG, NULL);
  return r == 0 && info->si_pid == 0 ? -EAGAIN : r;
}

int cr_child_wait(cr_child c, int *status) {
  struct net_use u;
  siginfo_t info;
  long r = net_begin(&u, c.end);
  if (r < 0) return (int)r;
  do {
    r = net_try(&u, NETPOLL_IN);
    if (r == 0) r = net_again(&u, NETPOLL_IN, ended(u.fd, &info), INT64_MAX);
  } while (r == -EAGAIN);
  r = net_end(&u, r);
  if (r == 0 || r == -ECHILD) cr_net_close(c.end);
  if (r == 0 && status) {
    race_write(status, sizeof *status, (uintptr_t)__builtin_return_address(0));
    *status = status_of(&info);
  }
  return (int)r;
}

int cr_child_signal(cr_child c, int sig) {
  struct net_use u;
  int r = net_begin(&u, c.end);
  return r < 0 ? r : (int)net_end(&u, sys(SYS_pidfd_send_signal, u.fd, sig, NULL, 0));
}
