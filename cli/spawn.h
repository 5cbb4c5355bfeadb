// SPDX-License-Identifier: Apache-2.0
// spawn.h: running other programs, without a shell.
#ifndef CRUN_CLI_SPAWN_H
#define CRUN_CLI_SPAWN_H

#include <stdbool.h>

// spawn_wait runs argv and waits for it; it returns the exit code, or 128 + the signal. SIGINT and
// SIGQUIT from the terminal reach it by themselves; SIGTERM and SIGHUP to this process are passed on.
// 127: it cannot be executed, and errno says why. interrupted becomes true if this process was told to
// end meanwhile.
int spawn_wait(const char *const *argv, bool *interrupted);

// spawn_read runs argv and returns what it wrote to its standard output (to be freed); nil: it failed.
char *spawn_read(const char *const *argv);

// print_command writes argv to stderr as one could type it.
void print_command(const char *const *argv);

#endif
