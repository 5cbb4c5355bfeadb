// SPDX-License-Identifier: Apache-2.0
// chan.h: typed channels, by which goroutines hand values to each other.
#ifndef CRUN_CHAN_H
#define CRUN_CHAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(default)

// cr_chan(T) is the type of a channel whose elements are T: any complete object type, arrays,
// structs and other channels among them. It needs no declaration and is the same type in every
// file. The value is a handle: copying it does not copy the channel, and NULL is the nil channel,
// on which every operation but cr_chan_close parks forever.
//
// Elements are copied in and out byte by byte. A channel is a queue of cap elements; with capacity 0
// a send and a receive meet. Receivers are served in the order in which they parked, and so are
// senders. Any number of goroutines and foreign threads may use a channel at the same time.
//
// Illegal: elements that are _Atomic, volatile or of variable length; a send or a close on a closed
// channel (panics); cr_chan_free while anybody may still use the channel.
//
//     static void square(cr_chan(int) in, cr_chan(int) out) {
//       int v;
//       while (cr_chan_recv(in, &v)) cr_chan_send(out, v * v);
//       cr_chan_close(out);
//     }
//     int main(void) {
//       cr_chan(int) in = cr_chan_make(int), out = cr_chan_make(int, 10);
//       cr_go(square, in, out);
//       for (int i = 1; i <= 3; i++) cr_chan_send(in, i);
//       cr_chan_close(in);
//       cr_for_chan(int, v, out) printf("%d\n", v);
//     }
//
// The handle is typed as a pointer to a function that nobody defines: the one kind of C type that
// can be written anywhere, is compatible across files and carries another type in it.
#define cr_chan(T) __typeof__(__typeof__(T) *(*)(struct cr_chan_tag *))

struct cr_chan_tag;  // never defined
struct cr_chan;      // the channel itself (runtime/chan.c)

#if defined(__cplusplus) && !defined(CRUN_FROM_CXX)
#error "a C++ program includes <crun/crun.hpp>"
#endif

// cr_chan_make(T) makes an unbuffered channel of T, cr_chan_make(T, n) one that holds n elements.
//   Blocks:  no.
//   Returns: the channel; panics "makechan: size out of range" for a negative or absurd n.
//   Memory:  none.
//   Context: any.
#define cr_chan_make(...) CR_CHAN_MAKE_PICK_(__VA_ARGS__, CR_CHAN_MAKE_N_, CR_CHAN_MAKE_0_, )(__VA_ARGS__)

// cr_chan_send(c, v) sends v on c, parking the goroutine until it is taken or buffered. v is
// evaluated once and converted to the element type as by assignment; what would lose its meaning (a
// floating value to integers, an unrelated pointer) does not compile, and a narrower integer is
// warned about. An array element is sent by naming an array of that type.
//   Blocks:  the goroutine, never the thread. A nil channel parks forever.
//   Returns: nothing; panics "send on closed channel", also when c is closed while it waits.
//   Memory:  the k'th send synchronizes before the k'th receive completes; the k'th receive
//            synchronizes before send k+C completes (C = capacity).
//   Context: a goroutine or a foreign thread.
#define cr_chan_send(c, ...)                                                   \
  __extension__({                                                              \
    CR_CHAN_VALUE_("chan_send", c, cr_v_, __VA_ARGS__);                        \
    cr_chan_send_raw(CR_CHAN_RAW_(c), CR_CHAN_ADDR_(c, cr_v_));                \
  })

// cr_chan_recv(c, p) receives from c into *p, parking the goroutine until there is a value or c is
// closed. p is an element pointer, or NULL to drop the value.
//   Blocks:  the goroutine, never the thread. A nil channel parks forever.
//   Returns: true with a value; false when c is closed and drained, and *p is then all zero bytes.
//   Memory:  the k'th send synchronizes before the k'th receive completes; a close synchronizes
//            before a receive that returns false because of it; the k'th receive synchronizes before
//            send k+C completes. On an unbuffered channel the store into *p is a part of the
//            receive; on a buffered one it follows the receive.
//   Context: a goroutine or a foreign thread.
#define cr_chan_recv(c, p) cr_chan_recv_raw(CR_CHAN_RAW_(c), CR_CHAN_DEST_("chan_recv", c, p))

