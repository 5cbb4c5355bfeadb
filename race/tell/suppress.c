// SPDX-License-Identifier: Apache-2.0
// suppress.c: reads the file of suppressions, and holds findings against it.
#include "suppress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "id.h"
#include "kernel.h"
#include "options.h"
#include "tell.h"

#define BIT(kind) (1u << (kind))

// What of a finding a word's pattern is held against.
enum where {
  NOWHERE,   // a report of ThreadSanitizer's that we do not have
  ANY,       // function, file or module of a frame
  TOP,       // the same, of the innermost frame
  LIBRARY,   // module of the innermost frame
  VARIABLE,  // name of a variable
  ID,
};

static const struct word {
  const char *name;
  unsigned kinds;
  enum where where;
} words[] = {
    {"race", BIT(TOLD_RACE), ANY},
    {"race_top", BIT(TOLD_RACE), TOP},
    {"called_from_lib", BIT(TOLD_RACE), LIBRARY},
    {"variable", BIT(TOLD_RACE), VARIABLE},
    {"deadlock", BIT(REPORT_DEADLOCK) | BIT(REPORT_LOCK_ORDER), ANY},  // ThreadSanitizer's are lock orders
    {"lock-order", BIT(REPORT_LOCK_ORDER), ANY},
    {"leak", BIT(REPORT_LEAK), ANY},
    {"misuse", BIT(REPORT_MISUSE), ANY},
    {"mutex", BIT(REPORT_MISUSE), ANY},
    {"thread", 0, NOWHERE},
    {"signal", 0, NOWHERE},
    {"id", ~0u, ID},
};
enum { WORDS = sizeof words / sizeof *words };

// ---- patterns ------------------------------------------------------------------------------------------

// glob: the pattern from p to end, in which * stands for anything, is in s; begins, ends: at its ends.
static bool glob(const char *p, const char *end, bool begins, bool ends, const char *s) {
  const char *star = begins ? NULL : p, *again = s;  // where to go on if it does not fit here
  for (;;) {
    if (p == end && !ends) return true;
    if (!*s) break;
    if (p < end && *p == '*') star = ++p, again = s;
    else if (p < end && *p == *s) p++, s++;
    else if (star) p = star, s = ++again;
    else return false;
  }
  while (p < end && *p == '*') p++;
  return p == end;
}

bool suppress_match(const char *pattern, const char *s) {
  if (!s || !*s) return false;
  bool begins = *pattern == '^';
  pattern += begins;
  const char *end = pattern + strlen(pattern);
  bool ends = end > pattern && end[-1] == '$';
  return glob(pattern, end - ends, begins, ends, s);
}

// ---- the file --------------------------------------------------------------------------------------------

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

static int word_named(const char *s, size_t n) {
  for (int i = 0; i < WORDS; i++)
    if (strlen(words[i].name) == n && memcmp(words[i].name, s, n) == 0) return i;
  return -1;
}

static bool is_id(const char *s) { return strlen(s) == ID_DIGITS && strspn(s, "0123456789abcdef") == ID_DIGITS; }

// wrong says what is wrong with a pattern, nil: nothing.
static const char *wrong(int word, const char *pattern) {
  if (!*pattern) return "the pattern is empty";
  if (words[word].where == ID)
    return is_id(pattern) ? NULL : "not an id: 16 hexadecimal digits";
  if (strspn(pattern, "*^$") == strlen(pattern)) return "the pattern would match everything";
  const char *dollar = strchr(pattern, '$');
  return dollar && dollar[1] ? "$ stands at the end of a pattern alone" : NULL;
}

static void add(struct suppressions *all, struct suppression s) {
  if (all->n == all->cap) {
    size_t cap = all->cap ? 2 * all->cap : 256;
    struct suppression *at = kernel_map(cap * sizeof *at);
    if (all->n) memcpy(at, all->at, all->n * sizeof *at);
    if (all->cap) kernel_unmap(all->at, all->cap * sizeof *at);
    all->at = at;
    all->cap = cap;
  }
  all->at[all->n++] = s;
}

// parse_line takes in a line without its blanks; it returns what is wrong, nil: nothing.
static const char *parse_line(char *line, unsigned number, struct suppressions *out) {
  if (!*line || *line == '#') return NULL;
  char *colon = strchr(line, ':');
  int word = colon ? word_named(line, (size_t)(colon - line)) : -1;
  if (!colon) return "no WORD:PATTERN";
  if (word < 0)
    return "unknown word; there are race, race_top, called_from_lib, variable, deadlock, lock-order, leak, misuse, "
           "mutex, thread, signal, id";
  const char *what = wrong(word, colon + 1);
  if (!what) add(out, (struct suppression){.word = (unsigned)word, .pattern = colon + 1, .line = number});
  return what;
}

