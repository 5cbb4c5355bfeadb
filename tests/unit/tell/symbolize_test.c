// SPDX-License-Identifier: Apache-2.0
// symbolize_test.c: code and data of this very program by name, inlined frames, and asking from everywhere.
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "race/symbolize.h"

#define NOINLINE __attribute__((noinline))
#define INLINE static inline __attribute__((always_inline))

static uintptr_t pc_here;
static int line_here;

NOINLINE static void *return_address(void) { return __builtin_return_address(0); }

// clang-format off
INLINE void innermost(void) { pc_here = (uintptr_t)return_address(); line_here = __LINE__; }
INLINE void between(void) { innermost(); }
NOINLINE static int outermost(void) { between(); return 1; }
enum { INNERMOST_LINE = __LINE__ - 3, BETWEEN_LINE = __LINE__ - 2, OUTERMOST_LINE = __LINE__ - 1 };
// clang-format on

static bool ends_with(const char *s, const char *end) {
  size_t n = s ? strlen(s) : 0, m = strlen(end);
  return n >= m && strcmp(s + n - m, end) == 0;
}

static void inlined_frames(void **state) {
  struct sym_frame f[16];
  outermost();
  assert_int_equal(symbolize_pc(pc_here, true, f, 16), 3);
  static const char *const func[] = {"innermost", "between", "outermost"};
  static const int line[] = {INNERMOST_LINE, BETWEEN_LINE, OUTERMOST_LINE};
  for (int i = 0; i < 3; i++) {
    assert_string_equal(f[i].func, func[i]);
    assert_int_equal(f[i].line, line[i]);
    assert_true(f[i].col > 0);
    assert_true(ends_with(f[i].file, "symbolize_test.c"));
    assert_int_equal(f[i].inlined, i < 2);
    assert_non_null(f[i].module);
  }
}

// The answer is the same when it is remembered, and when there is room for less.
static void asked_again(void **state) {
  struct sym_frame a[16], b[16], one;
  outermost();
  int n = symbolize_pc(pc_here, true, a, 16);
  assert_int_equal(symbolize_pc(pc_here, true, &one, 1), 1);
  assert_string_equal(one.func, a[0].func);
  assert_int_equal(symbolize_pc(pc_here, true, b, 16), n);
  for (int i = 0; i < n; i++) {
    assert_string_equal(a[i].func, b[i].func);
    assert_int_equal(a[i].line, b[i].line);
    assert_int_equal(a[i].offset, b[i].offset);
  }
}

// The symbol table alone gives the same function and offset, also for one with two names and for a label without a size.
NOINLINE int two_names(void) { return (int)(uintptr_t)return_address(); }
int other_name(void) __attribute__((alias("two_names")));
__asm__(".pushsection .text\n.globl no_size\nno_size:\n nop\n nop\n nop\n.popsection\n");
extern const char no_size[];

static void symbol_alone(void **state) {
  uintptr_t pcs[] = {(uintptr_t)symbol_alone + 5, (uintptr_t)outermost, (uintptr_t)two_names + 1, (uintptr_t)no_size + 1,
                     (uintptr_t)no_size, (uintptr_t)qsort + 3};
  for (size_t i = 0; i < sizeof pcs / sizeof *pcs; i++) {
    struct sym_frame all[16], one;
    int n = symbolize_pc(pcs[i], false, all, 16);
    assert_int_equal(symbolize_symbol(pcs[i], false, &one), 1);
    assert_int_equal(one.offset, all[n - 1].offset);
    if (strcmp(one.func, "other_name") != 0) assert_string_equal(one.func, all[n - 1].func);
    assert_string_equal(one.module, all[n - 1].module);
    assert_null(one.file);
  }
}

NOINLINE _Noreturn static void never_returns(void) {
  pc_here = (uintptr_t)__builtin_return_address(0);
  pthread_exit(NULL);
}

// The call is the last instruction of the function: what it returns to is another function.
NOINLINE static void *ends_in_call(void *arg) {
  (void)arg;
  never_returns();
}

