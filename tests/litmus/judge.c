// SPDX-License-Identifier: Apache-2.0
// judge compiles one program with crun, runs it in every configuration and holds what the detector
// says against what the program's comments say it must.
//
//     judge [-plain | -uninstrumented | -blind | -tsan=TABLE] CRUN LEVEL PROGRAM.c WORKDIR [EXPECT]
//
// LEVEL is one or more compiler flags, such as -O2 or "-O2 -race-checks=all". The directives, each a comment line of PROGRAM.c (or of the
// file EXPECT, for a program that should not carry any):
//
//     // RACE: write A, read B       the run must report this pair; @A marks a line of PROGRAM.c
//     // RACE-ALSO: write A, read B  it may report this one; if no RACE is named, at least one of these
//     // STACK A: inner, outer       the frames of PROGRAM.c in the stack of the access at @A
//     // ARGS: 0 1 2                 run once for each word, given as argument; 0..7 is a range, 0..7/2 each second
//     // FLAGS: -mavx2               more flags for the compiler
//
// Without a RACE the program must exit 0 and write nothing to stderr. With one it must exit 66 and
// its JSON record must hold exactly the pairs named. Each program runs with CRUNMAXPROCS 1 and 4 and
// with LITMUS_ORDER 0 and 1; one with many ARGS takes these in turn.
//
// The first three options are the negative controls, which show that the gate can fail: the program
// is built without -race, or its object without the plugin, or it is run with the report thrown away.
// judge then exits 0 if it would have said "wrong". With -tsan=TABLE the program is built with -race=tsan, runs in
// half of the configurations, and its verdict must be right, or be wrong as the table says (difference.h).
//
// Exit: 0 right, 1 wrong, 2 could not judge, 77 the machine cannot run it.
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "difference.h"

enum { MAX_RACES = 8, MAX_STACKS = 4, MAX_ARGS = 2000, MANY_ARGS = 8, RUN_SECONDS = 120, HANG_SECONDS = 3, RACE_EXIT = 66, SKIP = 77 };

enum control { CONTROL_NONE, CONTROL_PLAIN, CONTROL_UNINSTRUMENTED, CONTROL_BLIND };

struct side {
  char kind[32];
  int line;
};

struct race {
  struct side side[2];
  bool optional, seen;
};

struct stack {
  int line;
  char frames[256];  // "inner, outer"
};

struct program {
  const char *crun, *level, *source, *workdir, *expect;
  enum control control;
  const char *table;             // of differences: the engine is -race=tsan; nil: it is ours
  const struct difference *listed;  // what the table has on the program; nil: nothing
  enum says says;                // what was said wrongly, the worst of it
  char **lines;  // of source
  int n_lines;
  struct race races[MAX_RACES];
  int n_races;
  struct stack stacks[MAX_STACKS];
  int n_stacks;
  char *args[MAX_ARGS];
  int n_args;
  char flags[256];
};

static _Noreturn void give_up(const char *format, ...) {
  va_list ap;
  va_start(ap, format);
  fputs("judge: ", stderr);
  vfprintf(stderr, format, ap);
  fputc('\n', stderr);
  va_end(ap);
  exit(2);
}

// ---- the directives -------------------------------------------------------------------------

static char **read_lines(const char *path, int *n) {
  FILE *f = fopen(path, "r");
  if (!f) give_up("%s: %s", path, strerror(errno));
  char **lines = NULL, *line = NULL;
  size_t cap = 0;
  for (*n = 0; getline(&line, &cap, f) >= 0; ++*n) {
    lines = realloc(lines, (*n + 1) * sizeof *lines);
    line[strcspn(line, "\n")] = 0;
    lines[*n] = strdup(line);
  }
  free(line);
  fclose(f);
  return lines;
}

// line_of finds the line marked @label.
static int line_of(const struct program *p, const char *label) {
  char mark[64];
  int n = snprintf(mark, sizeof mark, "// @%s", label);
  for (int i = 0; i < p->n_lines; i++) {
    const char *at = strstr(p->lines[i], mark);
    if (at && !isalnum((unsigned char)at[n])) return i + 1;
  }
  give_up("%s: no line is marked @%s", p->source, label);
}

