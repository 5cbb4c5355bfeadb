// SPDX-License-Identifier: Apache-2.0
// crun.hpp: crun for C++17: goroutines of anything that can be called, channels of a type, and the functions of
// crun.h under their own names (cr_mutex_lock, cr_waitgroup_wait, cr_sleep ...).
//
//     #include <crun/crun.hpp>
//     static void square(crun::chan<int> in, crun::chan<int> out) {
//       for (int v : in) out.send(v * v);
//       out.close();
//     }
//     int main() {
//       crun::chan<int> in, out(10);
//       crun::go(square, in, out);
//       crun::go([&] { in.send(3); in.close(); });
//       for (int v : out) printf("%d\n", v);
//     }
//
// crun.h's macros that are C's own (cr_go, cr_chan(T), cr_select, cr_defer, cr_try) are not for C++. cr_goexit and
// cr_panic leave a goroutine without running the destructors of its frames.
#ifndef CRUN_CRUN_HPP
#define CRUN_CRUN_HPP

#if !defined(__cplusplus) || __cplusplus < 201703L
#error "crun.hpp is for C++17 or later; C programs include crun.h"
#endif
#if !defined(__clang__)
#error "crun.hpp needs clang, as crun c++ calls it: g++ cannot pass what starts a goroutine"
#endif

// What crun.h includes comes before it, outside of extern "C".
#include <errno.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/select.h>
#include <sys/types.h>

#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

#define CRUN_FROM_CXX
extern "C" {
#include <crun/crun.h>
}
#undef CRUN_FROM_CXX

namespace crun {

namespace detail {

// What a goroutine calls: the callable and its arguments, copied or moved where it was started. An exception that
// gets out of it finds noexcept here, and std::terminate.
template <class Call>
void run(void *p) noexcept {
  std::unique_ptr<Call> call(static_cast<Call *>(p));
  std::apply([](auto &&fn, auto &&...args) { std::invoke(std::move(fn), std::move(args)...); }, std::move(*call));
}

// As cr_go does it for a function of one pointer.
inline void start(const cr_go_opts *opts, void (*fn)(void *), void *arg) {
  cr_go_desc desc = {reinterpret_cast<void (*)(void)>(fn), 0, 0, opts};
  void *stub = reinterpret_cast<void *>(cr_go_stub);
  __asm__("" : "+r"(stub));
  __builtin_call_with_static_chain(reinterpret_cast<void (*)(void *)>(stub)(arg), &desc);
}

// The element type's name, for reports: cut out of this function's own.
template <class T>
const char *type_name() {
  static const struct Name {
    char text[96];
    Name() : text() {
      const char *from = strstr(__PRETTY_FUNCTION__, "T = ");
      size_t n = from ? strlen(from + 4) - 1 : 0;
      if (n >= sizeof text) n = sizeof text - 1;
      if (from) memcpy(text, from + 4, n);
    }
  } name;
  return name.text;
}

}  // namespace detail

// go_with starts a goroutine that calls fn(args...) with copies of both, as std::thread does; std::ref passes a
// reference. opts is what cr_go_with takes; nullptr: none.
//   Blocks:  no.
//   Returns: nothing; out of memory is fatal. An exception that fn does not catch ends the program by std::terminate.
//   Memory:  the go statement synchronizes before the start of the goroutine's execution.
//   Context: any thread.
template <class F, class... Args>
void go_with(const cr_go_opts *opts, F &&fn, Args &&...args) {
  using Call = std::tuple<std::decay_t<F>, std::decay_t<Args>...>;
  static_assert(std::is_invocable_v<std::decay_t<F>, std::decay_t<Args>...>, "crun::go: these arguments do not fit");
  detail::start(opts, detail::run<Call>, new Call(std::forward<F>(fn), std::forward<Args>(args)...));
}

// go is go_with without options.
template <class F, class... Args>
void go(F &&fn, Args &&...args) {
  go_with(nullptr, std::forward<F>(fn), std::forward<Args>(args)...);
}

// chan is a handle of a channel of T, as cr_chan(T) in C: copies are the same channel, and nullptr is the nil channel.
// Elements are copied as bytes. What each function does, and what it orders, chan.h says of cr_chan_send and its kind.
template <class T>
class chan {
  static_assert(std::is_trivially_copyable_v<T>, "crun::chan: send a pointer to what cannot be copied as bytes");

 public:
  explicit chan(long long capacity = 0) : raw_(cr_chan_make_raw(sizeof(T), capacity, detail::type_name<T>())) {}
  chan(std::nullptr_t) : raw_(nullptr) {}

  void send(const T &v) const { cr_chan_send_raw(raw_, &v); }
  bool recv(T &v) const { return cr_chan_recv_raw(raw_, &v); }
  bool try_send(const T &v) const { return cr_chan_try_send_raw(raw_, &v); }
  bool try_recv(T &v) const { return cr_chan_try_recv_raw(raw_, &v); }
  bool send_timeout(const T &v, int64_t ns) const { return cr_chan_send_timeout_raw(raw_, &v, ns); }
  bool recv_timeout(T &v, int64_t ns) const { return cr_chan_recv_timeout_raw(raw_, &v, ns); }
  void close() const { cr_chan_close_raw(raw_); }
  void free() const { cr_chan_free_raw(raw_); }
  size_t len() const { return cr_chan_len_raw(raw_); }
  size_t cap() const { return cr_chan_cap_raw(raw_); }

  // A range of what is received until the channel is closed and drained.
  class iterator {
   public:
    explicit iterator(const chan *from) : from_(from) { ++*this; }
    const T &operator*() const { return value_; }
    iterator &operator++() {
      if (from_ && !from_->recv(value_)) from_ = nullptr;
      return *this;
    }
    bool operator!=(const iterator &other) const { return from_ != other.from_; }

   private:
    const chan *from_;
    T value_ = T();
  };
  iterator begin() const { return iterator(this); }
  iterator end() const { return iterator(nullptr); }

 private:
  struct cr_chan *raw_;
};

}  // namespace crun

#endif
