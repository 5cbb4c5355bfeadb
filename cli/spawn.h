// SPDX-License-Identifier: Apache-2.0
// spawn.h: running other programs, without a shell, and the signals that concern both.
#ifndef CRUN_CLI_SPAWN_H
#define CRUN_CLI_SPAWN_H

// signals_hold keeps signals that would end this process from doing so until it exits, because it
// has something to clean up. They go on to the program that spawn_wait waits for, and after one of
// them spawn_wait starts no more programs.
void signals_hold(void);

// spawn_wait runs argv (argv[0] is a path) with the signals as they were when crun began, and
// returns its wait status. -1: it cannot be executed, and errno says why.
int spawn_wait(const char *const *argv);

// spawn_exec is spawn_wait by becoming the program; it returns only if it cannot, with errno.
void spawn_exec(const char *const *argv);

// spawn_code is the exit code that stands for a wait status: the program's own, or 128 + its
// signal.
int spawn_code(int status);

// spawn_quiet runs argv with nothing on its standard streams and returns its wait status, or -1.
int spawn_quiet(const char *const *argv);

// spawn_read runs argv and returns what it wrote to its standard output (to be freed); nil: it
// failed.
char *spawn_read(const char *const *argv);

// print_command writes argv to stderr as one could type it.
void print_command(const char *const *argv);

#endif
