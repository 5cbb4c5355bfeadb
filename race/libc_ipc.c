// SPDX-License-Identifier: Apache-2.0
// libc_ipc.c: the checked message queues and semaphores of POSIX and System V: their buffers, and the order that messages make.
#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>

#include "fd.h"
#include "libc.h"
#include "race.h"

#pragma GCC diagnostic ignored "-Wmissing-prototypes"

// ---- POSIX: a queue is a descriptor -----------------------------------------------------------------

CHECKED int __crun_mq_send(mqd_t q, const char *p, size_t n, unsigned priority) {
  did_read(p, n, HERE);
  race_fd_release(q);
  return mq_send(q, p, n, priority);
}
CHECKED int __crun_mq_timedsend(mqd_t q, const char *p, size_t n, unsigned priority, const struct timespec *t) {
  did_read(p, n, HERE);
  did_read(t, sizeof *t, HERE);
  race_fd_release(q);
  return mq_timedsend(q, p, n, priority, t);
}

static ssize_t received(mqd_t q, char *p, unsigned *priority, ssize_t r, uintptr_t pc) {
  if (r < 0) return r;
  race_fd_acquire(q);
  did_write(p, r, pc);
  did_write(priority, priority ? sizeof *priority : 0, pc);
  return r;
}
CHECKED ssize_t __crun_mq_receive(mqd_t q, char *p, size_t n, unsigned *priority) {
  return received(q, p, priority, mq_receive(q, p, n, priority), HERE);
}
CHECKED ssize_t __crun_mq_timedreceive(mqd_t q, char *p, size_t n, unsigned *priority, const struct timespec *t) {
  did_read(t, sizeof *t, HERE);
  return received(q, p, priority, mq_timedreceive(q, p, n, priority, t), HERE);
}

// ---- System V: a number ----------------------------------------------------------------------------

CHECKED int __crun_msgsnd(int q, const void *p, size_t n, int flags) {
  did_read(p, sizeof(long) + n, HERE);
  fd_number_release(q);
  return msgsnd(q, p, n, flags);
}

CHECKED ssize_t __crun_msgrcv(int q, void *p, size_t n, long type, int flags) {
  ssize_t r = msgrcv(q, p, n, type, flags);
  if (r < 0) return r;
  fd_number_acquire(q);
  did_write(p, sizeof(long) + r, HERE);
  return r;
}

// An operation may raise one semaphore of the set and wait for another.
static int changed(int set, int r) {
  if (r == 0) fd_number_acquire(set);
  return r;
}
CHECKED int __crun_semop(int set, struct sembuf *ops, size_t n) {
  did_read(ops, n * sizeof *ops, HERE);
  fd_number_release(set);
  return changed(set, semop(set, ops, n));
}
CHECKED int __crun_semtimedop(int set, struct sembuf *ops, size_t n, const struct timespec *t) {
  did_read(ops, n * sizeof *ops, HERE);
  did_read(t, t ? sizeof *t : 0, HERE);
  fd_number_release(set);
  return changed(set, semtimedop(set, ops, n, t));
}