// cr_chan_try_send(c, v) sends v on c if that needs no waiting.
//   Blocks:  no.
//   Returns: true if v was sent, false if it would have had to wait (nil: always); panics "send on
//            closed channel".
//   Memory:  as cr_chan_send if it returns true, else none.
//   Context: any.
#define cr_chan_try_send(c, ...)                                               \
  __extension__({                                                              \
    CR_CHAN_VALUE_("chan_try_send", c, cr_v_, __VA_ARGS__);                    \
    cr_chan_try_send_raw(CR_CHAN_RAW_(c), CR_CHAN_ADDR_(c, cr_v_));            \
  })

// cr_chan_try_recv(c, p) receives from c into *p if a value is there.
//   Blocks:  no.
//   Returns: true with a value; false if it would have had to wait (*p is untouched) or c is closed
//            and drained (*p is zero). cr_chan_try_recv_ok tells the two apart.
//   Memory:  as cr_chan_recv, unless it would have had to wait: then none.
//   Context: any.
#define cr_chan_try_recv(c, p) \
  cr_chan_try_recv_raw(CR_CHAN_RAW_(c), CR_CHAN_DEST_("chan_try_recv", c, p))

// cr_chan_try_recv_ok(c, p, ok) is Go's select with one receive and a default.
//   Blocks:  no.
//   Returns: true if the receive went ahead, and then *ok is what cr_chan_recv would have returned;
//            false if it would have had to wait.
//   Memory:  as cr_chan_try_recv.
//   Context: any.
#define cr_chan_try_recv_ok(c, p, ok) \
  cr_chan_try_recv_ok_raw(CR_CHAN_RAW_(c), CR_CHAN_DEST_("chan_try_recv_ok", c, p), (ok))

// cr_chan_send_timeout(c, v, ns) is cr_chan_send that waits at most ns nanoseconds; with 0 or less it is
// cr_chan_try_send.
//   Blocks:  the goroutine, never the thread.
//   Returns: true if v was sent, false if the time has passed; panics "send on closed channel".
//   Memory:  as cr_chan_send if it returns true, else none.
//   Context: a goroutine or a foreign thread.
#define cr_chan_send_timeout(c, v, ns)                                         \
  __extension__({                                                              \
    CR_CHAN_VALUE_("chan_send_timeout", c, cr_v_, v);                          \
    cr_chan_send_timeout_raw(CR_CHAN_RAW_(c), CR_CHAN_ADDR_(c, cr_v_), (ns));  \
  })

// cr_chan_recv_timeout(c, p, ns) is cr_chan_recv that waits at most ns nanoseconds.
//   Blocks:  the goroutine, never the thread.
//   Returns: true with a value; false if the time has passed (*p is untouched) or c is closed and
//            drained (*p is zero). cr_chan_recv_timeout_ok tells the two apart.
//   Memory:  as cr_chan_recv, unless the time has passed: then none.
//   Context: a goroutine or a foreign thread.
#define cr_chan_recv_timeout(c, p, ns) \
  cr_chan_recv_timeout_raw(CR_CHAN_RAW_(c), CR_CHAN_DEST_("chan_recv_timeout", c, p), (ns))

// cr_chan_recv_timeout_ok(c, p, ok, ns) tells a closed channel from one on which nobody sent in time.
//   Blocks:  the goroutine, never the thread.
//   Returns: true if the receive went ahead, and then *ok is what cr_chan_recv would have returned;
//            false if the time has passed.
//   Memory:  as cr_chan_recv_timeout.
//   Context: a goroutine or a foreign thread.
#define cr_chan_recv_timeout_ok(c, p, ok, ns) \
  cr_chan_recv_timeout_ok_raw(CR_CHAN_RAW_(c), CR_CHAN_DEST_("chan_recv_timeout_ok", c, p), (ok), (ns))

// cr_chan_close(c) says that no more is sent: what is buffered can still be received, then receives
// return false. Who sends closes.
//   Blocks:  no.
//   Returns: nothing; panics "close of closed channel" or "close of nil channel".
//   Memory:  synchronizes before a receive that returns false because of it. A send or another close
//            that is not ordered with it is a data race.
//   Context: any.
#define cr_chan_close(c) cr_chan_close_raw(CR_CHAN_RAW_(c))

