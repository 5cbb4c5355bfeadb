// SPDX-License-Identifier: Apache-2.0
// frames.c: symbolizes stacks and writes frames as text.
#include "frames.h"

#include <string.h>

#include "options.h"
#include "source.h"

// ---- whose frames -------------------------------------------------------------------------------------

bool stack_is_bottom(const struct sym_frame *f) {
  static const char *const names[] = {"cr_go_entry", "cr_go_return", "thread_main"};
  for (size_t i = 0; f->func && i < sizeof names / sizeof *names; i++)
    if (strcmp(f->func, names[i]) == 0) return true;
  return symbolize_is_start(f);
}

// stack_is_ours tells whether a frame is crun's own: by the names under which our files are compiled, which begin
// as this one's does ("crun/race/", "crun/runtime/"). The switch is assembly and has no file.
static bool is_in(const struct sym_frame *f, const char *folder) {
  static const char here[] = __FILE__, tail[] = "race/tell/frames.c";
  const size_t root = sizeof here - sizeof tail;
  return f->file && strncmp(f->file, here, root) == 0 && strncmp(f->file + root, folder, strlen(folder)) == 0;
}

bool stack_is_ours(const struct sym_frame *f) {
  if (f->func && (strcmp(f->func, "cr_mcall") == 0 || strncmp(f->func, "cr_go_", 6) == 0)) return true;
  return is_in(f, "runtime/") || is_in(f, "race/");
}

// is_own_code tells the same of most of our code by where it lies, without debug information.
extern const char __start_crun_text[] __attribute__((weak)), __stop_crun_text[] __attribute__((weak));
static bool is_own_code(uintptr_t pc) {
  return pc - (uintptr_t)__start_crun_text < (uintptr_t)(__stop_crun_text - __start_crun_text);
}

bool stack_is_detectors(const struct sym_frame *f) { return is_in(f, "race/"); }

void stack_symbolize(const uintptr_t *pc, size_t n, bool first_is_return, struct stack *out) {
  struct sym_frame f[32];
  out->n = 0;
  out->folded = false;
  for (size_t i = 0; i < n; i++) {
    bool is_return = i > 0 || first_is_return, ours = is_own_code(pc[i] - is_return);
    int k = ours ? symbolize_symbol(pc[i], is_return, f) : symbolize_pc(pc[i], is_return, f, (int)(sizeof f / sizeof *f));
    if (is_return && stack_is_bottom(&f[k - 1])) return;
    for (int j = 0; j < k && !ours && out->n < STACK_FRAMES; j++)
      if (!stack_is_ours(&f[j])) out->frame[out->n++] = f[j];
  }
}

// ---- as text --------------------------------------------------------------------------------------------

const char *text_file(const char *file) {
  const char *prefix = race_options.strip_path_prefix;
  size_t n = strlen(prefix);
  return n && strncmp(file, prefix, n) == 0 ? file + n : file;
}

static void text_frame(struct text *t, const struct sym_frame *f) {
  if (!f->func) {
    text_addf(t, "  %s+0x%lx", f->module ? f->module : "?", (unsigned long)f->offset);
    if (f->build_id) text_addf(t, " (BuildId: %s)", f->build_id);
    text_add(t, "\n");
    return;
  }
  text_addf(t, "  %s()%s\n      ", f->func, f->inlined ? " [inlined]" : "");
  if (f->file) {
    text_add(t, text_file(f->file));
    if (f->line) text_addf(t, ":%d", f->line);
    if (f->line && f->col) text_addf(t, ":%d", f->col);
  } else {
    text_add(t, f->module ? f->module : "?");
  }
  text_addf(t, " +0x%lx\n", (unsigned long)f->offset);
}

static void write_stack(struct text *t, const struct stack *s, const char *none, bool source) {
  for (size_t i = 0; i < s->n; i++) {
    text_frame(t, &s->frame[i]);
    if (source && i == 0) text_source(t, &s->frame[0]);
  }
  if (s->n == 0) text_addf(t, "  [%s]\n", none);
  if (s->folded) text_add(t, "  [levels of recursion left out]\n");
}

void text_stack(struct text *t, const struct stack *s, const char *none) { write_stack(t, s, none, false); }
void text_stack_source(struct text *t, const struct stack *s, const char *none) { write_stack(t, s, none, true); }
