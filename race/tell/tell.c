// SPDX-License-Identifier: Apache-2.0
// tell.c: the lock of those who tell, ids told, counts, and the exit code.
//
// The end: exit's status cannot be changed by a handler, so the last handler of all ends the process itself
// with another one. The detector starts before the dynamic linker enters its own handler, so its handler runs
// after every destructor. Without it there is no such place: a handler notes the status, and the program's
// last destructor ends the process.
//
//   R1: tell_end     A1: tell_begin
#include "tell.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "id.h"
#include "options.h"
#include "output.h"
#include "suppress.h"

static const struct tell_detector *detector;  // nil: there is none. Read-only after tell_init

// ---- one at a time -------------------------------------------------------------------------------------

static _Atomic bool held;

static void lock(void) {
  while (atomic_exchange_explicit(&held, true, memory_order_acquire)) sched_yield();  // A1
}

static void unlock(void) { atomic_store_explicit(&held, false, memory_order_release); }  // R1

void tell_begin(void) {
  if (detector) detector->hide();
  lock();
}

void tell_end(void) {
  unlock();
  if (detector) detector->unhide();
}

void tell_libdw_begin(void) {
  if (detector && detector->libdw_begin) detector->libdw_begin();
}

void tell_libdw_end(void) {
  if (detector && detector->libdw_end) detector->libdw_end();
}

// ---- what was told -------------------------------------------------------------------------------------

static struct set ids;  // under the lock
static _Atomic size_t counts[TOLD_KINDS];

bool tell_is_new(const char *id) { return set_add(&ids, hash_string(HASH_START, id) | 1); }

void tell_count(int kind) { atomic_fetch_add_explicit(&counts[kind], 1, memory_order_release); }

size_t told(int kind) { return atomic_load_explicit(&counts[kind], memory_order_acquire); }

static size_t problems(void) {
  return told(REPORT_DEADLOCK) + told(REPORT_LEAK) + told(REPORT_LOCK_ORDER) + told(REPORT_MISUSE);
}

// ---- the end ---------------------------------------------------------------------------------------------

// close_report writes the closing lines; false: there is nothing to say yet.
static bool close_report(void) {
  struct text t = {0};
  if (detector) detector->hide();
  if (told(TOLD_RACE)) text_addf(&t, "Found %zu data race(s)\n", told(TOLD_RACE));
  if (problems()) text_addf(&t, "Found %zu problem(s)\n", problems());
  if (detector && detector->note) detector->note(&t);
  suppress_summary(&t);
  bool any = t.n > 0;
  if (any) output_report(&t);
  text_free(&t);
  if (detector) detector->unhide();
  return any;
}

static int worst(void) {
  int code = told(REPORT_DEADLOCK) || told(REPORT_MISUSE) ? 2 : told(TOLD_RACE) ? 66 : told(REPORT_LEAK) ? 67 : 0;
  return code && race_options.exitcode >= 0 ? (int)race_options.exitcode : code;
}

int report_exit_code(int code) {
  static _Atomic bool said;
  if (detector) detector->at_end();
  if (!atomic_exchange_explicit(&said, true, memory_order_relaxed) && !close_report())
    atomic_store_explicit(&said, false, memory_order_relaxed);
  return code ? code : worst();
}

void tell_halt(void) {
  if (!race_options.halt_on_error || told(TOLD_RACE) + problems() == 0) return;
  int code = report_exit_code(0);
  _exit(code);
}

static void end(int status) {
  int code = report_exit_code(status);
  if (code == status) return;
  fflush(NULL);  // what exit would still do
  _exit(code);
}

static bool ends;
static int exit_status;

static void at_exit(int status, void *arg) {
  (void)arg;
  ends = true;
  exit_status = status;
  if (detector) end(status);
}

static void at_last(void) {
  if (ends && !detector) end(exit_status);
}
__attribute__((section(".fini_array.00000"), used)) static void (*const last)(void) = at_last;

// ---- the beginning ---------------------------------------------------------------------------------------

void tell_init(const struct tell_detector *d) {
  static bool done;
  if (done) return;
  done = true;
  detector = d;
  output_init();
  options_init();
  suppress_init();
  pthread_atfork(lock, unlock, unlock);
  on_exit(at_exit, NULL);
}

static void init_first(void) { tell_init(NULL); }
__attribute__((section(".init_array.00100"), used)) static void (*const first)(void) = init_first;

// By this note `crun run -json` knows that a program can tell: owner "crun", type 1, the record's version.
__asm__(".pushsection .note.crun.tell,\"a\",@note\n"
        ".balign 4\n.long 5, 4, 1\n.asciz \"crun\"\n.balign 4\n.long 1\n.popsection\n");