// cr_chan_len(c) is the number of buffered elements now, cr_chan_cap(c) how many c can hold; both
// are 0 for nil.
//   Blocks:  no.
//   Returns: the number.
//   Memory:  none.
//   Context: any.
#define cr_chan_len(c) cr_chan_len_raw(CR_CHAN_RAW_(c))
#define cr_chan_cap(c) cr_chan_cap_raw(CR_CHAN_RAW_(c))

// cr_chan_free(c) gives the channel's memory back; nil is allowed. It need not be closed or empty.
//   Blocks:  no.
//   Returns: nothing; panics "free of channel with waiters" if somebody is parked on it.
//   Memory:  a write to the channel: any use that is not ordered with it is a data race.
//   Context: any.
#define cr_chan_free(c) cr_chan_free_raw(CR_CHAN_RAW_(c))

// cr_for_chan(T, v, c) { ... } runs its body with each element received from c in v, until c is
// closed and drained. c is evaluated once. break and continue do what they do in a for.
//   Blocks:  the goroutine, never the thread.
//   Returns: does not apply.
//   Memory:  each turn as cr_chan_recv.
//   Context: a goroutine or a foreign thread.
#define cr_for_chan(T, v, c)                                                                     \
  for (struct cr_for_chan cr_for_ =                                                              \
           {CR_CHAN_RAW_(c), (char)(0 * CR_ASSERT_(__builtin_types_compatible_p(                 \
                                            __typeof__(c), cr_chan(T)),                          \
                                        "for_chan: the variable is not of the element type"))};  \
       !cr_for_.cr_done; cr_for_.cr_done = 1)                                                          \
    for (__typeof__(T) v; cr_chan_recv_raw(cr_for_.cr_chan, &v);)

struct cr_for_chan {  // no member may be called as a parameter of the macro
  struct cr_chan *cr_chan;
  char cr_done;
};

// ---- what the macros call: untyped, elements by address ----------------------------------------

// type is how the program writes the element type, for reports; it must stay.
struct cr_chan *cr_chan_make_raw(size_t elem_size, long long cap, const char *type);
void cr_chan_send_raw(struct cr_chan *c, const void *elem);
bool cr_chan_recv_raw(struct cr_chan *c, void *elem);
bool cr_chan_try_send_raw(struct cr_chan *c, const void *elem);
bool cr_chan_try_recv_raw(struct cr_chan *c, void *elem);
bool cr_chan_try_recv_ok_raw(struct cr_chan *c, void *elem, bool *ok);
bool cr_chan_send_timeout_raw(struct cr_chan *c, const void *elem, int64_t ns);
bool cr_chan_recv_timeout_raw(struct cr_chan *c, void *elem, int64_t ns);
bool cr_chan_recv_timeout_ok_raw(struct cr_chan *c, void *elem, bool *ok, int64_t ns);
void cr_chan_close_raw(struct cr_chan *c);
size_t cr_chan_len_raw(const struct cr_chan *c);
size_t cr_chan_cap_raw(const struct cr_chan *c);
void cr_chan_free_raw(struct cr_chan *c);

// ---- how the macros work ------------------------------------------------------------------------

// CR_ASSERT_ is a static assertion that is an expression (of type size_t).
#define CR_ASSERT_(cond, text) (sizeof(struct { _Static_assert(cond, text); char cr_unused_; }))

// CR_CHAN_ELEM_ is the element type; CR_CHAN_VAL_ what an element is as a value: the same without
// qualifiers, or for an array a pointer to its first member.
#define CR_CHAN_ELEM_(c) __typeof__(*(c)((struct cr_chan_tag *)0))
#define CR_CHAN_VAL_(c) __typeof__(((void)0, *(const CR_CHAN_ELEM_(c) *)0))
#define CR_CHAN_IS_ARRAY_(c) \
  (!__builtin_types_compatible_p(CR_CHAN_VAL_(c), CR_CHAN_ELEM_(c)))
#define CR_CHAN_RAW_(c) ((struct cr_chan *)(__UINTPTR_TYPE__)(c))