static void return_address_is_the_call_before(void **state) {
  pthread_t t;
  struct sym_frame f[4];
  assert_int_equal(pthread_create(&t, NULL, ends_in_call, NULL), 0);
  pthread_join(t, NULL);
  assert_int_equal(symbolize_pc(pc_here, true, f, 4), 1);
  assert_string_equal(f[0].func, "ends_in_call");
}

static void shared_object(void **state) {
  struct sym_frame f[4];
  void *libc = dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD);  // whoever else has a qsort
  assert_non_null(libc);
  void *fn = dlsym(libc, "qsort");
  assert_int_equal(symbolize_pc((uintptr_t)fn, false, f, 4), 1);
  assert_true(ends_with(f[0].module, "libc.so.6"));
  assert_non_null(strstr(f[0].func, "qsort"));
  assert_int_equal(f[0].offset, 0);
}

static void loaded_later(void **state) {
  struct sym_frame f[4];
  symbolize_pc((uintptr_t)loaded_later, false, f, 4);
  void *lib = dlopen("libresolv.so.2", RTLD_NOW);
  assert_non_null(lib);
  void *fn = dlsym(lib, "ns_name_ntop");
  if (!fn) fn = dlsym(lib, "__b64_ntop");
  assert_non_null(fn);
  assert_int_equal(symbolize_pc((uintptr_t)fn, false, f, 4), 1);
  assert_non_null(strstr(f[0].module, "lib"));
  assert_non_null(f[0].func);
}

static void nowhere(void **state) {
  struct sym_frame f[4];
  void *p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  uintptr_t pcs[] = {0, 1, 4096, (uintptr_t)p, UINTPTR_MAX, (uintptr_t)&pcs};
  for (size_t i = 0; i < sizeof pcs / sizeof *pcs; i++) {
    assert_int_equal(symbolize_pc(pcs[i], i & 1, f, 4), 1);
    assert_null(f[0].func);
    assert_int_equal(f[0].offset, pcs[i]);
  }
  munmap(p, 4096);
}

// ---- data --------------------------------------------------------------------------------------------------

struct inner {
  char tag;
  short grid[2][3];
};
static struct {
  long head;
  struct inner list[4];
  union {
    int i;
    float f;
  } either;
  struct {
    char x, y;
  };
  unsigned low : 3, high : 5;
} thing[3];
static char large[1 << 20];
_Thread_local struct inner mine;

static const char *path_of(const void *p, size_t n) {
  static struct sym_data d;
  assert_true(symbolize_data((uintptr_t)p, n, &d));
  assert_true(ends_with(d.file, "symbolize_test.c"));
  assert_true(d.line > 0);
  assert_true((uintptr_t)p - d.addr < d.size);
  return d.path;
}

static void fields_and_elements(void **state) {
  struct sym_data d;
  assert_true(symbolize_data((uintptr_t)&thing[1], sizeof thing[1], &d));
  assert_string_equal(d.name, "thing");
  assert_int_equal(d.addr, (uintptr_t)thing);
  assert_int_equal(d.size, sizeof thing);
  assert_string_equal(path_of(thing, sizeof thing), "");
  assert_string_equal(path_of(&thing[1], sizeof thing[1]), "[1]");
  assert_string_equal(path_of(&thing[2].head, 8), "[2].head");
  assert_string_equal(path_of(&thing[2].head, 1), "[2].head");
  assert_string_equal(path_of(&thing[0].list[3].grid[1][2], 2), "[0].list[3].grid[1][2]");
  assert_string_equal(path_of(&thing[0].list[3].grid[1][1], 4), "[0].list[3].grid");
  assert_string_equal(path_of(&thing[0].list[1].tag, 1), "[0].list[1].tag");
  assert_string_equal(path_of(&thing[1].either, 4), "[1].either");
  assert_string_equal(path_of(&thing[1].y, 1), "[1].y");
}

static void static_local(void **state) {
  static int counter;
  struct sym_data d;
  assert_true(symbolize_data((uintptr_t)&counter, 4, &d));
  assert_string_equal(d.name, "counter");
}

// Zeroed variables lie on pages behind the file's end.
static void far_in_bss(void **state) {
  struct sym_data d;
  assert_true(symbolize_data((uintptr_t)&large[sizeof large - 1], 1, &d));
  assert_string_equal(d.name, "large");
  assert_string_equal(d.path, "[1048575]");
}

