// SPDX-License-Identifier: Apache-2.0
// report.c: crun report: reads records of findings (docs/reports.md) and writes each finding once.
#include <errno.h>
#include <jansson.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

struct finding {
  char *id, *summary;
  size_t records;  // how often it was told: by several processes, or in several runs
};

struct findings {
  struct finding **at;  // in the order of the records
  size_t n, cap;
  void *by_id;
};

static int compare(const void *a, const void *b) {
  return strcmp(((const struct finding *)a)->id, ((const struct finding *)b)->id);
}

static struct finding *find(struct findings *all, const char *id) {
  struct finding key = {.id = (char *)id};
  struct finding **found = tfind(&key, &all->by_id, compare);
  return found ? *found : NULL;
}

static void add(struct findings *all, const char *id, char *summary) {
  struct finding *f = resize(NULL, sizeof *f);
  *f = (struct finding){.id = format("%s", id), .summary = summary, .records = 1};
  if (all->n == all->cap) {
    all->cap = all->cap ? 2 * all->cap : 64;
    all->at = resize(all->at, all->cap * sizeof *all->at);
  }
  all->at[all->n++] = f;
  tsearch(f, &all->by_id, compare);
}

// ---- one record ---------------------------------------------------------------------------------

static const char *string_of(json_t *o, const char *key) {
  return json_string_value(json_object_get(o, key));
}

// append joins two strings and frees the first.
static char *append(char *s, const char *more) {
  char *both = format("%s%s", s, more);
  free(s);
  return both;
}

// place_of says where a stack's innermost frame is: "f() x.c:3:4".
static char *place_of(json_t *stack) {
  json_t *f = json_array_get(stack, 0);
  const char *func = string_of(f, "func"), *file = string_of(f, "file");
  long line = (long)json_integer_value(json_object_get(f, "line"));
  long col = (long)json_integer_value(json_object_get(f, "col"));
  if (!f) return format("an unknown place");
  if (!file) {
    const char *module = string_of(f, "module");
    unsigned long offset = (unsigned long)json_integer_value(json_object_get(f, "offset"));
    return func ? format("%s() %s", func, module ? module : "?")
                : format("%s+0x%lx", module ? module : "?", offset);
  }
  char *at = col ? format("%s:%ld:%ld", file, line, col) : format("%s:%ld", file, line);
  char *place = format("%s() %s", func ? func : "?", at);
  free(at);
  return place;
}