// line_with finds the one line that contains text.
static int line_with(const struct program *p, const char *text) {
  int found = 0;
  for (int i = 0; i < p->n_lines; i++) {
    if (!strstr(p->lines[i], text)) continue;
    if (found) give_up("%s: more than one line has \"%s\"", p->source, text);
    found = i + 1;
  }
  if (!found) give_up("%s: no line has \"%s\"", p->source, text);
  return found;
}

// read_side reads "atomic write A" or "write `text`".
static void read_side(const struct program *p, char *text, struct side *side) {
  char *quote = strchr(text, '`'), *place;
  if (quote) {
    place = quote + 1;
    place[strcspn(place, "`")] = 0;
    quote[-1] = 0;
  } else {
    place = strrchr(text, ' ');
    if (!place) give_up("%s: bad directive", p->source);
    *place++ = 0;
  }
  snprintf(side->kind, sizeof side->kind, "%s", text);
  side->line = quote ? line_with(p, place) : line_of(p, place);
}

static void read_race(struct program *p, char *text, bool optional) {
  char *quote = strchr(text, '`'), *end = quote ? strchr(quote + 1, '`') : NULL;
  char *second = strstr(end ? end : text, ", ");
  if (!second || p->n_races == MAX_RACES) give_up("%s: bad RACE directive", p->source);
  *second = 0;
  struct race *r = &p->races[p->n_races++];
  r->optional = optional;
  read_side(p, text, &r->side[0]);
  read_side(p, second + 2, &r->side[1]);
}

static void read_args(struct program *p, char *text) {
  for (char *w = strtok(text, " "); w; w = strtok(NULL, " ")) {
    int from = 0, to = 0, step = 1;
    bool range = sscanf(w, "%d..%d/%d", &from, &to, &step) >= 2;
    if (step < 1) give_up("%s: bad ARGS: %s", p->source, w);
    for (int i = range ? from : 0; i <= (range ? to : 0); i += step) {
      if (p->n_args == MAX_ARGS) give_up("%s: too many ARGS", p->source);
      if (!range || asprintf(&p->args[p->n_args], "%d", i) < 0) p->args[p->n_args] = strdup(w);
      p->n_args++;
    }
  }
}

static void read_stack(struct program *p, char *text) {
  char *frames = strstr(text, ": ");
  if (!frames || p->n_stacks == MAX_STACKS) give_up("%s: bad STACK directive", p->source);
  *frames = 0;
  struct stack *s = &p->stacks[p->n_stacks++];
  s->line = line_of(p, text);
  snprintf(s->frames, sizeof s->frames, "%s", frames + 2);
}

static const char *after(const char *line, const char *prefix) {
  size_t n = strlen(prefix);
  return strncmp(line, prefix, n) ? NULL : line + n;
}

static void read_directive(struct program *p, const char *line) {
  const char *rest;
  char *copy = NULL;
  if ((rest = after(line, "// RACE: "))) read_race(p, copy = strdup(rest), false);
  else if ((rest = after(line, "// RACE-ALSO: "))) read_race(p, copy = strdup(rest), true);
  else if ((rest = after(line, "// STACK "))) read_stack(p, copy = strdup(rest));
  else if ((rest = after(line, "// ARGS: "))) read_args(p, copy = strdup(rest));
  else if ((rest = after(line, "// FLAGS: "))) snprintf(p->flags, sizeof p->flags, "%s", rest);
  free(copy);
}

static void read_program(struct program *p) {
  p->lines = read_lines(p->source, &p->n_lines);
  int n = p->n_lines;
  char **lines = p->expect ? read_lines(p->expect, &n) : p->lines;
  for (int i = 0; i < n; i++) read_directive(p, lines[i]);
  if (p->n_args == 0) p->args[p->n_args++] = NULL;
  const char *base = strrchr(p->source, '/');
  base = base ? base + 1 : p->source;
  if (!strncmp(base, "race_", 5) != (p->n_races > 0) && !p->expect)
    give_up("%s: the name is the verdict, and the RACE directive says another", p->source);
}

// ---- building and running -------------------------------------------------------------------

