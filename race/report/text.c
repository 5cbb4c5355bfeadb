// SPDX-License-Identifier: Apache-2.0
// text.c: a finding as text, in the layout of Go's race detector with what it lacks added.
#include <string.h>

#include "format.h"
#include "limit.h"
#include "order.h"

static const char no_frame[] = "no frame of instrumented code";

static void add_stack(struct text *t, const struct stack *s) { text_stack(t, s, no_frame); }

// add_name adds what the program calls who.
static void add_name(struct text *t, const struct ginfo *who) {
  if (who->name[0]) text_addf(t, " \"%s\"", who->name);
  if (*ginfo_labels(who)) text_addf(t, " {%s}", ginfo_labels(who));
}

void text_who(struct text *t, const struct ginfo *who) {
  if (!who) {
    text_add(t, "a goroutine that has ended");
  } else if (who->goid == 1) {
    text_add(t, who->is_thread ? "main thread" : "main goroutine");
  } else {
    text_addf(t, "%s %llu", who->is_thread ? "thread" : "goroutine", (unsigned long long)who->goid);
  }
  if (who) add_name(t, who);
}

static void add_side(struct text *t, const struct side *s, bool previous) {
  const char *kind = access_kind(s->flags);
  text_addf(t, "%s%c%s at 0x%012lx by ", previous ? "Previous " : "", previous ? kind[0] : kind[0] - 'a' + 'A', kind + 1,
            (unsigned long)s->addr);
  text_who(t, s->access->who);
  text_add(t, ":\n");
  text_stack_source(t, &s->stack, no_frame);
  text_add(t, "\n");
}

static void add_data(struct text *t, const struct variable *v) {
  const struct sym_data *d = &v->data;
  text_addf(t, "%s%s", d->name, d->path);
  if (v->where == WHERE_GLOBAL && v->offset) text_addf(t, ", %zu bytes inside %s", v->offset, d->name);
  text_addf(t, " of size %zu", d->size);
  if (d->file) text_addf(t, ", declared at %s:%d", text_file(d->file), d->line);
}

static void add_size(struct text *t, const struct side *s) {
  text_addf(t, "%s of %zu byte%s", access_kind(s->flags), s->size, s->size == 1 ? "" : "s");
}

static void add_allocation(struct text *t, const struct finding *f) {
  const struct variable *v = &f->variable;
  if (v->allocated.n) {
    struct ginfo who = {.goid = v->block.goid, .is_thread = v->block.is_thread};
    text_add(t, "Heap block allocated by ");
    text_who(t, v->block.goid ? &who : NULL);
    text_add(t, " at:\n");
    add_stack(t, &v->allocated);
    text_add(t, "\n");
  }
  if (v->freed.n && !(f->previous.flags & ACCESS_FREE)) {
    text_add(t, "Heap block freed at:\n");
    add_stack(t, &v->freed);
    text_add(t, "\n");
  }
}

static void add_variable(struct text *t, struct finding *f) {
  const struct variable *v = &f->variable;
  text_add(t, "Location: ");
  switch (v->where) {
    case WHERE_GLOBAL:
      text_add(t, "global variable ");
      add_data(t, v);
      break;
    case WHERE_TLS:
      text_add(t, "thread-local variable ");
      add_data(t, v);
      if (v->owner) {
        text_add(t, ", of ");
        text_who(t, v->owner);
      }
      break;
    case WHERE_HEAP:
      text_addf(t, "%zu bytes inside %sheap block of size %zu at 0x%012lx", v->offset,
                v->block.is_freed ? "freed " : "", v->block.size, (unsigned long)v->block.start);
      break;
    case WHERE_STACK:
      text_add(t, "stack of ");
      text_who(t, v->owner);
      break;
    case WHERE_UNKNOWN:
      text_addf(t, "memory at 0x%012lx", (unsigned long)f->addr);
      break;
  }
  text_add(t, " (");
  add_size(t, &f->current);
  text_add(t, ", previous ");
  add_size(t, &f->previous);
  text_add(t, ")\n\n");
  if (v->where == WHERE_HEAP) add_allocation(t, f);
}

static void add_creation(struct text *t, struct finding *f, struct ginfo *who) {
  if (!who->created_at) return;
  text_addf(t, "%s %llu", who->is_thread ? "Thread" : "Goroutine", (unsigned long long)who->goid);
  add_name(t, who);
  text_addf(t, " (%s) created at:\n", atomic_load_explicit(&who->ended, memory_order_relaxed) ? "finished" : "running");
  stack_of(who->created_at, 0, &f->created);
  add_stack(t, &f->created);
  text_add(t, "\n");
}

void format_text(struct text *t, struct finding *f) {
  text_add(t, "==================\nWARNING: DATA RACE\n");
  add_side(t, &f->current, false);
  add_side(t, &f->previous, true);
  add_variable(t, f);
  for (size_t i = 0; i < f->ngoroutines; i++) add_creation(t, f, f->goroutine[i]);
  order_text(t, f);
  if (limit_stage() != LIMIT_NONE) {
    text_add(t, "Note: ");
    limit_note(t);
    text_add(t, "\n");
  }
  text_addf(t, "Id: %s\n==================\n", f->id);
}
