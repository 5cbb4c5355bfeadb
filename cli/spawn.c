// SPDX-License-Identifier: Apache-2.0
// spawn.c: fork, exec, wait, and the signals that concern both.
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli.h"

static const int passed[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP};
enum { PASSED = sizeof passed / sizeof *passed };

static volatile sig_atomic_t child;
static volatile sig_atomic_t got;

// The terminal sends SIGINT and SIGQUIT to the whole group, the child too; the other two are passed on.
static void on_signal(int sig) {
  got = sig;
  if (child > 0 && (sig == SIGTERM || sig == SIGHUP)) kill((pid_t)child, sig);
}

// start forks and executes argv with the signals as they were; -1 and errno if it cannot.
static pid_t start(const char *const *argv, const struct sigaction *old, const sigset_t *mask) {
  int report[2];
  if (pipe2(report, O_CLOEXEC) < 0) return -1;
  pid_t pid = fork();
  if (pid == 0) {
    for (int i = 0; i < PASSED; i++) sigaction(passed[i], &old[i], NULL);
    sigprocmask(SIG_SETMASK, mask, NULL);
    execvp(argv[0], (char *const *)argv);
    int error = errno;
    ssize_t w = write(report[1], &error, sizeof error);
    _exit(w == sizeof error ? 127 : 126);
  }
  close(report[1]);
  int error = 0;
  if (pid > 0 && read(report[0], &error, sizeof error) == sizeof error) {
    waitpid(pid, NULL, 0);
    pid = -1;
    errno = error;
  }
  close(report[0]);
  return pid;
}

int spawn_wait(const char *const *argv, bool *interrupted) {
  struct sigaction sa = {.sa_handler = on_signal}, old[PASSED];
  sigset_t block, mask;
  sigemptyset(&sa.sa_mask);
  sigemptyset(&block);
  got = 0;
  for (int i = 0; i < PASSED; i++) {
    sigaddset(&block, passed[i]);
    sigaction(passed[i], NULL, &old[i]);
    if (old[i].sa_handler != SIG_IGN) sigaction(passed[i], &sa, NULL);
  }
  sigprocmask(SIG_BLOCK, &block, &mask);  // until the child's number is known
  pid_t pid = start(argv, old, &mask);
  int error = errno;
  child = pid;
  sigprocmask(SIG_SETMASK, &mask, NULL);
  int status = 127 << 8;
  while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  child = 0;
  for (int i = 0; i < PASSED; i++) sigaction(passed[i], &old[i], NULL);
  if (interrupted) *interrupted = got != 0;
  errno = error;
  return WIFSIGNALED(status) ? EXIT_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

char *spawn_read(const char *const *argv) {
  int out[2];
  if (pipe2(out, O_CLOEXEC) < 0) return NULL;
  pid_t pid = fork();
  if (pid == 0) {
    dup2(out[1], STDOUT_FILENO);
    int null = open("/dev/null", O_WRONLY);
    if (null >= 0) dup2(null, STDERR_FILENO);
    execvp(argv[0], (char *const *)argv);
    _exit(127);
  }
  close(out[1]);
  size_t n = 0, cap = 4096;
  char *text = malloc(cap);
  for (ssize_t r; text && pid > 0 && (r = read(out[0], text + n, cap - n - 1)) > 0;) {
    n += (size_t)r;
    if (cap - n < 2) text = realloc(text, cap *= 2);
  }
  close(out[0]);
  int status = 1;
  while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  if (text) text[n] = 0;
  if (status == 0) return text;
  free(text);
  return NULL;
}

void print_command(const char *const *argv) {
  for (int i = 0; argv[i]; i++) {
    if (i) fputc(' ', stderr);
    if (*argv[i] && !argv[i][strspn(argv[i], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+./,:@%")]) {
      fputs(argv[i], stderr);
      continue;
    }
    fputc('\'', stderr);
    for (const char *s = argv[i]; *s; s++) {
      if (*s == '\'') fputs("'\\''", stderr);
      else fputc(*s, stderr);
    }
    fputc('\'', stderr);
  }
  fputc('\n', stderr);
}
