// SPDX-License-Identifier: Apache-2.0
// process.h: signals as values on a channel, and child processes that are waited for by a goroutine.
#ifndef CRUN_PROCESS_H
#define CRUN_PROCESS_H

#include <crun/chan.h>
#include <crun/net.h>

#pragma GCC visibility push(default)

// cr_signal_notify(c, sig...) sends each of these signals that comes to the process on c, instead of what
// would have happened. It never waits: a signal for which c has no room is dropped, so give c a buffer.
// Signals of one kind that come faster than they can be sent count as one. A goroutine that
// waits for c can be woken from outside: as long as there is one, no deadlock is reported.
//
//     cr_chan(int) c = cr_chan_make(int, 1);
//     cr_signal_notify(c, SIGINT, SIGTERM);
//     int sig;
//     cr_chan_recv(c, &sig);
//
//   Blocks:  no.
//   Returns: 0, or a negative error number: -EINVAL for SIGKILL, SIGSTOP, those that faults raise, or no
//            signal at all; and then nothing is changed.
//   Memory:  none, but what the channel orders.
//   Context: a goroutine or a foreign thread.
#define cr_signal_notify(c, ...) \
  cr_signal_notify_raw((c), (const int[]){__VA_ARGS__}, sizeof((const int[]){__VA_ARGS__}) / sizeof(int))

// cr_signal_stop ends what cr_signal_notify began for c: when it returns nothing more is sent on c. A signal
// that goes to no channel any more does what it did before.
//   Blocks:  no.
//   Returns: nothing.
//   Memory:  none.
//   Context: a goroutine or a foreign thread.
void cr_signal_stop(cr_chan(int) c);

// cr_child is a process that was started here: a handle, to copy as one likes.
typedef struct cr_child {
  int pid;
  cr_conn end;
} cr_child;

// What a child is started with; all zero is as its parent.
struct cr_child_options {
  char *const *env;  // nil: the parent's
  const char *dir;   // nil: the parent's
  int fd[3];         // what its descriptors 0, 1 and 2 are; 0: the parent's, negative: /dev/null
};

// cr_child_start runs file, looked up in PATH, with argv, whose last element is nil.
//   Blocks:  no.
//   Returns: 0 with *c, or a negative error number, -ENOENT for a file that is not there.
//   Memory:  none.
//   Context: a goroutine or a foreign thread.
int cr_child_start(cr_child *c, const char *file, char *const argv[], const struct cr_child_options *options);

// cr_child_wait waits until the child has ended; *status (nil: not asked for) is as waitpid gives it. It is
// called once; the child is a zombie until then.
//   Blocks:  the goroutine, never the thread.
//   Returns: 0, or a negative error number: -EBADF if it was waited for before, -ECHILD if somebody else
//            took its end away.
//   Memory:  none.
//   Context: a goroutine or a foreign thread.
int cr_child_wait(cr_child c, int *status);

// cr_child_signal sends it sig. It never meets another process that has the number meanwhile.
//   Blocks:  no.
//   Returns: 0, or a negative error number.
//   Memory:  none.
//   Context: a goroutine or a foreign thread.
int cr_child_signal(cr_child c, int sig);

int cr_signal_notify_raw(cr_chan(int) c, const int *sigs, size_t n);

#pragma GCC visibility pop

#endif
