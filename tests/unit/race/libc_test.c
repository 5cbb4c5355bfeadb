// SPDX-License-Identifier: Apache-2.0
// libc_test.c: every checked libc function: what it returns, and exactly which bytes it reads and writes.
//
// range_check is replaced by one that takes notes. A case compares the notes with a list of the form
// "read s 0..6, write d 0..6": offsets into named buffers, half open.
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "access.h"
#include "init.h"
#include "libc.h"
#include "race.h"

// ---- notes ------------------------------------------------------------------------------------------

struct note {
  uintptr_t addr;
  size_t n;
  unsigned flags;
};
static struct note notes[16];
static unsigned nnotes;
static bool noting;

void range_check(race_g *g, uintptr_t addr, size_t n, unsigned flags, uintptr_t pc) {
  (void)g;
  if (!noting) return;
  assert_true(pc != 0);
  assert_true(nnotes < 16);
  notes[nnotes++] = (struct note){addr, n, flags};
}

static unsigned at;  // the next note to be expected
static void begin(void) {
  nnotes = at = 0;
  noting = true;
}

#define DO(...)    \
  do {             \
    begin();       \
    __VA_ARGS__;   \
    noting = false; \
  } while (0)

// expect: the next note is this one.
static void expect_one(const void *p, size_t n, unsigned flags, const char *file, int line) {
  if (at < nnotes && notes[at].addr == (uintptr_t)p && notes[at].n == n && notes[at].flags == flags) {
    at++;
    return;
  }
  if (at >= nnotes) print_error("%s:%d: nothing more was checked\n", file, line);
  else
    print_error("%s:%d: note %u is %zu bytes at %+td, flags %u; not %zu, flags %u\n", file, line, at, notes[at].n,
                (char *)notes[at].addr - (char *)p, notes[at].flags, n, flags);
  _fail(file, line);
}
#define READS(p, n) expect_one(p, n, ACCESS_READ, __FILE__, __LINE__)
#define WRITES(p, n) expect_one(p, n, ACCESS_WRITE, __FILE__, __LINE__)
#define ATOMICS(p, n, flags) expect_one(p, n, ACCESS_ATOMIC | flags, __FILE__, __LINE__)
#define NO_MORE                \
  do {                         \
    assert_int_equal(at, nnotes); \
    at = 0;                    \
  } while (0)

// The functions under test; their declarations are libc's.
#define TWIN(name) extern __typeof__(name) __crun_##name
extern __typeof__(memcpy) __tsan_memcpy;
extern __typeof__(memmove) __tsan_memmove;
extern __typeof__(memset) __tsan_memset;
TWIN(mempcpy); TWIN(memcmp); TWIN(memmem); TWIN(memccpy); TWIN(bzero);
TWIN(strlen); TWIN(strnlen); TWIN(strcpy); TWIN(strncpy); TWIN(stpcpy); TWIN(strcat); TWIN(strncat);
TWIN(strcmp); TWIN(strncmp); TWIN(strcasecmp); TWIN(strncasecmp); TWIN(strspn); TWIN(strcspn);
TWIN(strdup); TWIN(strndup); TWIN(strtok_r); TWIN(strsep);
extern char *__crun_strchr(const char *, int), *__crun_strrchr(const char *, int);
extern char *__crun_strstr(const char *, const char *), *__crun_strpbrk(const char *, const char *);
extern char *__crun_strchrnul(const char *, int);
extern void *__crun_memchr(const void *, int, size_t), *__crun_memrchr(const void *, int, size_t);
TWIN(atoi); TWIN(strtol); TWIN(strtod); TWIN(snprintf); TWIN(sprintf); TWIN(fprintf); TWIN(qsort);
TWIN(read); TWIN(write); TWIN(pread); TWIN(recv); TWIN(fgets); TWIN(fread); TWIN(fwrite); TWIN(fputs); TWIN(getline);
void __crun_read_masked(void *, size_t, uint64_t), __crun_write_lanes(void **, size_t, uint64_t);
void __crun___atomic_load(size_t, const void *, void *, int), __crun___atomic_store(size_t, void *, void *, int);
bool __crun___atomic_compare_exchange(size_t, void *, void *, void *, int, int);

static char s[64], d[64];
static void put(char *to, const char *text) {
  memset(to, '#', 64);
  strcpy(to, text);
}

// ---- blocks -------------------------------------------------------------------------------------------

static void copies(void **state) {
  put(s, "hello");
  DO(assert_ptr_equal(__tsan_memcpy(d, s, 6), d));
  READS(s, 6); WRITES(d, 6); NO_MORE;
  assert_string_equal(d, "hello");
  DO(__tsan_memmove(s + 1, s, 5));
  READS(s, 5); WRITES(s + 1, 5); NO_MORE;
  DO(__tsan_memset(d, 0, 0));
  NO_MORE;
  DO(assert_ptr_equal(__crun_mempcpy(d, s, 3), d + 3));
  READS(s, 3); WRITES(d, 3); NO_MORE;
  put(s, "a,b");
  DO(assert_ptr_equal(__crun_memccpy(d, s, ',', 9), d + 2));
  READS(s, 2); WRITES(d, 2); NO_MORE;
}

