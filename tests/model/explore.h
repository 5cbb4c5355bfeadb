// SPDX-License-Identifier: Apache-2.0
// explore.h: run a small program of a few threads under every interleaving of their steps.
#ifndef MODEL_EXPLORE_H
#define MODEL_EXPLORE_H

#include <stdbool.h>
#include <stdint.h>

enum { MODEL_THREADS = 6 };

struct model {
  const char *name;
  int threads;
  void (*reset)(void);          // all shared state to its beginning
  void (*run)(int thread);      // what each thread does
  uint64_t (*digest)(void);     // of all shared state; equal states may be merged
  void (*finish)(void);         // checks when all threads have ended
  int64_t tick_ns;              // how far nanotime() goes each time it is asked
  bool spin;                    // what can_spin() says
  int preemptions;              // at most so many switches away from a thread that could go on; 0: any
};

// model_stuck tells whether a state in which nobody can go on is as it should be; nil: it never is.
extern bool (*model_stuck)(void);

// model_explore runs m under every interleaving and returns how many distinct states it met. A failed
// check or a state in which nobody can go on ends the process with the schedule that led there.
uint64_t model_explore(const struct model *m);

// model_forget says that the running thread's local state is that of every thread which comes by here
// with the same shared state: states that differ only in how they got here are merged.
void model_forget(void);

// model_thread is the thread that runs; model_g is a thread's goroutine.
int model_thread(void);
struct g *model_g(int thread);

_Noreturn void model_fail(const char *what);
#define model_check(cond) ((cond) ? (void)0 : model_fail(#cond))

uint64_t model_mix(uint64_t hash, uint64_t value);

#endif
