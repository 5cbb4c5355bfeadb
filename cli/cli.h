// SPDX-License-Identifier: Apache-2.0
// cli.h: what the commands share: exit codes, messages, argument lists.
#ifndef CRUN_CLI_CLI_H
#define CRUN_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>

enum exit_code {
  EXIT_OK = 0,
  EXIT_BUILD = 1,  // the compiler or linker said no; a record is none
  EXIT_USAGE = 2,
  EXIT_UNABLE = 68,   // crun could not do what was asked
  EXIT_SIGNAL = 128,  // plus the signal
};

// A growing, nil-terminated list of arguments. The strings are not copied.
struct args {
  const char **at;
  int n, cap;
};

void args_add(struct args *a, const char *s);
void args_addf(struct args *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

// say prints "crun: " and a line to stderr; die does and exits with code.
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void die(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

// format is asprintf that does not fail.
char *format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

// resize is realloc that does not fail.
void *resize(void *p, size_t n);

// The commands; argv[0] is the command's name. Each returns the exit code.
int command_build(int argc, char **argv);
int command_run(int argc, char **argv);
int command_cc(int argc, char **argv);
int command_cxx(int argc, char **argv);
int command_report(int argc, char **argv);
int command_doctor(int argc, char **argv);
int command_help(int argc, char **argv);
int command_version(int argc, char **argv);

#endif
