// SPDX-License-Identifier: Apache-2.0
// go.h: starting goroutines, yielding, and ending one.
#ifndef CRUN_GO_H
#define CRUN_GO_H

#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(default)

// cr_go(fn, args...) starts a goroutine that runs fn(args...).
//
// The arguments are evaluated here and now, by the caller, and are converted and checked as in a call
// of fn; a wrong pointer type is an error. At most 16 arguments, of any type: numbers, pointers,
// structs, vectors; a compound literal needs parentheses around it, as in any macro. What fn returns is
// dropped; it must not be a struct or union. The goroutine ends
// when fn returns, and the process when main returns, whatever goroutines still run.
//
//     static void worker(int id, chan(int) jobs) { ... }
//     cr_go(worker, 7, jobs);
//
//   Blocks:  no.
//   Returns: nothing; out of memory is fatal, as in Go.
//   Memory:  the go statement synchronizes before the start of the goroutine's execution. The exit
//            of a goroutine synchronizes before nothing (go.dev/ref/mem, "Goroutine creation").
//   Context: any thread.
#define cr_go(fn, ...) CR_GO_START_(NULL, fn, ##__VA_ARGS__)

// A word that goes with a goroutine and with those that it starts: pprof's labels.
typedef struct cr_label {
  const char *key, *value;
} cr_label;

enum { CR_GO_LABELS = 8 };

// cr_go_opts is what cr_go_with starts a goroutine with; what is zero is left as cr_go has it.
typedef struct cr_go_opts {
  const char *name;  // for traces and reports, as by cr_set_name; 31 bytes of it are kept
  size_t stack;      // at least so many bytes, up to 1 GiB, of which 64 KiB are its guard (else CRUNSTACK's)
  cr_label labels[CR_GO_LABELS];  // beside the creator's; one of the same key replaces the creator's
} cr_go_opts;

// cr_go_opts(.name = "feed", .stack = 1 << 20, .labels = {{"job", "42"}}) is a pointer to options that lives
// in the block where it is written.
#define cr_go_opts(...) (&(const cr_go_opts){__VA_ARGS__})

// cr_go_with(opts, fn, args...) is cr_go with options, a const cr_go_opts * (NULL: none). They are copied.
//
//     cr_go_with(cr_go_opts(.name = "feed", .stack = 1 << 20), worker, 7, jobs);
//
//   Blocks:  no.
//   Returns: nothing; out of memory is fatal, and so is a stack of more than 1 GiB.
//   Memory:  as cr_go.
//   Context: any thread.
#define cr_go_with(opts, fn, ...) CR_GO_START_((opts), fn, ##__VA_ARGS__)

// cr_yield lets other goroutines run; this one goes to the end of the queue.
//   Blocks:  the goroutine, never the thread.
//   Returns: nothing.
//   Memory:  none.
//   Context: a goroutine.
void cr_yield(void);

// cr_goexit ends the goroutine as if its function had returned: what was deferred (defer.h) is run, and
// no cr_recover sees it. In main it ends main alone: the others go on.
//   Blocks:  no.
//   Returns: never.
//   Memory:  none.
//   Context: a goroutine.
_Noreturn void cr_goexit(void);

// cr_lock_thread keeps the running goroutine on the thread it runs on now, and all others off it, until it has
// called cr_unlock_thread as often: for libraries that want all calls from one thread (OpenGL, GTK, Lua states
// with thread-locals), for what the kernel keeps for each thread (setns, capabilities, affinity), and for code that
// crun did not compile and that keeps the address of a thread-local over a call that parks (docs/scheduler.md).
//
// main that calls it before its first go stays on the process's first thread. A goroutine that ends while locked
// ends its thread too, so what it changed there is nobody else's; and threads that the scheduler needs meanwhile
// are not made by a locked one. To park costs two hand-overs between threads, about 10 us, where it is 50 ns
// otherwise. On a thread that crun did not start both calls do nothing: its goroutine is bound to it.
//
//     static void draws(void) {
//       cr_lock_thread();
//       gl_context *c = gl_open();
//       for (struct frame f; cr_chan_recv(frames, &f);) gl_draw(c, &f);
//       gl_close(c);
//       cr_unlock_thread();
//     }
//
//   Blocks:  no.
//   Returns: nothing. cr_unlock_thread without a lock does nothing, as Go's.
//   Memory:  none.
//   Context: any thread.
void cr_lock_thread(void);
void cr_unlock_thread(void);

// ---- behind cr_go ------------------------------------------------------------------------------
//
// The call goes to an assembly stub that is cast to fn's own type, so the compiler lays the arguments
// out as for fn; the static chain register carries this descriptor. The stub copies the argument
// registers and as many bytes of stack arguments as there can be.

struct cr_go_desc {
  void (*fn)(void);
  uint32_t arg_bytes;  // at most what the call passes on the stack
  uint32_t flags;      // 1: some argument may lie in a vector register; 2: fn returns a long double
  const cr_go_opts *opts;  // NULL: none
};

extern void cr_go_stub(void);