static void comparisons_of_blocks(void **state) {
  put(s, "abcdef");
  put(d, "abXdef");
  DO(assert_true(__crun_memcmp(s, d, 6) > 0));
  READS(s, 3); READS(d, 3); NO_MORE;
  DO(assert_int_equal(__crun_memcmp(s, d, 2), 0));
  READS(s, 2); READS(d, 2); NO_MORE;
  DO(assert_ptr_equal(__crun_memchr(s, 'c', 6), s + 2));
  READS(s, 3); NO_MORE;
  DO(assert_null(__crun_memchr(s, 'z', 6)));
  READS(s, 6); NO_MORE;
  DO(assert_ptr_equal(__crun_memrchr(s, 'c', 6), s + 2));
  READS(s + 2, 4); NO_MORE;
  DO(assert_ptr_equal(__crun_memmem(s, 6, "cd", 2), s + 2));
  at++;  // the needle
  READS(s, 4); NO_MORE;
}

// ---- strings ------------------------------------------------------------------------------------------

static void lengths_and_copies(void **state) {
  put(s, "hello");
  DO(assert_int_equal(__crun_strlen(s), 5));
  READS(s, 6); NO_MORE;
  DO(assert_int_equal(__crun_strnlen(s, 3), 3));
  READS(s, 3); NO_MORE;
  DO(assert_int_equal(__crun_strnlen(s, 30), 5));
  READS(s, 6); NO_MORE;
  DO(__crun_strcpy(d, s));
  READS(s, 6); WRITES(d, 6); NO_MORE;
  DO(assert_ptr_equal(__crun_stpcpy(d, s), d + 5));
  READS(s, 6); WRITES(d, 6); NO_MORE;
  DO(__crun_strncpy(d, s, 20));  // pads
  READS(s, 6); WRITES(d, 20); NO_MORE;
  DO(__crun_strncpy(d, s, 3));
  READS(s, 3); WRITES(d, 3); NO_MORE;
  put(d, "12");
  DO(__crun_strcat(d, s));
  READS(s, 6); READS(d, 3); WRITES(d + 2, 6); NO_MORE;
  assert_string_equal(d, "12hello");
  put(d, "12");
  DO(__crun_strncat(d, s, 2));
  READS(s, 2); READS(d, 3); WRITES(d + 2, 3); NO_MORE;
  assert_string_equal(d, "12he");
}

static void duplicates(void **state) {
  char *p;
  put(s, "hello");
  DO(p = __crun_strdup(s));
  READS(s, 6); WRITES(p, 6); NO_MORE;
  free(p);
  DO(p = __crun_strndup(s, 2));
  READS(s, 2); WRITES(p, 3); NO_MORE;
  assert_string_equal(p, "he");
  free(p);
}

static void comparisons(void **state) {
  put(s, "abcd");
  put(d, "abXd");
  DO(assert_true(__crun_strcmp(s, d) > 0));
  READS(s, 3); READS(d, 3); NO_MORE;
  DO(assert_int_equal(__crun_strncmp(s, d, 2), 0));
  READS(s, 2); READS(d, 2); NO_MORE;
  put(d, "ABCD");
  DO(assert_int_equal(__crun_strcasecmp(s, d), 0));
  READS(s, 5); READS(d, 5); NO_MORE;
  DO(assert_int_equal(__crun_strncasecmp(s, d, 3), 0));
  READS(s, 3); READS(d, 3); NO_MORE;
  put(d, "ab");
  DO(assert_true(__crun_strcmp(s, d) > 0));
  READS(s, 3); READS(d, 3); NO_MORE;
}

static void searches(void **state) {
  put(s, "key=value");
  DO(assert_ptr_equal(__crun_strchr(s, '='), s + 3));
  READS(s, 4); NO_MORE;
  DO(assert_null(__crun_strchr(s, 'z')));
  READS(s, 10); NO_MORE;
  DO(assert_ptr_equal(__crun_strchr(s, 0), s + 9));
  READS(s, 10); NO_MORE;
  DO(assert_ptr_equal(__crun_strchrnul(s, 'z'), s + 9));
  READS(s, 10); NO_MORE;
  DO(assert_ptr_equal(__crun_strrchr(s, 'e'), s + 8));
  READS(s, 10); NO_MORE;
  put(d, "val");
  DO(assert_ptr_equal(__crun_strstr(s, d), s + 4));
  READS(d, 4); READS(s, 7); NO_MORE;
  put(d, "");
  DO(assert_ptr_equal(__crun_strstr(s, d), s));
  READS(d, 1); NO_MORE;
  put(d, "=:");
  DO(assert_int_equal(__crun_strcspn(s, d), 3));
  READS(d, 3); READS(s, 4); NO_MORE;
  DO(assert_int_equal(__crun_strspn(s, "k"), 1));
  at++;
  READS(s, 2); NO_MORE;
  DO(assert_ptr_equal(__crun_strpbrk(s, d), s + 3));
  READS(d, 3); READS(s, 4); NO_MORE;
}