// CR_CHAN_VALUE_ declares variable name with the value to send, converted. The compiler's own
// conversion diagnostics are turned up for that one initialisation. The assertions ask about a type, since clang
// takes a compound literal inside CR_ASSERT_'s struct for one at file scope, which must be constant.
#define CR_CHAN_VALUE_(op, c, name, ...)                                                         \
  typedef __typeof__(__VA_ARGS__) name##type_;                                                   \
  (void)CR_ASSERT_(!CR_IS_REAL_(*(name##type_ *)0) || !CR_IS_INTEGER_(*(CR_CHAN_ELEM_(c) *)0),   \
                   op ": a floating value does not fit a channel of integers; cast it");         \
  (void)CR_ASSERT_(!CR_CHAN_IS_ARRAY_(c) || sizeof(name##type_) == sizeof(CR_CHAN_ELEM_(c)),     \
                   op ": not an array of the element type");                                     \
  CR_STRICT_BEGIN_ CR_CHAN_VAL_(c) name = (__VA_ARGS__); CR_STRICT_END_
#define CR_CHAN_ADDR_(c, name) __builtin_choose_expr(CR_CHAN_IS_ARRAY_(c), name, &name)

// CR_CHAN_DEST_ is p, which must point to an element (const or not) or be a void pointer.
#define CR_CHAN_DEST_(op, c, p)                                                                  \
  ((void)CR_ASSERT_(CR_CHAN_TAKES_(c, __typeof__(p)),                                            \
                    op ": the pointer is not one to the element type"),                          \
   (void *)(p))
#define CR_CHAN_TAKES_(c, P)                                                                     \
  (__builtin_types_compatible_p(P, CR_CHAN_ELEM_(c) *) ||                                        \
   __builtin_types_compatible_p(P, CR_CHAN_VAL_(c) *) || __builtin_types_compatible_p(P, void *))

#define CR_IS_REAL_(x) (__builtin_classify_type(x) == 8)
#define CR_IS_INTEGER_(x) (__builtin_classify_type(x) >= 1 && __builtin_classify_type(x) <= 4)

#if defined(__clang__)
#define CR_STRICT_BEGIN_                                                                         \
  _Pragma("GCC diagnostic push")                                                                 \
  _Pragma("GCC diagnostic error \"-Wincompatible-pointer-types\"")                               \
  _Pragma("GCC diagnostic error \"-Wincompatible-pointer-types-discards-qualifiers\"")           \
  _Pragma("GCC diagnostic error \"-Wint-conversion\"")                                           \
  _Pragma("GCC diagnostic ignored \"-Wliteral-conversion\"")                                     \
  _Pragma("GCC diagnostic warning \"-Wshorten-64-to-32\"")                                       \
  _Pragma("GCC diagnostic warning \"-Wimplicit-int-conversion\"")
#else
#define CR_STRICT_BEGIN_                                                                         \
  _Pragma("GCC diagnostic push")                                                                 \
  _Pragma("GCC diagnostic error \"-Wincompatible-pointer-types\"")                               \
  _Pragma("GCC diagnostic error \"-Wdiscarded-qualifiers\"")                                     \
  _Pragma("GCC diagnostic error \"-Wint-conversion\"")                                           \
  _Pragma("GCC diagnostic warning \"-Wconversion\"")                                             \
  _Pragma("GCC diagnostic ignored \"-Wsign-conversion\"")                                        \
  _Pragma("GCC diagnostic ignored \"-Wfloat-conversion\"")
#endif
#define CR_STRICT_END_ _Pragma("GCC diagnostic pop")

#define CR_CHAN_MAKE_PICK_(T, n, pick, ...) pick
#define CR_CHAN_MAKE_0_(T) CR_CHAN_MAKE_N_(T, 0)
#define CR_CHAN_MAKE_N_(T, n)                                                                    \
  ((cr_chan(T))(__UINTPTR_TYPE__)cr_chan_make_raw(                                               \
      sizeof(T) + 0 * CR_ASSERT_(!__builtin_types_compatible_p(__typeof__(T), void),             \
                                 "chan_make: void is no element type"),                          \
      (n), #T))

#pragma GCC visibility pop

#endif