size_t suppress_parse(char *text, size_t n, struct suppressions *out,
                      void (*complain)(unsigned line, const char *text, const char *what)) {
  size_t bad = 0;
  unsigned number = 0;
  for (char *p = text, *end = text + n, *next; p < end; p = next) {
    char *stop = memchr(p, '\n', (size_t)(end - p));
    if (!stop) stop = end;
    next = stop + 1;
    number++;
    const char *what = memchr(p, 0, (size_t)(stop - p)) ? "a zero byte" : NULL;
    while (p < stop && is_blank(*p)) p++;
    while (p < stop && is_blank(stop[-1])) stop--;
    *stop = 0;
    if (!what) what = parse_line(p, number, out);
    if (what) bad++, complain(number, p, what);
  }
  return bad;
}

// ---- at the start ------------------------------------------------------------------------------------------

enum { EXIT_UNABLE = 68, MAX_FILE = 64 << 20 };

static struct suppressions all;  // hits: under the lock of tell.h

static void warn(char *line) {
  as_one_line(line);
  if (kernel_write(STDERR_FILENO, line, strlen(line)) < 0) return;
}

static void complain(unsigned number, const char *text, const char *what) {
  char line[1024];
  snprintf(line, sizeof line, "crun: %.400s:%u: %.200s: %s\n", race_options.suppressions, number, text, what);
  warn(line);
}

static _Noreturn void unreadable(int error) {
  char line[1024];
  snprintf(line, sizeof line, "crun: cannot read suppressions %.800s: %s\n", race_options.suppressions,
           strerror(error));
  warn(line);
  _exit(EXIT_UNABLE);
}

// read_file returns the file with a zero byte behind it; it is never unmapped.
static char *read_file(const char *path, size_t *n) {
  int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) unreadable(errno);
  size_t cap = 65536;
  char *text = kernel_map(cap);
  ssize_t r;
  for (*n = 0; (r = syscall(SYS_read, fd, text + *n, cap - *n - 1)) > 0;) {
    *n += (size_t)r;
    if (*n + 1 < cap) continue;
    if (cap >= MAX_FILE) unreadable(EFBIG);
    char *bigger = kernel_map(2 * cap);
    memcpy(bigger, text, *n);
    kernel_unmap(text, cap);
    text = bigger, cap *= 2;
  }
  if (r < 0) unreadable(errno);
  syscall(SYS_close, fd);
  return text;
}

void suppress_init(void) {
  size_t n;
  if (!*race_options.suppressions) return;
  char *text = read_file(race_options.suppressions, &n);
  if (suppress_parse(text, n, &all, complain)) _exit(EXIT_UNABLE);
}

// ---- findings ------------------------------------------------------------------------------------------------

static bool in_frame(const char *pattern, const struct sym_frame *f) {
  return suppress_match(pattern, f->func) || suppress_match(pattern, f->file) || suppress_match(pattern, f->module);
}

static bool in_stack(enum where where, const char *pattern, const struct stack *s) {
  if (s->n == 0) return false;
  switch (where) {
    case TOP: return in_frame(pattern, &s->frame[0]);
    case LIBRARY: return suppress_match(pattern, s->frame[0].module);
    case ANY:
      for (size_t i = 0; i < s->n; i++)
        if (in_frame(pattern, &s->frame[i])) return true;
      return false;
    default: return false;
  }
}

static bool counted(struct suppression *s) {
  s->hits++;
  return true;
}

bool suppressed_id(const char *id) {
  for (struct suppression *s = all.at; s < all.at + all.n; s++)
    if (words[s->word].where == ID && strcmp(s->pattern, id) == 0) return counted(s);
  return false;
}

bool suppressed_stack(int kind, const struct stack *stack) {
  for (struct suppression *s = all.at; s < all.at + all.n; s++) {
    const struct word *w = &words[s->word];
    if ((w->kinds & BIT(kind)) && in_stack(w->where, s->pattern, stack)) return counted(s);
  }
  return false;
}

// ThreadSanitizer's race: is held against the variable's name too.
bool suppressed_variable(const char *name, const char *path) {
  char full[512];
  snprintf(full, sizeof full, "%.300s%s", name, path);
  for (struct suppression *s = all.at; s < all.at + all.n; s++) {
    const struct word *w = &words[s->word];
    bool asked = w->where == VARIABLE || (w->where == ANY && (w->kinds & BIT(TOLD_RACE)));
    if (asked && (suppress_match(s->pattern, name) || suppress_match(s->pattern, full))) return counted(s);
  }
  return false;
}

// ---- at the end ------------------------------------------------------------------------------------------------

static void list(struct text *t, bool matched) {
  for (const struct suppression *s = all.at; s < all.at + all.n; s++) {
    if ((s->hits > 0) != matched) continue;
    if (matched) text_addf(t, "  %zu", s->hits);
    text_addf(t, "  %s:%s (%s:%u)\n", words[s->word].name, s->pattern, race_options.suppressions, s->line);
  }
}

void suppress_summary(struct text *t) {
  size_t hits = 0, unused = 0;
  for (size_t i = 0; i < all.n; i++) {
    hits += all.at[i].hits;
    unused += all.at[i].hits == 0;
  }
  if (hits) {
    text_addf(t, "Suppressed %zu finding(s):\n", hits);
    list(t, true);
  }
  if (unused && race_options.print_suppressions) {
    text_add(t, "Suppressions that matched nothing:\n");
    list(t, false);
  }
}
