// SPDX-License-Identifier: Apache-2.0
// leak_memory.c: scratch memory, /proc/self/maps and /proc/self/pagemap, with the kernel's calls alone.
#include "diag/leak/leak_memory.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/sys.h"

enum { PAGE = 4096, AT_A_TIME = 64 * 1024, SCRATCH_MOST_SHIFT = 38, SCRATCH_LEAST_SHIFT = 26 };

// ---- scratch -------------------------------------------------------------------------------------------

static char *base, *next, *end;
static bool used_up;

static bool is_error(long r) { return r < 0 && r > -PAGE; }

bool scratch_begin(void) {
  used_up = false;
  for (int shift = SCRATCH_MOST_SHIFT; shift >= SCRATCH_LEAST_SHIFT; shift -= 2) {
    long p = sys(SYS_mmap, 0, 1ul << shift, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (is_error(p)) continue;
    base = next = (char *)p;
    end = base + (1ul << shift);
    return true;
  }
  return false;
}

void scratch_end(void) { sys(SYS_munmap, base, end - base); }

void *scratch(size_t n) {
  n = (n + 15) & ~(size_t)15;
  if (n > (size_t)(end - next)) {
    used_up = true;
    return NULL;
  }
  void *p = next;
  next += n;
  return p;
}

bool scratch_failed(void) { return used_up; }

struct span scratch_memory(void) { return (struct span){(uintptr_t)base, (uintptr_t)end}; }

// ---- sorting -------------------------------------------------------------------------------------------

static void swap_words(uint64_t *a, uint64_t *b, size_t words) {
  for (size_t i = 0; i < words; i++) {
    uint64_t t = a[i];
    a[i] = b[i];
    b[i] = t;
  }
}

static void sift(uint64_t *a, size_t i, size_t n, size_t words) {
  for (size_t child; (child = 2 * i + 1) < n; i = child) {
    if (child + 1 < n && a[(child + 1) * words] > a[child * words]) child++;
    if (a[i * words] >= a[child * words]) return;
    swap_words(&a[i * words], &a[child * words], words);
  }
}

// A heap sort: the C library's allocates.
void sort_words(void *records, size_t n, size_t size) {
  uint64_t *a = records;
  size_t words = size / sizeof *a;
  for (size_t i = n / 2; i-- > 0;) sift(a, i, n, words);
  for (size_t left = n; left > 1;) {
    swap_words(a, &a[--left * words], words);
    sift(a, 0, left, words);
  }
}

// ---- spans ---------------------------------------------------------------------------------------------

void spans_add(struct spans *s, uintptr_t lo, uintptr_t hi) {
  if (lo >= hi) return;
  if (s->n == s->cap) {
    size_t cap = s->cap ? 2 * s->cap : 256;
    struct span *at = scratch(cap * sizeof *at);
    if (!at) return;
    for (size_t i = 0; i < s->n; i++) at[i] = s->at[i];
    s->at = at;
    s->cap = cap;
  }
  s->at[s->n++] = (struct span){lo, hi};
}

void spans_sort(struct spans *s) {
  sort_words(s->at, s->n, sizeof *s->at);
  size_t n = 0;
  for (size_t i = 0; i < s->n; i++) {
    if (n && s->at[i].lo <= s->at[n - 1].hi) {
      if (s->at[i].hi > s->at[n - 1].hi) s->at[n - 1].hi = s->at[i].hi;
    } else {
      s->at[n++] = s->at[i];
    }
  }
  s->n = n;
}

// ---- mappings ------------------------------------------------------------------------------------------

static int pagemap = -1;

static uintptr_t hex(const char **s) {
  uintptr_t n = 0;
  for (;; ++*s) {
    char c = **s;
    if (c >= '0' && c <= '9') n = n * 16 + (uintptr_t)(c - '0');
    else if (c >= 'a' && c <= 'f') n = n * 16 + (uintptr_t)(c - 'a' + 10);
    else return n;
  }
}

static bool begins(const char *s, const char *with) { return strncmp(s, with, strlen(with)) == 0; }

// parse reads "lo-hi rwxp offset device inode   path". False: it holds nothing of the program's: it is not for
// writing, and no memory either that was written once and then made read-only.
static bool parse(const char *line, struct mapping *m) {
  const char *s = line;
  m->lo = hex(&s);
  s++;
  m->hi = hex(&s);
  if (s[1] != 'r') return false;
  bool writable = s[2] == 'w', shared = s[4] == 's';
  const char *path = s + 5;
  for (int blanks = 0; *path && *path != '\n' && (blanks < 4 || *path == ' '); path++) blanks += *path == ' ';
  if (!writable && (shared || *path == '/' || begins(path, "[v"))) return false;
  m->is_main_stack = begins(path, "[stack]");
  const char *end = strchrnul(path, '\n');
  m->is_libc = memmem(path, (size_t)(end - path), "/libc.so", 8) || memmem(path, (size_t)(end - path), "/libc-2.", 8);
  bool device = begins(path, "/dev/") && !begins(path, "/dev/shm/") && !begins(path, "/dev/zero");
  m->kind = device ? MAPPING_DEVICE : shared ? MAPPING_SHARED : MAPPING_PRIVATE;
  return true;
}

// read_all reads a file into scratch and ends it with a zero.
static char *read_all(const char *path) {
  int fd = (int)sys(SYS_open, path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return NULL;
  char *at = next;
  size_t n = 0;
  for (long r; n + AT_A_TIME < (size_t)(end - at) && (r = sys(SYS_read, fd, at + n, AT_A_TIME)) > 0;) n += (size_t)r;
  sys(SYS_close, fd);
  at[n] = 0;
  return scratch(n + 1);
}

bool mappings_read(struct mapping **at, size_t *n) {
  pagemap = (int)sys(SYS_open, "/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  const char *text = read_all("/proc/self/maps");
  if (pagemap < 0 || !text) return false;
  size_t lines = 0;
  for (const char *s = text; *s; s++) lines += *s == '\n';
  *at = scratch(lines * sizeof **at);
  *n = 0;
  if (!*at || !lines) return false;
  for (const char *s = text; *s; s = strchr(s, '\n') + 1) {
    *n += parse(s, &(*at)[*n]);
    if (!strchr(s, '\n')) break;
  }
  return true;
}

void mappings_end(void) {
  if (pagemap >= 0) sys(SYS_close, pagemap);
  pagemap = -1;
}

// ---- reading -------------------------------------------------------------------------------------------

static const uint64_t present = 1ull << 63, swapped = 1ull << 62;
enum { AT_ONCE = 512 };

// by_kernel reads one page as another process would, so that a fault is an error and no signal.
static void by_kernel(uintptr_t lo, uintptr_t hi, void (*fn)(uintptr_t lo, uintptr_t hi)) {
  static _Alignas(16) char copy[PAGE];
  struct iovec to = {copy, hi - lo}, from = {(void *)lo, hi - lo};
  long n = sys(SYS_process_vm_readv, getpid(), &to, 1, &from, 1, 0);
  if (n > 0) fn((uintptr_t)copy, (uintptr_t)copy + (size_t)n);
}

static uintptr_t at_most(uintptr_t a, uintptr_t b) { return a < b ? a : b; }

static void words_private(uintptr_t lo, uintptr_t hi, const uint64_t *page, void (*fn)(uintptr_t lo, uintptr_t hi)) {
  for (uintptr_t p = lo, q; p < hi; p = q, page++) {
    q = at_most((p | (PAGE - 1)) + 1, hi);
    if (*page & present) fn(p, q);
    else if (*page & swapped) by_kernel(p, q, fn);
  }
}

static void words_shared(uintptr_t lo, uintptr_t hi, void (*fn)(uintptr_t lo, uintptr_t hi)) {
  unsigned char there[AT_ONCE + 1] = {0};
  uintptr_t first = lo & ~(uintptr_t)(PAGE - 1);
  if (sys(SYS_mincore, first, hi - first, there) < 0) return;
  for (uintptr_t p = lo, q; p < hi; p = q) {
    q = at_most((p | (PAGE - 1)) + 1, hi);
    if (there[(p - first) / PAGE] & 1) by_kernel(p, q, fn);
  }
}

void words_each(uintptr_t lo, uintptr_t hi, enum mapping_kind kind, void (*fn)(uintptr_t lo, uintptr_t hi), size_t *bytes) {
  uint64_t page[AT_ONCE];
  if (kind == MAPPING_DEVICE) return;
  for (uintptr_t p = lo, q; p < hi; p = q) {
    uintptr_t first = p & ~(uintptr_t)(PAGE - 1);
    q = at_most(first + AT_ONCE * PAGE, hi);
    size_t pages = (q - first + PAGE - 1) / PAGE;
    if (kind == MAPPING_SHARED) {
      words_shared(p, q, fn);
    } else {
      long n = sys(SYS_pread64, pagemap, page, pages * sizeof *page, first / PAGE * sizeof *page);
      if (n != (long)(pages * sizeof *page)) memset(page, 0xff, sizeof page);
      for (size_t i = 0; i < pages; i++) *bytes += page[i] & (present | swapped) ? PAGE : 0;
      words_private(p, q, page, fn);
    }
  }
}