static void tokens(void **state) {
  char *save = NULL;
  put(s, ",a,bc");
  put(d, ",");
  DO(assert_string_equal(__crun_strtok_r(s, d, &save), "a"));
  READS(d, 2); READS(s, 3); WRITES(s + 2, 1); WRITES(&save, sizeof save); NO_MORE;
  DO(assert_string_equal(__crun_strtok_r(NULL, d, &save), "bc"));
  READS(&save, sizeof save); READS(d, 2); READS(s + 3, 3); WRITES(&save, sizeof save); NO_MORE;  // no delimiter
  DO(assert_null(__crun_strtok_r(NULL, d, &save)));
  READS(&save, sizeof save); READS(s + 5, 1); WRITES(&save, sizeof save); NO_MORE;

  char *rest = s;
  put(s, "a,,b");
  DO(assert_string_equal(__crun_strsep(&rest, d), "a"));
  READS(&rest, sizeof rest); READS(d, 2); READS(s, 2); WRITES(s + 1, 1); WRITES(&rest, sizeof rest); NO_MORE;
  rest = NULL;
  DO(assert_null(__crun_strsep(&rest, d)));
  READS(&rest, sizeof rest); NO_MORE;
}

static void numbers(void **state) {
  char *end;
  put(s, " 42abc");
  DO(assert_int_equal(__crun_atoi(s), 42));
  READS(s, 4); NO_MORE;
  DO(assert_int_equal(__crun_strtol(s, &end, 10), 42));
  READS(s, 4); WRITES(&end, sizeof end); NO_MORE;
  assert_ptr_equal(end, s + 3);
  put(s, "  x");
  DO(assert_int_equal(__crun_strtol(s, &end, 10), 0));
  READS(s, 3); WRITES(&end, sizeof end); NO_MORE;
  assert_ptr_equal(end, s);
  put(s, "1.5e1;");
  DO(assert_true(__crun_strtod(s, NULL) == 15.0));
  READS(s, 6); NO_MORE;
}

// ---- formatted text ------------------------------------------------------------------------------------

static void formats(void **state) {
  put(s, "world");
  DO(assert_int_equal(__crun_sprintf(d, "%d %5.2f %Lf %s", 1, 2.0, 3.0L, s), 22));
  READS(s, 6); WRITES(d, 23); NO_MORE;
  DO(assert_int_equal(__crun_snprintf(d, 4, "%s", s), 5));
  READS(s, 6); WRITES(d, 4); NO_MORE;
  DO(assert_int_equal(__crun_snprintf(NULL, 0, "%s", s), 5));
  READS(s, 6); NO_MORE;
  DO(__crun_sprintf(d, "%.3s|%-*.*s|%%", s, 9, 2, s));
  READS(s, 3); READS(s, 2); WRITES(d, 16); NO_MORE;
  int n;
  DO(__crun_sprintf(d, "%hhd %lld %zu %jd %c %p%n", 1, 2LL, (size_t)3, (intmax_t)4, 'c', (void *)s, &n));
  WRITES(&n, sizeof n); WRITES(d, n + 1); NO_MORE;
  DO(__crun_sprintf(d, "%1$s", s));  // positions: not looked at
  WRITES(d, 6); NO_MORE;
  char *volatile none = NULL;
  DO(__crun_sprintf(d, "%s", none));
  WRITES(d, 7); NO_MORE;
}

// ---- files --------------------------------------------------------------------------------------------

static void descriptors(void **state) {
  int fd[2];
  put(s, "hello");
  assert_int_equal(pipe(fd), 0);
  DO(assert_int_equal(__crun_write(fd[1], s, 5), 5));
  READS(s, 5); NO_MORE;
  DO(assert_int_equal(__crun_read(fd[0], d, 64), 5));
  WRITES(d, 5); NO_MORE;
  close(fd[1]);
  DO(assert_int_equal(__crun_read(fd[0], d, 64), 0));
  NO_MORE;
  close(fd[0]);
  DO(assert_int_equal(__crun_read(-1, d, 64), -1));
  NO_MORE;
}

static void truncated_message(void **state) {
  int fd[2];
  put(s, "hello");
  assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, fd), 0);
  assert_int_equal(write(fd[0], s, 6), 6);
  DO(assert_int_equal(__crun_recv(fd[1], d, 2, MSG_TRUNC), 6));
  WRITES(d, 2); NO_MORE;
  close(fd[0]);
  close(fd[1]);
}

