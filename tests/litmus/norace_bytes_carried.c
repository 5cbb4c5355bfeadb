// SPDX-License-Identifier: Apache-2.0
// Whatever carries bytes orders who wrote before who got them: characters of streams, terminals, vectors, messages, what the
// kernel moves from one descriptor to another by itself.
// ARGS: 0..10
// TSAN: unsure
#define LITMUS_PTHREAD
#define _GNU_SOURCE
#include "litmus.h"

#include <fcntl.h>
#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <termios.h>

int x, kind, in[2], out[2], set;
mqd_t queue = -1;
FILE *from, *to;
struct message {
  long type;
  char text[8];
};

// What this machine has not is left out.
static int prepares(void) {
  struct mq_attr one = {.mq_maxmsg = 1, .mq_msgsize = 8};
  char name[64];
  snprintf(name, sizeof name, "/crun-%d", getpid());
  if (pipe(in) || pipe(out)) exit(3);
  from = fdopen(out[0], "r"), to = fdopen(out[1], "w");
  if (kind == 5) return (in[1] = posix_openpt(O_RDWR | O_NOCTTY)) >= 0 && grantpt(in[1]) == 0 && unlockpt(in[1]) == 0 &&
                        (out[0] = open(ptsname(in[1]), O_RDWR | O_NOCTTY)) >= 0;
  if (kind == 6) {
    queue = mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, &one);
    mq_unlink(name);
    return queue >= 0;
  }
  if (kind == 7) return (set = msgget(IPC_PRIVATE, 0600)) >= 0;
  if (kind == 8) return (set = semget(IPC_PRIVATE, 1, 0600)) >= 0;
  return 1;
}

static void writes(void) {
  struct message m = {1, "m"};
  switch (kind) {
    case 0: fputc('a', to), fflush(to); break;
    case 1: putc('a', to), fclose(to); break;
    case 2: fputc('7', to), fclose(to); break;
    case 3: if (pwritev(fileno(tmpfile()), &(struct iovec){"a", 1}, 1, 0) != 1 || writev(out[1], &(struct iovec){"a", 1}, 1) != 1) exit(3); break;
    case 4: if (write(in[1], "a", 1) != 1) exit(3); break;
    case 5: if (write(in[1], "a\n", 2) != 2) exit(3); break;
    case 6: if (mq_send(queue, "a", 1, 0)) exit(3); break;
    case 7: if (msgsnd(set, &m, sizeof m.text, 0)) exit(3); break;
    case 8: if (semop(set, &(struct sembuf){0, 1, 0}, 1)) exit(3); break;
    case 9: fputs("a\n", to), fflush(to); break;
    case 10: if (write(in[1], "a", 1) != 1) exit(3); break;
  }
}

static void reads(void) {
  struct message m;
  char b[8];
  int n;
  switch (kind) {
    case 0: if (fgetc(from) != 'a') exit(3); break;
    case 1: if (getc(from) != 'a') exit(3); break;
    case 2: if (fscanf(from, "%d", &n) != 1) exit(3); break;
    case 3: if (readv(out[0], &(struct iovec){b, 1}, 1) != 1) exit(3); break;
    case 4: case 5: case 10: if (read(out[0], b, 2) < 1) exit(3); break;
    case 6: if (mq_receive(queue, b, sizeof b, NULL) != 1) exit(3); break;
    case 7: if (msgrcv(set, &m, sizeof m.text, 0, 0) < 0) exit(3); break;
    case 8: if (semop(set, &(struct sembuf){0, -1, 0}, 1)) exit(3); break;
    case 9: if (!fgets(b, sizeof b, from)) exit(3); break;
  }
}

static void *writer(void *arg) {
  x = 1;
  writes();
  return arg;
}

static void *mover(void *arg) {
  if (kind == 4 && splice(in[0], NULL, out[1], NULL, 1, 0) != 1) exit(3);
  if (kind == 10 && sendfile(out[1], in[0], NULL, 1) != 1 && splice(in[0], NULL, out[1], NULL, 1, 0) != 1) exit(3);
  return arg;
}

int main(int argc, char **argv) {
  kind = atoi(argv[1]);
  if (!prepares()) return 0;
  spawn(mover, NULL);
  settle();
  spawn(writer, NULL);
  reads();
  x = 2;
  if (kind == 7) msgctl(set, IPC_RMID, NULL);
  if (kind == 8) semctl(set, 0, IPC_RMID);
}
