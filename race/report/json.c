// SPDX-License-Identifier: Apache-2.0
// json.c: a finding as one line of JSON (docs/reports.md names the keys).
#include <string.h>

#include "format.h"
#include "limit.h"
#include "order.h"

static void add_side(struct text *t, struct finding *f, const struct side *s, bool previous) {
  const struct race_access *a = s->access;
  text_addf(t, "{\"kind\":\"%s\",\"size\":%zu,\"addr\":\"0x%lx\",\"previous\":%s,", access_kind(s->flags), s->size,
            (unsigned long)s->addr, previous ? "true" : "false");
  if (a->who) text_addf(t, "\"goroutine\":%llu,\"thread\":%s,", (unsigned long long)a->who->goid,
                        a->who->is_thread ? "true" : "false");
  else text_add(t, "\"goroutine\":null,\"thread\":null,");
  text_addf(t, "\"folded\":%s,", s->stack.folded ? "true" : "false");
  json_source(t, &s->stack);
  text_add(t, ",");
  json_stack(t, "stack", &s->stack);
  text_add(t, ",");
  order_json_locks(t, f, s);
  text_add(t, "}");
}

static void add_data(struct text *t, const char *kind, const struct variable *v) {
  const struct sym_data *d = &v->data;
  text_addf(t, "\"kind\":\"%s\",", kind);
  json_key(t, "name", d->name);
  text_add(t, ",");
  json_key(t, "path", d->path);
  text_add(t, ",");
  json_key(t, "file", d->file);
  text_addf(t, ",\"line\":%d,\"offset\":%zu,\"size\":%zu", d->line, v->offset, d->size);
}

static void add_owner(struct text *t, const struct ginfo *who) {
  if (who) text_addf(t, ",\"goroutine\":%llu,\"thread\":%s", (unsigned long long)who->goid, who->is_thread ? "true" : "false");
}

static void add_block(struct text *t, const struct variable *v) {
  const struct heap_block *b = &v->block;
  text_addf(t, "\"kind\":\"heap\",\"offset\":%zu,\"size\":%zu,\"block\":\"0x%lx\",\"freed\":%s,", v->offset, b->size,
            (unsigned long)b->start, b->is_freed ? "true" : "false");
  if (b->goid) text_addf(t, "\"goroutine\":%llu,\"thread\":%s,", (unsigned long long)b->goid, b->is_thread ? "true" : "false");
  else text_add(t, "\"goroutine\":null,\"thread\":null,");
  json_stack(t, "alloc_stack", &v->allocated);
  text_add(t, ",");
  json_stack(t, "free_stack", &v->freed);
}

static void add_variable(struct text *t, const struct variable *v) {
  text_add(t, "\"variable\":{");
  switch (v->where) {
    case WHERE_GLOBAL: add_data(t, "global", v); break;
    case WHERE_TLS:
      add_data(t, "tls", v);
      add_owner(t, v->owner);
      break;
    case WHERE_HEAP: add_block(t, v); break;
    case WHERE_STACK:
      text_add(t, "\"kind\":\"stack\"");
      add_owner(t, v->owner);
      break;
    case WHERE_UNKNOWN: text_add(t, "\"kind\":\"unknown\""); break;
  }
  text_add(t, "}");
}

static void add_goroutine(struct text *t, struct finding *f, struct ginfo *who) {
  text_addf(t, "{\"id\":%llu,\"thread\":%s,\"ended\":%s,", (unsigned long long)who->goid, who->is_thread ? "true" : "false",
            atomic_load_explicit(&who->ended, memory_order_relaxed) ? "true" : "false");
  json_key(t, "name", who->name[0] ? who->name : NULL);
  text_add(t, ",");
  json_key(t, "labels", *ginfo_labels(who) ? ginfo_labels(who) : NULL);
  struct ginfo *parent = ginfo_parent(who);
  if (parent) text_addf(t, ",\"parent\":%llu,", (unsigned long long)parent->goid);
  else text_add(t, ",\"parent\":null,");
  ginfo_unref(parent);
  f->created.n = 0;
  if (who->created_at) stack_of(who->created_at, 0, &f->created);
  json_stack(t, "created_by", &f->created);
  text_add(t, "}");
}

void format_json(struct text *t, struct finding *f) {
  const struct side *first = &f->current, *second = &f->previous;
  if (first->hash > second->hash) first = &f->previous, second = &f->current;  // the same order in every run
  text_addf(t, "{\"id\":\"%s\",\"kind\":\"race\",\"accesses\":[", f->id);
  add_side(t, f, first, first == &f->previous);
  text_add(t, ",");
  add_side(t, f, second, second == &f->previous);
  text_add(t, "],");
  add_variable(t, &f->variable);
  text_add(t, ",");
  order_json_meeting(t, f);
  if (limit_stage() != LIMIT_NONE) text_addf(t, ",\"memory_limit\":%d", (int)limit_stage());
  text_add(t, ",\"goroutines\":[");
  for (size_t i = 0; i < f->ngoroutines; i++) {
    if (i) text_add(t, ",");
    add_goroutine(t, f, f->goroutine[i]);
  }
  text_add(t, "]}\n");
}