static void redirect(int fd, const char *path) {
  int to = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (to < 0 || dup2(to, fd) < 0) _exit(127);
  close(to);
}

static unsigned run_seconds = RUN_SECONDS;

// run runs argv with its output in files and gives back its status, or 128+n for a signal.
static int run(char *const argv[], const char *out, const char *err) {
  pid_t pid = fork();
  if (pid < 0) give_up("fork: %s", strerror(errno));
  if (pid == 0) {
    if (out) redirect(1, out);
    if (err) redirect(2, err);
    alarm(run_seconds);  // a hang is a wrong verdict; a run needs well under a second
    execvp(argv[0], argv);
    _exit(127);
  }
  int status;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) give_up("waitpid: %s", strerror(errno));
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static char *path_in(const struct program *p, const char *name) {
  char *path;
  if (asprintf(&path, "%s/%s", p->workdir, name) < 0) give_up("out of memory");
  return path;
}

static char *slurp(const char *path) {
  FILE *f = fopen(path, "r");
  if (!f) return strdup("");
  char *text = NULL;
  size_t n = 0;
  if (getdelim(&text, &n, EOF, f) < 0) {
    free(text);
    text = strdup("");
  }
  fclose(f);
  return text;
}

static void must(const struct program *p, const char *what, char *const argv[]) {
  char *err = path_in(p, "build.err");
  int code = run(argv, NULL, err);
  if (code) give_up("%s of %s failed with %d:\n%s", what, p->source, code, slurp(err));
  free(err);
}

static int split(char *text, char **words, int max) {
  int n = 0;
  for (char *w = strtok(text, " "); w && n < max; w = strtok(NULL, " ")) words[n++] = w;
  return n;
}

static char *build(struct program *p) {
  char *exe = path_in(p, "a.out"), *object = path_in(p, "plain.o"), flags[sizeof p->flags], level[64];
  char *argv[48] = {(char *)p->crun, "build"};
  int n = 2;
  bool plain_object = p->control == CONTROL_UNINSTRUMENTED;
  if (plain_object) {
    char *cc[] = {(char *)p->crun, "cc", "-I" LITMUS_DIR, "-g", (char *)p->level, "-c", (char *)p->source, "-o", object, NULL};
    must(p, "compiling", cc);
  }
  if (p->control != CONTROL_PLAIN) argv[n++] = p->table ? "-race=tsan" : "-race";
  strcpy(flags, p->flags);
  n += split(flags, argv + n, 16);
  snprintf(level, sizeof level, "%s", p->level);
  n += split(level, argv + n, 4);
  argv[n++] = "-I" LITMUS_DIR;
  char *rest[] = {"-g", "-o", exe, plain_object ? object : (char *)p->source, "-lm",
                  // A link in which nothing is instrumented is refused; here something is.
                  plain_object ? LITMUS_DIR "/instrumented.c" : NULL};
  memcpy(argv + n, rest, sizeof rest);
  must(p, "building", argv);
  free(object);
  return exe;
}

// ---- the verdict ----------------------------------------------------------------------------

struct outcome {
  struct program *p;
  const char *arg;
  int procs, order;
  bool wrong;
};

// said notes what an engine said wrongly.
static void said_so(struct program *p, enum says what) {
  if (what > p->says) p->says = what;
}

static void complain(struct outcome *o, const char *format, ...) {
  o->wrong = true;
  said_so(o->p, SAYS_OTHERWISE);
  if (o->p->control != CONTROL_NONE || o->p->listed) return;
  const char *base = strrchr(o->p->source, '/');
  fprintf(stderr, "%s %s CRUNMAXPROCS=%d LITMUS_ORDER=%d%s%s: ", base ? base + 1 : o->p->source,
          o->p->level, o->procs, o->order, o->arg ? " " : "", o->arg ? o->arg : "");
  va_list ap;
  va_start(ap, format);
  vfprintf(stderr, format, ap);
  fputc('\n', stderr);
  va_end(ap);
}

static const char *text_of(json_t *object, const char *key) {
  const char *text = json_string_value(json_object_get(object, key));
  return text ? text : "";
}

