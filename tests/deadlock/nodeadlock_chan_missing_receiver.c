// SPDX-License-Identifier: Apache-2.0
// A logger whose writer goroutine is always started: every line is received.
#include <crun/crun.h>
#include <crun/short.h>
#include <stdio.h>

struct logger {
  chan(int) lines;
  chan(int) written;
  FILE *file;
};

static void writer(struct logger *l) {
  int n = 0;
  for_chan (int, level, l->lines) n += level > 0;
  chan_send(l->written, n);
}

static void logger_open(struct logger *l, const char *path) {
  l->lines = chan_make(int);
  l->written = chan_make(int);
  l->file = path ? fopen(path, "w") : NULL;
  go(writer, l);
}

static void log_line(struct logger *l, int level) { chan_send(l->lines, level); }

int main(void) {
  struct logger l;
  int n;
  logger_open(&l, NULL);
  log_line(&l, 1);
  chan_close(l.lines);
  chan_recv(l.written, &n);
  return n != 1;
}