#define CR_GO_START_(options, fn, ...)                                                                    \
  __extension__({                                                                                         \
    _Pragma("GCC diagnostic push")                                                                        \
    _Pragma("GCC diagnostic error \"-Wincompatible-pointer-types\"")                                      \
    _Pragma("GCC diagnostic error \"-Wint-conversion\"")                                                  \
    _Pragma("GCC diagnostic ignored \"-Wpragmas\"")                                                       \
    _Pragma("GCC diagnostic ignored \"-Wunknown-warning-option\"")                                        \
    _Pragma("GCC diagnostic ignored \"-Wunevaluated-expression\"") /* i++: only the call evaluates it */  \
    _Static_assert(CR_GO_CLASS_(fn, ##__VA_ARGS__) < CR_GO_RECORD_,                                       \
                   "a goroutine's function cannot return a struct or union");                             \
    _Static_assert(!CR_GO_RETURNS_(fn, _Complex long double, ##__VA_ARGS__),                              \
                   "a goroutine's function cannot return a _Complex long double");                        \
    struct cr_go_desc cr_go_d_ = {(void (*)(void))(fn), 0 CR_GO_EACH_(CR_GO_BYTES_, ##__VA_ARGS__),        \
                                  (0 CR_GO_EACH_(CR_GO_VECTOR_, ##__VA_ARGS__)) |                          \
                                      CR_GO_RETURNS_(fn, long double, ##__VA_ARGS__) << 1,                 \
                                  options};                                                               \
    void *cr_go_p_ = (void *)cr_go_stub;                                                                  \
    __asm__("" : "+r"(cr_go_p_)); /* or the compiler sees through the cast and calls the stub as is */    \
    (void)__builtin_call_with_static_chain(((__typeof__(&*(fn)))cr_go_p_)(__VA_ARGS__), &cr_go_d_);        \
    _Pragma("GCC diagnostic pop")                                                                         \
  })

#define CR_GO_RECORD_ 12  // __builtin_classify_type of a struct; 13 of a union
#define CR_GO_RETURNS_(fn, type, ...) __builtin_types_compatible_p(__typeof__((fn)(__VA_ARGS__)), type)
#define CR_GO_CLASS_(fn, ...) \
  __builtin_classify_type(__builtin_choose_expr(CR_GO_RETURNS_(fn, void, ##__VA_ARGS__), 0, (fn)(__VA_ARGS__)))
// The size an argument is passed in; an array is passed as a pointer.
#define CR_GO_SIZE_(a) sizeof(__typeof__(((void)0, (a))))
#define CR_GO_ALIGN_(a) __alignof__(__typeof__(((void)0, (a))))
#define CR_GO_BYTES_(a) \
  +(CR_GO_SIZE_(a) <= 32 && CR_GO_ALIGN_(a) <= 16 ? 32 : (CR_GO_SIZE_(a) + 63) / 64 * 64 + CR_GO_ALIGN_(a))
// 1 to 5: integers and pointers. gcc 12 gives vectors -1.
#define CR_GO_VECTOR_(a) \
  | (__builtin_classify_type(((void)0, (a))) < 1 || __builtin_classify_type(((void)0, (a))) > 5)
#define CR_GO_CAT_(a, b) CR_GO_CAT2_(a, b)
#define CR_GO_CAT2_(a, b) a##b
#define CR_GO_COUNT_(...) CR_GO_COUNT2_(0, ##__VA_ARGS__, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0)
#define CR_GO_COUNT2_(z, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, n, ...) n
#define CR_GO_EACH_(f, ...) CR_GO_CAT_(CR_GO_EACH, CR_GO_COUNT_(__VA_ARGS__))(f, ##__VA_ARGS__)
#define CR_GO_EACH0(f)
#define CR_GO_EACH1(f, a) f(a)
#define CR_GO_EACH2(f, a, ...) f(a) CR_GO_EACH1(f, __VA_ARGS__)
#define CR_GO_EACH3(f, a, ...) f(a) CR_GO_EACH2(f, __VA_ARGS__)
#define CR_GO_EACH4(f, a, ...) f(a) CR_GO_EACH3(f, __VA_ARGS__)
#define CR_GO_EACH5(f, a, ...) f(a) CR_GO_EACH4(f, __VA_ARGS__)
#define CR_GO_EACH6(f, a, ...) f(a) CR_GO_EACH5(f, __VA_ARGS__)
#define CR_GO_EACH7(f, a, ...) f(a) CR_GO_EACH6(f, __VA_ARGS__)
#define CR_GO_EACH8(f, a, ...) f(a) CR_GO_EACH7(f, __VA_ARGS__)
#define CR_GO_EACH9(f, a, ...) f(a) CR_GO_EACH8(f, __VA_ARGS__)
#define CR_GO_EACH10(f, a, ...) f(a) CR_GO_EACH9(f, __VA_ARGS__)
#define CR_GO_EACH11(f, a, ...) f(a) CR_GO_EACH10(f, __VA_ARGS__)
#define CR_GO_EACH12(f, a, ...) f(a) CR_GO_EACH11(f, __VA_ARGS__)
#define CR_GO_EACH13(f, a, ...) f(a) CR_GO_EACH12(f, __VA_ARGS__)
#define CR_GO_EACH14(f, a, ...) f(a) CR_GO_EACH13(f, __VA_ARGS__)
#define CR_GO_EACH15(f, a, ...) f(a) CR_GO_EACH14(f, __VA_ARGS__)
#define CR_GO_EACH16(f, a, ...) f(a) CR_GO_EACH15(f, __VA_ARGS__)

#pragma GCC visibility pop

#endif
