// SPDX-License-Identifier: Apache-2.0
// On a kernel without MADV_GUARD_INSTALL each guard is a mapping, of which there can be some ten thousands: the
// limit is named, and no goroutine is started without a guard.
// exit: 2
// env: CRUNTRACEBACK=none
#include <crun/crun.h>
#include <crun/short.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

// no_guard_install makes madvise refuse that advice, as an older kernel does.
static int no_guard_install(void) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_madvise, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 102, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof code / sizeof *code, code};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static void parked(chan(int) c) { chan_recv(c, NULL); }

int main(void) {
  if (no_guard_install()) return 1;
  chan(int) c = chan_make(int);
  for (int i = 0; i < 1000000; i++) go(parked, c);
}
// ~ ^fatal error: cannot make a stack of 256K for another goroutine: there are as many mappings as the kernel allows \(vm.max_map_count=[0-9]+\); [0-9]+ live$