static void not_data(void **state) {
  struct sym_data d;
  int local;
  assert_false(symbolize_data((uintptr_t)&local, 4, &d));
  assert_false(symbolize_data((uintptr_t)not_data, 4, &d));
  assert_false(symbolize_data(0, 4, &d));
}

static void thread_local_offset(void **state) {
  struct sym_data d;
  mine.tag = 1;
  bool found = false;  // wherever the linker has put it
  for (size_t offset = 0; offset < 65536 && !found; offset++)
    found = symbolize_tls(not_data, offset, 1, &d) && strcmp(d.name, "mine") == 0;
  assert_true(found);
  assert_true(symbolize_tls(not_data, d.addr + offsetof(struct inner, grid[1]), 2, &d));
  assert_string_equal(d.path, ".grid[1][0]");
}

// ---- from everywhere -----------------------------------------------------------------------------------------

static void *ask_often(void *arg) {
  struct sym_frame f[16];
  struct sym_data d;
  for (int i = 0; i < 300; i++) {
    if (symbolize_pc(pc_here, true, f, 16) != 3 || strcmp(f[1].func, "between") != 0) return (void *)1;
    if (!symbolize_data((uintptr_t)&thing[i % 3].head, 8, &d) || strcmp(d.name, "thing") != 0) return (void *)1;
    if (symbolize_pc((uintptr_t)arg + (uintptr_t)i, false, f, 16) < 1) return (void *)1;
  }
  return NULL;
}

static void threads(void **state) {
  pthread_t t[4];
  outermost();
  void *code = (void *)(uintptr_t)ask_often;
  for (int i = 0; i < 4; i++) assert_int_equal(pthread_create(&t[i], NULL, ask_often, code), 0);
  for (int i = 0; i < 4; i++) {
    void *bad;
    pthread_join(t[i], &bad);
    assert_null(bad);
  }
}

// Where a stack begins, by name, and where the C library has no symbols left by being its.
static void starts(void **state) {
  static const struct {
    struct sym_frame f;
    bool start;
  } rows[] = {
      {{.func = "__libc_start_call_main", .module = "/lib/libc.so.6"}, true},
      {{.func = "start_thread", .module = "/lib/libc.so.6"}, true},
      {{.func = "_start", .module = "/bin/x"}, true},
      {{.module = "/usr/lib/x86_64-linux-gnu/libc.so.6"}, true},
      {{.module = "/lib64/ld-linux-x86-64.so.2"}, true},
      {{.func = "main", .module = "/bin/x"}, false},
      {{.func = "qsort", .module = "/lib/libc.so.6"}, false},
      {{.module = "/home/libc.so/libmine.so"}, false},
      {{.module = NULL}, false},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) assert_int_equal(symbolize_is_start(&rows[i].f), rows[i].start);
}

// After symbolize_raw, in a child: the dynamic linker's knowledge is left.
static void raw(void **state) {
  outermost();
  pid_t pid = fork();
  if (pid == 0) {
    struct sym_frame f[4];
    struct sym_data d;
    symbolize_raw();
    int n = symbolize_pc(pc_here, true, f, 4);
    _exit(n == 1 && !f[0].file && f[0].module && !symbolize_data((uintptr_t)thing, 8, &d) ? 0 : 1);
  }
  int status;
  assert_int_equal(waitpid(pid, &status, 0), pid);
  assert_int_equal(status, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(inlined_frames),      cmocka_unit_test(asked_again),
      cmocka_unit_test(return_address_is_the_call_before),
      cmocka_unit_test(shared_object),       cmocka_unit_test(loaded_later),
      cmocka_unit_test(nowhere),             cmocka_unit_test(fields_and_elements),
      cmocka_unit_test(static_local),        cmocka_unit_test(far_in_bss),
      cmocka_unit_test(not_data),            cmocka_unit_test(thread_local_offset),
      cmocka_unit_test(threads),             cmocka_unit_test(raw),
      cmocka_unit_test(starts),              cmocka_unit_test(symbol_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