static int by_name(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

// join makes one string of n places.
static char *join(char **place, size_t n) {
  char *all = format("%s", "");
  for (size_t i = 0; i < n; i++) {
    if (i) all = append(all, " and ");
    all = append(all, place[i]);
  }
  return all;
}

// places_of_race: both accesses, which a record has in the same order in every run.
static char *places_of_race(json_t *accesses) {
  char *place[2] = {0};
  for (size_t i = 0; i < 2; i++)
    place[i] = place_of(json_object_get(json_array_get(accesses, i), "stack"));
  char *all = join(place, 2);
  for (size_t i = 0; i < 2; i++) free(place[i]);
  return all;
}

// places_of_parts: those that identify the finding, each once, in the order of their names.
static char *places_of_parts(json_t *parts) {
  size_t n = 0, kept = 0, i;
  char **place = resize(NULL, (json_array_size(parts) + 1) * sizeof *place);
  json_t *part;
  json_array_foreach(parts, i, part)
    if (json_is_true(json_object_get(part, "identifies")))
      place[n++] = place_of(json_object_get(part, "stack"));
  qsort(place, n, sizeof *place, by_name);
  for (i = 0; i < n; i++)
    if (!kept || strcmp(place[kept - 1], place[i]) != 0) place[kept++] = place[i];
  char *all = join(place, kept);
  free(place);
  return all;
}

// locks_of says what locks an access held: "f() x.c:3:4 holds mutex m, spin 0x7f20".
static char *locks_of(json_t *access) {
  char *place = place_of(json_object_get(access, "stack"));
  char *s = format("; %s holds", place);
  free(place);
  json_t *l;
  size_t i;
  json_array_foreach(json_object_get(access, "locks"), i, l) {
    const char *name = string_of(l, "name"), *path = string_of(l, "path");
    const char *kind = string_of(l, "kind"), *addr = string_of(l, "addr");
    char *lock = format("%s %s %s%s", i ? "," : "", kind ? kind : "?", name ? name : addr ? addr : "?", path ? path : "");
    s = append(s, lock);
    free(lock);
  }
  return s;
}

// add_locks adds what locks the accesses held, if there are any.
static char *add_locks(char *s, json_t *accesses) {
  json_t *access;
  size_t i;
  json_array_foreach(accesses, i, access) {
    if (json_array_size(json_object_get(access, "locks")) == 0) continue;
    char *locks = locks_of(access);
    s = append(s, locks);
    free(locks);
  }
  return s;
}

static char *summary_of_race(json_t *record) {
  char *places = places_of_race(json_object_get(record, "accesses"));
  json_t *v = json_object_get(record, "variable");
  const char *name = string_of(v, "name"), *path = string_of(v, "path");
  char *s = name ? format("race: %s, on %s%s", places, name, path ? path : "")
                 : format("race: %s", places);
  free(places);
  return add_locks(s, json_object_get(record, "accesses"));
}

static char *summary_of_other(json_t *record, const char *kind) {
  char *places = places_of_parts(json_object_get(record, "parts"));
  const char *rule = string_of(record, "rule");
  bool possible = json_is_true(json_object_get(record, "possible"));
  char *s = format("%s%s (%s): %s", possible ? "possible " : "", kind, rule ? rule : "?", places);
  free(places);
  return s;
}

static bool is_id(const char *s) {
  return s && strlen(s) == 16 && strspn(s, "0123456789abcdef") == 16;
}

// take takes a record in and returns what is wrong with it, nil: nothing.
static const char *take(struct findings *all, json_t *record) {
  const char *id = string_of(record, "id"), *kind = string_of(record, "kind");
  if (!json_is_object(record)) return "not an object";
  if (!is_id(id)) return "no id of 16 hexadecimal digits";
  if (!kind) return "no kind";
  bool race = strcmp(kind, "race") == 0;
  if (!json_is_array(json_object_get(record, race ? "accesses" : "parts")))
    return race ? "a race without accesses" : "a finding without parts";
  struct finding *f = find(all, id);
  if (f) f->records++;
  else add(all, id, race ? summary_of_race(record) : summary_of_other(record, kind));
  return NULL;
}

// ---- a file -------------------------------------------------------------------------------------

// take_line takes in a line of n bytes; false: it is no record, which was said.
static bool take_line(struct findings *all, const char *line, size_t n, const char *file,
                      size_t number) {
  json_error_t error;
  json_t *record = json_loadb(line, n, 0, &error);
  const char *wrong = record ? take(all, record) : error.text;
  if (wrong) say("%s:%zu: no record: %s", file, number, wrong);
  json_decref(record);
  return !wrong;
}

static bool read_file(struct findings *all, const char *file) {
  bool in = strcmp(file, "-") == 0, good = true;
  FILE *f = in ? stdin : fopen(file, "re");
  if (!f) die(EXIT_UNABLE, "cannot read %s: %s", file, strerror(errno));
  char *line = NULL;
  size_t cap = 0, number = 0;
  for (ssize_t n; (n = getline(&line, &cap, f)) >= 0;) {
    number++;
    if (n > 0 && line[n - 1] == '\n') n--;
    if (n > 0) good &= take_line(all, line, (size_t)n, file, number);
  }
  if (ferror(f)) die(EXIT_UNABLE, "cannot read %s: %s", file, strerror(errno));
  free(line);
  if (!in) fclose(f);
  return good;
}

// ---- what is written ----------------------------------------------------------------------------

// put writes s on one line: names in a record may hold anything.
static void put(const char *s) {
  for (; *s; s++) putchar((unsigned char)*s < ' ' || *s == 127 ? '?' : *s);
}

static void put_text(const struct finding *f) {
  put(f->summary);
  printf(" [%s]", f->id);
  if (f->records > 1) printf(" %zu times", f->records);
  putchar('\n');
}

static void put_suppression(const struct finding *f) {
  fputs("# ", stdout);
  put(f->summary);
  printf("\nid:%s\n", f->id);
}

static const struct form {
  const char *name;
  void (*put)(const struct finding *f);
} forms[] = {{"text", put_text}, {"suppressions", put_suppression}};
enum { FORMS = sizeof forms / sizeof *forms };

static const struct form *form_named(const char *name) {
  for (int i = 0; name && i < FORMS; i++)
    if (strcmp(forms[i].name, name) == 0) return &forms[i];
  if (!name) die(EXIT_USAGE, "-to needs a form: text or suppressions");
  die(EXIT_USAGE, "-to %s: the forms are text and suppressions", name);
}

int command_report(int argc, char **argv) {
  struct findings all = {0};
  const struct form *form = &forms[0];
  bool good = true;
  int i = 1;
  for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
    if (strcmp(argv[i], "--") == 0) {
      i++;
      break;
    }
    const char *flag = argv[i] + (argv[i][1] == '-' ? 2 : 1);
    if (strcmp(flag, "to") == 0) form = form_named(argv[++i]);
    else if (strncmp(flag, "to=", 3) == 0) form = form_named(flag + 3);
    else die(EXIT_USAGE, "report: unknown option %s; 'crun help' shows the usage", argv[i]);
  }
  if (i >= argc) die(EXIT_USAGE, "report: no file of records (crun run -json FILE makes one)");
  for (; i < argc; i++) good &= read_file(&all, argv[i]);
  for (size_t k = 0; k < all.n; k++) form->put(all.at[k]);
  return good ? EXIT_OK : EXIT_BUILD;
}
