// SPDX-License-Identifier: Apache-2.0
// record_check.c holds a file of findings against the format of docs/reports.md: record_check FILE prints a line
// for each record, its id and the kinds of its accesses in order of time (or its own kind), and fails on the first that is wrong.
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int line_number;

static void check(int ok, const char *what) {
  if (ok) return;
  fprintf(stderr, "record %d: %s\n", line_number, what);
  exit(1);
}

static json_t *get(json_t *object, const char *key, json_type type) {
  json_t *v = json_object_get(object, key);
  check(v && json_typeof(v) == type, key);
  return v;
}

static int is_bool(json_t *object, const char *key) { return json_is_boolean(json_object_get(object, key)); }

// null_or: the key is there, and is null or of the type.
static void null_or(json_t *object, const char *key, json_type type) {
  json_t *v = json_object_get(object, key);
  check(v && (json_is_null(v) || json_typeof(v) == type), key);
}

static void check_stack(json_t *object, const char *key, size_t at_least) {
  json_t *stack = get(object, key, JSON_ARRAY), *frame;
  size_t i;
  check(json_array_size(stack) >= at_least, "an empty stack");
  json_array_foreach(stack, i, frame) {
    null_or(frame, "func", JSON_STRING);
    null_or(frame, "file", JSON_STRING);
    null_or(frame, "module", JSON_STRING);
    get(frame, "line", JSON_INTEGER);
    get(frame, "col", JSON_INTEGER);
    get(frame, "offset", JSON_INTEGER);
    check(is_bool(frame, "inlined"), "inlined");
  }
}

static void check_lock(json_t *l, int with_name) {
  get(l, "kind", JSON_STRING);
  check(!strncmp(json_string_value(get(l, "addr", JSON_STRING)), "0x", 2), "addr of a lock");
  null_or(l, "name", JSON_STRING);
  null_or(l, "path", JSON_STRING);
  check_stack(l, "stack", with_name);
}

static void check_locks(json_t *access) {
  json_t *l;
  size_t i;
  check(is_bool(access, "locks_known"), "locks_known");
  json_array_foreach(get(access, "locks", JSON_ARRAY), i, l) {
    check_lock(l, 1);
    check(is_bool(l, "shared"), "shared");
  }
}

static void check_last_sync(json_t *sync) {
  static const char *const all[] = {"unknown", "none", "creation", "direct", "others"};
  const char *how = json_string_value(get(sync, "how", JSON_STRING));
  int known = 0;
  for (int i = 0; i < 5; i++) known |= !strcmp(how, all[i]);
  check(known, "last_sync.how");
  if (!strcmp(how, "direct")) check_lock(sync, 0);
}

static int check_access(json_t *access) {
  get(access, "kind", JSON_STRING);
  check(json_integer_value(get(access, "size", JSON_INTEGER)) > 0, "size");
  check(!strncmp(json_string_value(get(access, "addr", JSON_STRING)), "0x", 2), "addr");
  check(is_bool(access, "previous") && is_bool(access, "folded"), "previous or folded");
  null_or(access, "source", JSON_STRING);
  null_or(access, "goroutine", JSON_INTEGER);
  check_stack(access, "stack", 1);
  check_locks(access);
  return json_is_true(json_object_get(access, "previous"));
}

static void check_variable(json_t *v) {
  const char *kind = json_string_value(get(v, "kind", JSON_STRING));
  if (!strcmp(kind, "global") || !strcmp(kind, "tls")) {
    get(v, "name", JSON_STRING);
    get(v, "path", JSON_STRING);
    null_or(v, "file", JSON_STRING);
  } else if (!strcmp(kind, "heap")) {
    get(v, "block", JSON_STRING);
    check(is_bool(v, "freed"), "freed");
    check_stack(v, "alloc_stack", 0);
    check_stack(v, "free_stack", 0);
  } else {
    check(!strcmp(kind, "stack") || !strcmp(kind, "unknown"), "variable.kind");
    return;
  }
  if (strcmp(kind, "stack")) get(v, "offset", JSON_INTEGER), get(v, "size", JSON_INTEGER);
}

static void check_goroutines(json_t *goroutines) {
  json_t *g;
  size_t i;
  json_array_foreach(goroutines, i, g) {
    get(g, "id", JSON_INTEGER);
    null_or(g, "name", JSON_STRING);
    null_or(g, "labels", JSON_STRING);
    null_or(g, "parent", JSON_INTEGER);
    check(is_bool(g, "thread") && is_bool(g, "ended"), "thread or ended");
    check_stack(g, "created_by", 0);
  }
}

// check_other holds a finding that is no race against its format and prints its kind.
static void check_other(json_t *r, const char *id) {
  static const char *const kinds[] = {"deadlock", "leak", "lock-order", "misuse"};
  const char *kind = json_string_value(json_object_get(r, "kind"));
  int known = 0;
  for (int i = 0; i < 4; i++) known |= !strcmp(kind, kinds[i]);
  check(known, "kind");
  get(r, "rule", JSON_STRING);
  get(r, "title", JSON_STRING);
  check(is_bool(r, "possible"), "possible");
  null_or(r, "count", JSON_INTEGER);
  json_t *part;
  size_t i;
  json_array_foreach(get(r, "parts", JSON_ARRAY), i, part) {
    get(part, "role", JSON_STRING);
    get(part, "heading", JSON_STRING);
    null_or(part, "goroutine", JSON_INTEGER);
    null_or(part, "name", JSON_STRING);
    null_or(part, "state", JSON_STRING);
    null_or(part, "object", JSON_STRING);
    null_or(part, "source", JSON_STRING);
    check(is_bool(part, "identifies"), "identifies");
    check_stack(part, "stack", 0);
  }
  printf("%s %s\n", id, kind);
}

static void check_record(const char *line) {
  json_error_t error;
  json_t *r = json_loads(line, JSON_REJECT_DUPLICATES, &error);
  if (!r) fprintf(stderr, "%s\n", error.text);
  check(r != NULL, "not JSON");
  const char *id = json_string_value(get(r, "id", JSON_STRING));
  check(strlen(id) == 16 && strspn(id, "0123456789abcdef") == 16, "id");
  if (strcmp(json_string_value(get(r, "kind", JSON_STRING)), "race")) {
    check_other(r, id);
    json_decref(r);
    return;
  }
  json_t *accesses = get(r, "accesses", JSON_ARRAY);
  check(json_array_size(accesses) == 2, "two accesses");
  int first = check_access(json_array_get(accesses, 0)) ? 0 : 1;
  check(check_access(json_array_get(accesses, 1)) == first, "one of the two is previous");
  check_variable(get(r, "variable", JSON_OBJECT));
  check_last_sync(get(r, "last_sync", JSON_OBJECT));
  check_goroutines(get(r, "goroutines", JSON_ARRAY));
  printf("%s %s, %s\n", id, json_string_value(json_object_get(json_array_get(accesses, first), "kind")),
         json_string_value(json_object_get(json_array_get(accesses, !first), "kind")));
  json_decref(r);
}

int main(int argc, char **argv) {
  FILE *f = argc == 2 ? fopen(argv[1], "r") : NULL;
  if (!f) {
    fprintf(stderr, "usage: record_check FILE\n");
    return 2;
  }
  char *line = NULL;
  size_t cap = 0;
  ssize_t n;
  while ((n = getline(&line, &cap, f)) > 0) {
    line_number++;
    check(line[n - 1] == '\n', "the line has no end");
    check_record(line);
  }
}