static bool in_program(const struct program *p, json_t *frame) {
  const char *file = text_of(frame, "file"), *a = strrchr(file, '/'), *b = strrchr(p->source, '/');
  return !strcmp(a ? a + 1 : file, b ? b + 1 : p->source);
}

// program_frames is the line of the innermost frame of PROGRAM.c, and the names of all of them.
static int program_frames(const struct program *p, json_t *stack, char *names, size_t size) {
  size_t i, used = 0;
  int line = 0;
  json_t *frame;
  names[0] = 0;
  json_array_foreach(stack, i, frame) {
    if (!in_program(p, frame)) continue;
    if (!line) line = (int)json_integer_value(json_object_get(frame, "line"));
    used += snprintf(names + used, used < size ? size - used : 0, "%s%s", used ? ", " : "", text_of(frame, "func"));
    if (used >= size) break;
  }
  return line;
}

static void check_stack(struct outcome *o, int line, const char *names) {
  for (int i = 0; i < o->p->n_stacks; i++) {
    const struct stack *want = &o->p->stacks[i];
    if (want->line == line && strcmp(want->frames, names))
      complain(o, "the stack at line %d is \"%s\", not \"%s\"", line, names, want->frames);
  }
}

static bool same(const struct side *want, const char *kind, int line) {
  return want->line == line && !strcmp(want->kind, kind);
}

static void check_finding(struct outcome *o, json_t *finding) {
  json_t *accesses = json_object_get(finding, "accesses");
  if (strcmp(text_of(finding, "kind"), "race") || json_array_size(accesses) != 2)
    return complain(o, "a record that is not a race with two accesses");
  const char *kind[2];
  int line[2];
  for (int i = 0; i < 2; i++) {
    json_t *access = json_array_get(accesses, i);
    char names[4096];
    kind[i] = text_of(access, "kind");
    line[i] = program_frames(o->p, json_object_get(access, "stack"), names, sizeof names);
    check_stack(o, line[i], names);
  }
  for (int k = 0; k < o->p->n_races; k++) {
    struct race *r = (struct race *)&o->p->races[k];
    for (int turned = 0; turned < 2; turned++)
      if (same(&r->side[0], kind[turned], line[turned]) && same(&r->side[1], kind[!turned], line[!turned])) {
        if (r->seen) complain(o, "%s line %d, %s line %d reported twice", kind[0], line[0], kind[1], line[1]);
        r->seen = true;
        return;
      }
  }
  complain(o, "unexpected race: %s line %d, %s line %d", kind[0], line[0], kind[1], line[1]);
}

static void check_record(struct outcome *o, const char *path) {
  int n = 0;
  char **lines = access(path, R_OK) ? NULL : read_lines(path, &n);
  for (int k = 0; k < o->p->n_races; k++) ((struct race *)&o->p->races[k])->seen = false;
  for (int i = 0; i < n; i++) {
    json_error_t error;
    json_t *finding = json_loads(lines[i], 0, &error);
    if (!finding) complain(o, "line %d of the record is not JSON: %s", i + 1, error.text);
    else check_finding(o, finding);
    json_decref(finding);
    free(lines[i]);
  }
  free(lines);
  bool any = false, all_optional = true;
  for (int k = 0; k < o->p->n_races; k++) {
    const struct race *r = &o->p->races[k];
    any |= r->seen;
    all_optional &= r->optional;
    if (!r->seen && !r->optional)
      complain(o, "missed: %s line %d, %s line %d", r->side[0].kind, r->side[0].line, r->side[1].kind, r->side[1].line);
  }
  if (o->p->n_races && all_optional && !any) complain(o, "missed: none of the races is in the record");
}

