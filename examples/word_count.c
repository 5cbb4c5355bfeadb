// SPDX-License-Identifier: Apache-2.0
// word_count.c: counts the words of files in parallel, and prints the most frequent ones.
//   crun run -race examples/word_count.c FILE...
//
// A few workers take file names from a channel, each counts into a table of its own, and the tables
// are merged by the one goroutine that receives them: nothing is shared, so nothing is locked.
#include <crun/crun.h>
#include <crun/short.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORKERS = 4, BUCKETS = 4096, MAX_WORD = 64, SHOWN = 10 };

struct word {
  struct word *next;
  long count;
  char text[];
};

struct table {
  struct word *bucket[BUCKETS];
  long words, distinct, unreadable;
};

static unsigned hash_of(const char *text) {
  unsigned h = 2166136261u;
  for (; *text; text++) h = (h ^ (unsigned char)*text) * 16777619u;
  return h % BUCKETS;
}

static void table_add(struct table *t, const char *text, long count) {
  unsigned h = hash_of(text);
  struct word *w = t->bucket[h];
  while (w && strcmp(w->text, text)) w = w->next;
  if (!w) {
    w = malloc(sizeof *w + strlen(text) + 1);
    strcpy(w->text, text);
    w->count = 0;
    w->next = t->bucket[h];
    t->bucket[h] = w;
    t->distinct++;
  }
  w->count += count;
  t->words += count;
}

static void count_file(struct table *t, const char *path) {
  FILE *f = fopen(path, "r");
  if (!f) {
    perror(path);
    t->unreadable++;
    return;
  }
  char word[MAX_WORD + 1];
  int n = 0, ch;
  do {
    ch = getc_unlocked(f);
    if (ch != EOF && isalpha(ch)) {
      if (n < MAX_WORD) word[n++] = (char)tolower(ch);
    } else if (n) {
      word[n] = 0;
      table_add(t, word, 1);
      n = 0;
    }
  } while (ch != EOF);
  fclose(f);
}

static void worker(chan(const char *) paths, chan(struct table *) tables) {
  struct table *mine = calloc(1, sizeof *mine);
  for_chan (const char *, path, paths) count_file(mine, path);
  chan_send(tables, mine);
}

// merge moves what is in from into to, and frees from.
static void merge(struct table *to, struct table *from) {
  for (int i = 0; i < BUCKETS; i++) {
    for (struct word *w = from->bucket[i], *next; w; w = next) {
      next = w->next;
      table_add(to, w->text, w->count);
      free(w);
    }
  }
  to->unreadable += from->unreadable;
  free(from);
}

static int by_count(const void *a, const void *b) {
  const struct word *x = *(struct word *const *)a, *y = *(struct word *const *)b;
  if (x->count != y->count) return x->count < y->count ? 1 : -1;
  return strcmp(x->text, y->text);
}

static void print_most_frequent(const struct table *t) {
  struct word **all = malloc((t->distinct + 1) * sizeof *all);
  long n = 0;
  for (int i = 0; i < BUCKETS; i++)
    for (struct word *w = t->bucket[i]; w; w = w->next) all[n++] = w;
  qsort(all, n, sizeof *all, by_count);
  printf("%ld words, %ld distinct\n", t->words, t->distinct);
  for (long i = 0; i < n && i < SHOWN; i++) printf("%8ld %s\n", all[i]->count, all[i]->text);
  free(all);
}

int main(int argc, char **argv) {
  chan(const char *) paths = chan_make(const char *);
  chan(struct table *) tables = chan_make(struct table *);
  for (int i = 0; i < WORKERS; i++) go(worker, paths, tables);
  for (int i = 1; i < argc; i++) chan_send(paths, argv[i]);
  chan_close(paths);
  struct table *total = calloc(1, sizeof *total);
  for (int i = 0; i < WORKERS; i++) {
    struct table *t;
    chan_recv(tables, &t);
    merge(total, t);
  }
  print_most_frequent(total);
  return total->unreadable > 0;
}
