// SPDX-License-Identifier: Apache-2.0
// output.c: the files that reports go to, opened when the first one is due.
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "options.h"

// ---- text ------------------------------------------------------------------------------------------

static void room(struct text *t, size_t more) {
  if (t->n + more <= t->cap) return;
  size_t cap = t->cap ? t->cap : 4096;
  while (cap < t->n + more) cap *= 2;
  char *bigger = race_alloc(cap);
  if (t->n) memcpy(bigger, t->at, t->n);
  if (t->cap) race_free(t->at, t->cap);
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
  if (t->cap) race_free(t->at, t->cap);
  *t = (struct text){0};
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

// write_all writes n bytes; false: errno says why not. A pipe without a reader is no reason to die.
static bool write_all(int fd, const char *at, size_t n) {
  sigset_t pipe, old, pending;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  sigpending(&pending);
  bool was_pending = sigismember(&pending, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, &old);
  int error = 0;
  while (n > 0) {
    ssize_t w = write(fd, at, n);
    if (w < 0 && errno == EINTR) continue;
    if (w <= 0) {
      error = w < 0 ? errno : EIO;
      break;
    }
    at += w, n -= (size_t)w;
  }
  if (error == EPIPE && !was_pending) {
    struct timespec now = {0};
    sigtimedwait(&pipe, NULL, &now);
  }
  pthread_sigmask(SIG_SETMASK, &old, NULL);
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
