// SPDX-License-Identifier: Apache-2.0
// What libc's calls do not touch of their arguments may be another's: what is behind a text's end, or behind a difference.
// ARGS: 0..7
#define LITMUS_PTHREAD
#define _GNU_SOURCE
#include "litmus.h"

#include <fcntl.h>
#include <wchar.h>

char text[16] = "/none\0x";
wchar_t wide[16] = L"abc\0x", other[16] = L"abd";

static void *thread(void *arg) {
  switch (*(char *)arg) {
    case '0': (void)open(text, O_RDONLY); break;
    case '1': (void)unlink(text); break;
    case '2': use(wcslen(wide)); break;
    case '3': use(wcscmp(wide, other)); break;
    case '4': wmemset(wide, L'x', 3); break;
    case '5': wcsncpy(other, wide, 3); break;
    case '6': swab("abcde", text, 5); break;
    case '7': use(strverscmp(text, "/nope")); break;
  }
  return arg;
}

int main(int argc, char **argv) {
  pthread_t t = spawn(thread, argv[1]);
  text[6] = 'y';
  wide[4] = L'y';
  other[3] = L'y';
  pthread_join(t, NULL);
}
