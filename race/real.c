// SPDX-License-Identifier: Apache-2.0
// real.c: looks the real functions up behind the program (RTLD_NEXT); real.inc lists them.
#include "real.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <string.h>

struct real real_functions;
_Atomic bool real_found;

static void *find(const char *name, const char *version) {
  void *p = *version ? dlvsym(RTLD_NEXT, name, version) : NULL;
  return p ? p : dlsym(RTLD_NEXT, name);  // other machines' glibc has one version only
}

void real_find(void) {
  struct real found;
  memset(&found, 0, sizeof found);
#define REAL(version, result, name, arguments) *(void **)&found.name = find(#name, version);
#include "real.inc"
#undef REAL
  // All who come here at once find the same, and store the same.
  real_functions = found;
  atomic_store_explicit(&real_found, true, memory_order_release);
}
