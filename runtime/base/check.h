// SPDX-License-Identifier: Apache-2.0
// check.h: checks of the runtime's own invariants.
#ifndef CRUN_BASE_CHECK_H
#define CRUN_BASE_CHECK_H

// throw ends the process with "fatal error: <what>" and all traces, exit code 2.
_Noreturn void throw(const char *what);

#define CHECK_TEXT_(x) #x
#define CHECK_LINE_(x) CHECK_TEXT_(x)
#define CHECK(cond)                                                                              \
  do {                                                                                           \
    if (__builtin_expect(!(cond), 0)) throw(__FILE__ ":" CHECK_LINE_(__LINE__) ": not true: " #cond); \
  } while (0)

#ifdef NDEBUG
#define DCHECK(cond) ((void)sizeof(cond))
#else
#define DCHECK(cond) CHECK(cond)
#endif

#endif
