// SPDX-License-Identifier: Apache-2.0
// init.c: the beginning (before any constructor), the end (exit code 66), and fork.
//
// Order at the start: address space first, then the main thread's race_g, then what can call back (a
// thread key, fork handlers), the options and the exit handler (tell_init). That is entered before the
// dynamic linker's own, so it runs after every destructor: races found there count.
//
// Fork: the parent takes every lock of race/ before and gives it back after on both sides, so the
// child's tables are whole. In the child the other threads are gone; what they did is ordered before
// everything to come, for there is no one left who could do it later.
#include "init.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "access.h"
#include "alloc.h"
#include "batch.h"
#include "clock.h"
#include "count.h"
#include "context.h"
#include "epoch.h"
#include "ginfo.h"
#include "heap.h"
#include "inside.h"
#include "kernel.h"
#include "limit.h"
#include "lockset.h"
#include "options.h"
#include "race.h"
#include "real.h"
#include "self.h"
#include "shadow.h"
#include "signal_hold.h"
#include "single.h"
#include "slot.h"
#include "syncvar.h"
#include "tell.h"
#include "thread.h"
#include "tls.h"

race_g *race_main;
_Thread_local uint8_t sync_locked __attribute__((tls_model("local-exec")));

extern void *__libc_stack_end;

// ---- the end -----------------------------------------------------------------------------------------

static void at_end(void) {
  static _Atomic bool slept;
  if (race_options.atexit_sleep_ms > 0 && !atomic_exchange_explicit(&slept, true, memory_order_relaxed)) {
    struct timespec t = {race_options.atexit_sleep_ms / 1000, race_options.atexit_sleep_ms % 1000 * 1000000};
    kernel_sleep(&t);
  }
  access_all_told();
}

// No handler runs on a thread that tells: what it did might have to be told.
static void tell_from(void) {
  signal_hold();
  race_hide_begin();
}

static void tell_to(void) {
  race_hide_end();
  signal_unhold();
}

int race_exit_code(int code) { return report_exit_code(code); }

static void exit_note(struct text *t) {
  count_note(t);
  if (limit_stage() == LIMIT_NONE) return;
  text_add(t, "crun: CRUNRACE: ");
  limit_note(t);
}

static const struct tell_detector detector = {.hide = tell_from, .unhide = tell_to, .at_end = at_end, .note = exit_note};

// ---- fork ----------------------------------------------------------------------------------------------

static _Thread_local uint8_t inside_before_fork;

static void fork_prepare(void) {
  inside_before_fork = inside_enter();
  thread_tid();  // the child asks who locked what
  thread_lock();
  syncvar_lock_all();
  shadow_lock_all();
}

static void fork_parent(void) {
  shadow_unlock_all();
  syncvar_unlock_all();
  thread_unlock();
  inside_leave(inside_before_fork);
}

// order_the_past makes every epoch so far an ordered one.
static void order_the_past(void) {
  race_g *g = race_cur;
  if (g) clock_publish(g);  // its next access opens a new epoch
  epoch_forget();
}

static void fork_child(void) {
  page_forked();
  shadow_unlock_all();
  syncvar_unlock_all();
  thread_unlock();
  thread_forked();
  signal_forked();
  order_the_past();
  inside_leave(inside_before_fork);
}

// ---- the beginning ---------------------------------------------------------------------------------------

static void name_main_stack(race_g *g) {
  struct rlimit limit;
  uintptr_t top = (uintptr_t)__libc_stack_end, size = 8u << 20;
  if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < top)
    size = limit.rlim_cur;
  race_stack(g, (void *)(top - size), (void *)top);
}

// find_environment: libc's own constructor, which has not run yet, sets environ. __libc_stack_end
// points to argc, argv and the environment, as the kernel laid them out.
static void find_environment(void) {
  char **argv = (char **)__libc_stack_end + 1;
  if (!environ) environ = argv + *(long *)__libc_stack_end + 1;
}

void race_init(void) {
  static bool done;
  if (done) return;
  done = true;
  inside_begin();
  shadow_init();
  page_lock_init();
  batch_init();
  epoch_init();
  lockset_init();
  slot_init();
  context_init();
  syncvar_init();
  clock_init();
  heap_init();
  find_environment();
  real_find();
  race_main = race_g_new(NULL, ginfo_new(NULL, 1, 0, true));
  clock_start(race_main);
  name_main_stack(race_main);
  thread_init();
  tls_init();
  signal_init();
  pthread_atfork(fork_prepare, fork_parent, fork_child);
  tell_init(&detector);  // after that: its lock is above, and taken first
  limit_set((size_t)race_options.memory_limit_mb);
  if (race_options.epoch_limit) epoch_limit((uint32_t)race_options.epoch_limit);
  race_cur = race_main;
  if (!race_options.single) single_never();
  single_try(race_main);
  inside_end();
}

static void init_first(int argc, char **argv, char **envp) {
  (void)argc, (void)argv, (void)envp;
  race_init();
}
__attribute__((section(".preinit_array"), used)) static void (*const preinit)(int, char **, char **) = init_first;
