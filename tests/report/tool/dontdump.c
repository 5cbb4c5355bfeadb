// SPDX-License-Identifier: Apache-2.0
// Prints what of its address space a core dump would hold, in megabytes: mappings without "dd" (MADV_DONTDUMP).
#include <stdio.h>
#include <string.h>

int main(void) {
  FILE *f = fopen("/proc/self/smaps", "r");
  char line[4096];
  unsigned long lo, hi, size = 0, sum = 0;
  while (fgets(line, sizeof line, f)) {
    if (sscanf(line, "%lx-%lx ", &lo, &hi) == 2) size = hi - lo;
    if (!strncmp(line, "VmFlags:", 8) && !strstr(line, " dd") && strstr(line, " rd")) sum += size >> 10;
  }
  fclose(f);
  printf("%lu\n", sum >> 10);
}