static void streams(void **state) {
  FILE *f = tmpfile();
  put(s, "one\ntwo\n");
  DO(assert_int_equal(__crun_fwrite(s, 2, 2, f), 2));
  READS(s, 4); NO_MORE;
  DO(__crun_fputs(s + 4, f));
  READS(s + 4, 5); NO_MORE;
  rewind(f);
  DO(__crun_fgets(d, 64, f));
  WRITES(d, 5); NO_MORE;
  DO(assert_int_equal(__crun_fread(d, 3, 9, f), 1));
  WRITES(d, 3); NO_MORE;
  rewind(f);
  char *line = NULL;
  size_t room = 0;
  DO(assert_int_equal(__crun_getline(&line, &room, f), 4));
  READS(&line, sizeof line); READS(&room, sizeof room); WRITES(&line, sizeof line); WRITES(&room, sizeof room);
  WRITES(line, 5); NO_MORE;
  free(line);
  fclose(f);
}

// A pipe's two ends are one sync object: what was done before a write is known after the read.
static void pipe_orders(void **state) {
  int fd[2];
  char byte = 1;
  assert_int_equal(pipe(fd), 0);
  race_g *main_g = race_self(), *other = race_g_create(2, 1);
  race_switch(other);
  uint32_t before = race_cur->clk;
  __crun_write(fd[1], &byte, 1);
  uint32_t slot = race_cur->slot;
  race_switch(main_g);
  assert_true(vclock_get(&race_cur->vc, slot) < before);
  __crun_read(fd[0], &byte, 1);
  assert_true(vclock_get(&race_cur->vc, slot) >= before || race_cur->slot == slot);
  race_g_end(other);
  close(fd[0]);
  close(fd[1]);
}

// ---- others -------------------------------------------------------------------------------------------

static int by_value(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

static void sorting(void **state) {
  int v[3] = {3, 1, 2};
  DO(__crun_qsort(v, 3, sizeof *v, by_value));
  WRITES(v, sizeof v); NO_MORE;
  assert_int_equal(v[0], 1);
  DO(__crun_qsort(v, 1, sizeof *v, by_value));
  NO_MORE;
}

static void lanes(void **state) {
  DO(__crun_read_masked(d, 4, 0xB));  // lanes 0, 1 and 3
  READS(d, 8); READS(d + 12, 4); NO_MORE;
  DO(__crun_read_masked(d, 1, UINT64_MAX));
  READS(d, 64); NO_MORE;
  DO(__crun_read_masked(d, 4, 0));
  NO_MORE;
  DO(__crun_read_masked(d, 1, 1ull << 63));
  READS(d + 63, 1); NO_MORE;
  void *where[4] = {d, d + 40, d + 8, d + 16};
  DO(__crun_write_lanes(where, 8, 0x6));
  WRITES(d + 40, 8); WRITES(d + 8, 8); NO_MORE;
}

static void generic_atomics(void **state) {
  struct three { long a, b, c; } x = {1, 2, 3}, y, z = {4, 5, 6};
  DO(__crun___atomic_load(sizeof x, &x, &y, __ATOMIC_SEQ_CST));
  ATOMICS(&x, sizeof x, ACCESS_READ); WRITES(&y, sizeof y); NO_MORE;
  assert_int_equal(y.c, 3);
  DO(__crun___atomic_store(sizeof x, &x, &z, __ATOMIC_SEQ_CST));
  READS(&z, sizeof z); ATOMICS(&x, sizeof x, ACCESS_WRITE); NO_MORE;
  DO(assert_false(__crun___atomic_compare_exchange(sizeof x, &x, &y, &z, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)));
  READS(&y, sizeof y); READS(&z, sizeof z); ATOMICS(&x, sizeof x, ACCESS_WRITE); WRITES(&y, sizeof y); NO_MORE;
  assert_int_equal(y.a, 4);
  DO(assert_true(__crun___atomic_compare_exchange(sizeof x, &x, &y, &z, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)));
  assert_int_equal(nnotes, 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(copies),          cmocka_unit_test(comparisons_of_blocks),
      cmocka_unit_test(lengths_and_copies), cmocka_unit_test(duplicates),
      cmocka_unit_test(comparisons),     cmocka_unit_test(searches),
      cmocka_unit_test(tokens),          cmocka_unit_test(numbers),
      cmocka_unit_test(formats),         cmocka_unit_test(descriptors),
      cmocka_unit_test(truncated_message), cmocka_unit_test(streams),
      cmocka_unit_test(pipe_orders),     cmocka_unit_test(sorting),
      cmocka_unit_test(lanes),           cmocka_unit_test(generic_atomics),
  };
  race_init();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
