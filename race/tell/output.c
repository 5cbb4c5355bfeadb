// SPDX-License-Identifier: Apache-2.0
// output.c: the files that reports go to, opened when the first one is due.
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernel.h"
#include "options.h"

// ---- text ------------------------------------------------------------------------------------------

static void room(struct text *t, size_t more) {
  if (t->n + more <= t->cap) return;
  size_t cap = t->cap ? t->cap : 16384;
  while (cap < t->n + more) cap *= 2;
  char *bigger = kernel_map(cap);
  if (t->n) memcpy(bigger, t->at, t->n);
  if (t->cap) kernel_unmap(t->at, t->cap);
  t->at = bigger;
  t->cap = cap;
}

void text_addn(struct text *t, const char *s, size_t n) {
  room(t, n);
  memcpy(t->at + t->n, s, n);
  t->n += n;
}

void text_add(struct text *t, const char *s) { text_addn(t, s, strlen(s)); }

void text_addf(struct text *t, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  int n = vsnprintf(NULL, 0, fmt, ap);
  va_end(ap);
  if (n < 0) return;
  room(t, (size_t)n + 1);
  va_start(ap, fmt);
  vsnprintf(t->at + t->n, (size_t)n + 1, fmt, ap);
  va_end(ap);
  t->n += (size_t)n;
}

void text_free(struct text *t) {
  if (t->cap) kernel_unmap(t->at, t->cap);
  *t = (struct text){0};
}

void as_one_line(char *s) {
  for (; *s; s++)
    if (((unsigned char)*s < ' ' && *s != '\t' && (*s != '\n' || s[1])) || *s == 127) *s = '?';
}

// ---- files -----------------------------------------------------------------------------------------

// A destination, opened at its first use. fd -1: not yet; -2: it could not be, and that was said.
struct destination {
  int fd;
  const char *what;  // for messages
  char path[4096];
};

static struct destination log_file = {.fd = -1, .what = "log_path"};
static struct destination record_file = {.fd = -1, .what = "json_path"};

// has_stderr: descriptor 2 was open at the start. If it was not, it may be a file of the program's by now.
static bool has_stderr = true;

void output_init(void) { has_stderr = syscall(SYS_fcntl, STDERR_FILENO, F_GETFD) >= 0; }

// wait_writable waits until a descriptor that does not block takes more.
static bool wait_writable(int fd) {
  struct pollfd p = {.fd = fd, .events = POLLOUT};
  return kernel_poll(&p, 1) > 0 || errno == EINTR;
}

// Writing where nobody reads or no more may be written is no reason to die.
static const int fatal_to_write[] = {SIGPIPE, SIGXFSZ};
enum { FATAL = sizeof fatal_to_write / sizeof *fatal_to_write };

// hold blocks those signals; release takes back what came meanwhile, but not what was pending before.
static void hold(sigset_t *pending, sigset_t *old) {
  sigset_t set;
  sigemptyset(&set);
  for (int i = 0; i < FATAL; i++) sigaddset(&set, fatal_to_write[i]);
  sigpending(pending);
  pthread_sigmask(SIG_BLOCK, &set, old);
}

static void release(const sigset_t *pending, const sigset_t *old) {
  for (int i = 0; i < FATAL; i++) {
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, fatal_to_write[i]);
    if (!sigismember(pending, fatal_to_write[i])) sigtimedwait(&one, NULL, &(struct timespec){0});
  }
  pthread_sigmask(SIG_SETMASK, old, NULL);
}

// write_all writes n bytes; false: errno says why not.
static bool write_all(int fd, const char *at, size_t n) {
  if (fd == STDERR_FILENO && !has_stderr) return false;
  sigset_t pending, old;
  hold(&pending, &old);
  int error = 0;
  while (n > 0 && !error) {
    ssize_t w = kernel_write(fd, at, n);
    if (w > 0) at += w, n -= (size_t)w;
    else if (w == 0 || errno == EAGAIN) error = wait_writable(fd) ? 0 : EIO;
    else if (errno != EINTR) error = errno;
  }
  release(&pending, &old);
  errno = error;
  return error == 0;
}

static void complain(const struct destination *d, const char *verb) {
  char line[4300];
  int n = snprintf(line, sizeof line, "crun: cannot %s %s %s: %s; reports go to stderr\n", verb, d->what, d->path,
                   strerror(errno));
  write_all(STDERR_FILENO, line, (size_t)n);
}

static int open_file(struct destination *d, const char *fmt, const char *name, int flags) {
  if (d->fd != -1) return d->fd;
  snprintf(d->path, sizeof d->path, fmt, name, (int)getpid());
  d->fd = open(d->path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0644);
  if (d->fd >= 0) return d->fd;
  complain(d, "open");
  return d->fd = -2;
}

void output_report(const struct text *t) {
  const char *path = race_options.log_path;
  int fd = STDERR_FILENO;
  if (strcmp(path, "stdout") == 0) fd = STDOUT_FILENO;
  else if (*path && strcmp(path, "stderr") != 0) fd = open_file(&log_file, "%s.%d", path, O_TRUNC);
  if (fd >= 0 && write_all(fd, t->at, t->n)) return;
  if (fd == STDERR_FILENO) return;
  if (fd == log_file.fd && fd >= 0) complain(&log_file, "write to");
  write_all(STDERR_FILENO, t->at, t->n);
}

void output_record(const struct text *t) {
  const char *path = race_options.json_path;
  if (!*path) return;
  int fd = open_file(&record_file, "%s", path, O_APPEND);
  if (fd < 0 || write_all(fd, t->at, t->n)) return;
  static bool said;
  if (!said) complain(&record_file, "write to");
  said = true;
}