// judge_run runs exe once and gives back its exit status.
static int judge_run(struct outcome *o, char *exe) {
  const struct program *p = o->p;
  char *json = path_in(p, "record.json"), *err = path_in(p, "run.err"), *out = path_in(p, "run.out");
  char text[4096];
  unlink(json);
  if (p->control != CONTROL_BLIND) {
    snprintf(text, sizeof text, "json_path='%s'", json);
    setenv("CRUNRACE", text, 1);
  }
  snprintf(text, sizeof text, "%d", o->procs);
  setenv("CRUNMAXPROCS", text, 1);
  setenv("LITMUS_ORDER", o->order ? "1" : "0", 1);
  char *argv[] = {exe, (char *)o->arg, NULL};
  int code = run(argv, out, err);
  char *said = slurp(err);
  int want = p->n_races ? RACE_EXIT : 0;
  if (code == SKIP) goto done;
  if (code == 0 && want == RACE_EXIT) said_so(o->p, SAYS_MISSES);
  else if (code == RACE_EXIT && want == 0) said_so(o->p, SAYS_ALARM);
  else if (code == 128 + SIGALRM) said_so(o->p, SAYS_HANGS);
  else if (code != want) said_so(o->p, SAYS_FAILS);
  if (code != want) complain(o, "exit code %d, not %d; stderr:\n%s", code, want, said);
  if (!p->n_races && *said) complain(o, "stderr is not empty:\n%s", said);
  if (p->n_races && !strstr(said, "WARNING: DATA RACE")) complain(o, "no report on stderr");
  check_record(o, json);
done:
  free(said);
  free(json);
  free(err);
  free(out);
  return code;
}

// judge runs exe with every argument in every configuration: bit 0 is the order, bit 1 one P or four.
static int judge(struct program *p, char *exe) {
  bool wrong = false, many = p->n_args > MANY_ARGS;
  for (int a = 0; a < p->n_args && !(wrong && many); a++)
    for (int c = many ? a % 4 : 0; c < 4; c += many ? 4 : p->table ? 3 : 1) {
      struct outcome o = {p, p->args[a], c & 2 ? 4 : 1, c & 1, false};
      if (judge_run(&o, exe) == SKIP) return SKIP;
      wrong |= o.wrong;
      if (p->says == SAYS_HANGS) return true;
    }
  return wrong;
}

// differs holds what -race=tsan said against the table.
static int differs(const struct program *p, int verdict) {
  const struct difference *d = p->listed;
  if (verdict == SKIP || (!verdict && !d)) return verdict;
  if (!d) fprintf(stderr, "%s: -race=tsan says: %s; the table has nothing\n", p->source, says_text(p->says));
  if (!d) return 1;
  if (verdict ? d->says == p->says : d->at_times) return 0;
  fprintf(stderr, "%s: -race=tsan says: %s; the table has: %s%s\n", p->source, says_text(p->says), says_text(d->says),
          d->at_times ? " at times" : "");
  return 1;
}

static enum control control_of(const char *option) {
  if (!strcmp(option, "-plain")) return CONTROL_PLAIN;
  if (!strcmp(option, "-uninstrumented")) return CONTROL_UNINSTRUMENTED;
  if (!strcmp(option, "-blind")) return CONTROL_BLIND;
  give_up("unknown option %s", option);
}

int main(int argc, char **argv) {
  struct program p = {0};
  if (argc > 1 && argv[1][0] == '-') {
    p.table = after(argv[1], "-tsan=");
    p.control = p.table ? CONTROL_NONE : control_of(argv[1]);
    argc--;
    argv++;
  }
  if (argc < 5) give_up("usage: judge [-plain|-uninstrumented|-blind|-tsan=TABLE] CRUN LEVEL PROGRAM.c WORKDIR [EXPECT]");
  p.crun = argv[1];
  p.level = argv[2];
  p.source = argv[3];
  p.workdir = argv[4];
  p.expect = argc > 5 ? argv[5] : NULL;
  if (mkdir(p.workdir, 0755) && errno != EEXIST) give_up("%s: %s", p.workdir, strerror(errno));
  read_program(&p);
  if (p.table) p.listed = difference_find(p.table, p.source);
  char *exe = build(&p);
  if (p.listed && p.listed->says == SAYS_HANGS) run_seconds = HANG_SECONDS;
  int verdict = judge(&p, exe);
  free(exe);
  if (p.table) return differs(&p, verdict);
  if (verdict == SKIP || p.control == CONTROL_NONE) return verdict;
  if (verdict == 0) fprintf(stderr, "%s: the gate did not notice\n", p.source);
  return !verdict;
}
