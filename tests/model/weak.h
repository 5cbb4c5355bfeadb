// SPDX-License-Identifier: Apache-2.0
// weak.h: run real files of race/ in a few threads under every interleaving, and with every value that C11 lets a load see.
//
// The files are compiled with -fsanitize=thread, whose calls land in weak_memory.c: each atomic operation is a step, and each plain
// access is checked for a race, whatever the machine that this runs on would have made of it.
#ifndef MODEL_WEAK_H
#define MODEL_WEAK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WEAK_THREADS = 4 };

struct weak_model {
  const char *name;
  int threads;
  void (*begin)(void);    // once, before there are threads
  void (*run)(int thread);
  void (*finish)(void);   // when all have ended, knowing all
  int preemptions;        // at most so many switches away from a thread that could go on; 0: any
};

// weak_main explores the models as argv[1] says, and returns main's exit code:
//   none          as it is: nothing may be found
//   no_release    releases are relaxed; no_acquire: acquires are. Locks stay what they are
//   no_lock=N     the N'th lock is not taken
//   sites         each release and each acquire in turn is relaxed, and it is told which would be missed
//   other words   are for the model, which asks weak_is
int weak_main(int argc, char **argv, const struct weak_model *models, int n);

// weak_is tells whether argv[1] is this word: the mistake to be planted.
bool weak_is(const char *word);

_Noreturn void weak_fail(const char *what);
#define weak_check(cond) ((cond) ? (void)0 : weak_fail(#cond))

int weak_thread(void);

// weak_alloc is memory of the run's own; what weak_free has had must not be touched any more, and is not given out again.
void *weak_alloc(size_t n);
void weak_free(void *p, size_t n);

// Locks, as spin.h's: weak_spin.h puts them in its place.
void weak_lock(uint32_t *word);
bool weak_trylock(uint32_t *word);
void weak_unlock(uint32_t *word);

#endif
