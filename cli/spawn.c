// SPDX-License-Identifier: Apache-2.0
// spawn.c: starts programs, waits for them, and passes signals on.
//
// A program runs in crun's own process group, in the foreground if crun is. What the terminal sends
// (ctrl-C, ctrl-\, ctrl-Z, a hang-up) reaches both; what a process sends to crun alone is passed
// on.
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli.h"

extern char **environ;

static const int held[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM};
enum { HELD = sizeof held / sizeof *held };

static sigset_t ours;                // those that signals_hold took; read-only after it
static volatile sig_atomic_t child;  // 0: none
static volatile sig_atomic_t received;

static void on_signal(int sig, siginfo_t *info, void *context) {
  (void)context;
  int saved = errno;
  received = sig;
  if (info->si_code <= 0 && child > 0)
    kill((pid_t)child, sig);  // from a process, not from the kernel
  errno = saved;
}

void signals_hold(void) {
  sigemptyset(&ours);
  for (int i = 0; i < HELD; i++) {
    struct sigaction old, new = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigfillset(&new.sa_mask);
    sigaction(held[i], NULL, &old);
    if (old.sa_handler == SIG_IGN) continue;  // nohup
    sigaction(held[i], &new, NULL);
    sigaddset(&ours, held[i]);
  }
}

// start spawns argv with stdout (out >= 0) or all three streams (quiet) elsewhere; 0 or an error
// number. The signals in `ours` are blocked by the caller until it has the pid; mask is what the
// child gets.
static int start(pid_t *pid, const char *const *argv, const sigset_t *mask, int out, bool quiet) {
  posix_spawnattr_t attr;
  posix_spawn_file_actions_t files;
  int error = posix_spawnattr_init(&attr);
  if (error) return error;
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_setsigdefault(&attr, &ours);
  posix_spawnattr_setsigmask(&attr, mask);
  posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  if (quiet) posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (quiet) posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  if (out >= 0) posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
  else if (quiet) posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  error = posix_spawn(pid, argv[0], &files, &attr, (char *const *)argv, environ);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attr);
  return error;
}

// stop_too stops crun as its program was stopped from the terminal, so that the shell sees it, and
// lets the program go on when the shell continues crun.
static void stop_too(pid_t pid, int sig) {
  if (sig != SIGTSTP && sig != SIGTTIN && sig != SIGTTOU) return;
  raise(sig);
  kill(pid, SIGCONT);
}

static int wait_for(pid_t pid) {
  int status;
  for (;;) {
    if (waitpid(pid, &status, WUNTRACED) < 0) {
      if (errno == EINTR) continue;
      return -1;
    }
    if (!WIFSTOPPED(status)) return status;
    stop_too(pid, WSTOPSIG(status));
  }
}

int spawn_wait(const char *const *argv) {
  sigset_t mask;
  sigprocmask(SIG_BLOCK, &ours, &mask);
  if (received) {
    sigprocmask(SIG_SETMASK, &mask, NULL);
    return received;  // as a wait status: ended by it
  }
  pid_t pid = 0;
  int error = start(&pid, argv, &mask, -1, false);
  child = error ? 0 : pid;
  sigprocmask(SIG_SETMASK, &mask, NULL);
  int status = error ? -1 : wait_for(pid);
  child = 0;
  if (error) errno = error;
  return status;
}

void spawn_exec(const char *const *argv) { execv(argv[0], (char *const *)argv); }

int spawn_code(int status) {
  return WIFSIGNALED(status) ? EXIT_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

static int run_quietly(const char *const *argv, int out, int in, char **text) {
  sigset_t mask;
  sigprocmask(SIG_BLOCK, NULL, &mask);
  pid_t pid;
  int error = start(&pid, argv, &mask, out, true);
  if (out >= 0) close(out);
  if (error) return -1;
  size_t n = 0, cap = 0;
  while (in >= 0) {
    if (n + 1 >= cap) *text = resize(*text, cap = cap ? 2 * cap : 4096);
    ssize_t r = read(in, *text + n, cap - n - 1);
    if (r < 0 && errno == EINTR) continue;
    if (r <= 0) break;
    n += (size_t)r;
  }
  if (*text) (*text)[n] = 0;
  return wait_for(pid);
}

int spawn_quiet(const char *const *argv) {
  char *none = NULL;
  return run_quietly(argv, -1, -1, &none);
}

char *spawn_read(const char *const *argv) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return NULL;
  char *text = NULL;
  int status = run_quietly(argv, ends[1], ends[0], &text);
  close(ends[0]);
  if (status == 0) return text;
  free(text);
  return NULL;
}

static void print_word(const char *s) {
  static const char plain[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+./,:@%";
  if (*s && !s[strspn(s, plain)]) {
    fputs(s, stderr);
    return;
  }
  fputc('\'', stderr);
  for (; *s; s++) {
    if (*s == '\'') fputs("'\\''", stderr);
    else fputc(*s, stderr);
  }
  fputc('\'', stderr);
}

void print_command(const char *const *argv) {
  for (int i = 0; argv[i]; i++) {
    if (i) fputc(' ', stderr);
    print_word(argv[i]);
  }
  fputc('\n', stderr);
}
