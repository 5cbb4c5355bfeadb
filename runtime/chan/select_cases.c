// SPDX-License-Identifier: Apache-2.0
// select_cases.c: the cases of a cr_select as its body names them, and the values they send.
//
// The first cases and values are in the state itself, in the frame of the select. More are in blocks of
// the heap, which the select gives back as it is decided.
#include <stdlib.h>

#include "base/check.h"
#include "chan/copy.h"
#include "crun/select.h"
#include "race/race.h"

struct heap_block {
  struct heap_block *next;
  _Alignas(16) char bytes[];
};

static void *heap_bytes(struct cr_select_state *s, size_t n) {
  race_hide_begin();
  struct heap_block *b = malloc(sizeof *b + n);
  race_hide_end();
  if (!b) throw("select: out of memory");
  b->next = s->heap;
  s->heap = b;
  return b->bytes;
}

void cr_select_free_(struct cr_select_state *s) {
  race_hide_begin();
  while (s->heap) {
    struct heap_block *b = s->heap;
    s->heap = b->next;
    free(b);
  }
  race_hide_end();
}

static struct cr_select_case *add_case(struct cr_select_state *s) {
  if (s->n == s->cap) {
    struct cr_select_case *more = heap_bytes(s, 2 * (size_t)s->cap * sizeof *more);
    for (unsigned i = 0; i < s->n; i++) more[i] = s->cases[i];
    s->cases = more;
    s->cap *= 2;
  }
  return &s->cases[s->n++];
}

bool cr_select_recv_(struct cr_select_state *s, struct cr_chan *c, void *elem, bool *ok) {
  *add_case(s) = (struct cr_select_case){.c = c, .elem = elem, .ok = ok};
  return false;
}

bool cr_select_send_(struct cr_select_state *s, struct cr_chan *c, const void *elem, size_t n) {
  size_t room = (n + 15) & ~(size_t)15;
  char *copy;
  if (room <= CR_SELECT_BYTES_ - s->bytes_used) {
    copy = s->bytes + s->bytes_used;
    s->bytes_used += (unsigned)room;
  } else {
    copy = heap_bytes(s, n);
  }
  copy_elem(copy, elem, n);
  *add_case(s) = (struct cr_select_case){.c = c, .elem = copy, .send = true};
  return false;
}
