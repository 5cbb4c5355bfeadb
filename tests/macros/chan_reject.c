// SPDX-License-Identifier: Apache-2.0
// chan_reject.c: what the channel macros must refuse, or warn of.
#include <crun/crun.h>

struct point {
  int x, y;
};
struct unknown;

void use(void);
void use(void) {
  cr_chan(int) ints = cr_chan_make(int);
  cr_chan(char) chars = cr_chan_make(char, 3);
  cr_chan(long) longs = cr_chan_make(long);
  cr_chan(double) doubles = cr_chan_make(double);
  cr_chan(struct point) points = cr_chan_make(struct point);
  cr_chan(const char *) texts = cr_chan_make(const char *);
  cr_chan(char *) strings = cr_chan_make(char *);
  cr_chan(int *) pointers = cr_chan_make(int *);
  cr_chan(int[4]) arrays = cr_chan_make(int[4]);
  cr_chan(void (*)(int)) functions = cr_chan_make(void (*)(int));
  cr_chan(cr_chan(int)) channels = cr_chan_make(cr_chan(int));
  cr_chan(struct unknown *) unknowns = cr_chan_make(struct unknown *);
  int i = 1, a[4] = {0}, *p = &i;
  long l = 1;
  double d = 1;
  const char *t = "";
  struct point pt = {0, 0};
  bool ok;
  (void)i, (void)l, (void)d, (void)t, (void)pt, (void)ok, (void)a, (void)p;

  // Without a case: all of this is right, and gives no warning.
  cr_chan_send(ints, 3);
  cr_chan_send(chars, 'x');
  cr_chan_send(longs, i);
  cr_chan_send(doubles, 3);
  cr_chan_send(points, (struct point){1, 2});
  cr_chan_send(texts, strings ? "a" : t);
  cr_chan_send(pointers, NULL);
  cr_chan_send(pointers, &a[1]);
  cr_chan_send(arrays, a);
  cr_chan_send(channels, ints);
  cr_chan_send(unknowns, NULL);
  cr_chan_send(ints, (int)d);
  cr_chan_recv(ints, &i);
  cr_chan_recv(ints, NULL);
  cr_chan_recv(arrays, &a);
  if (cr_chan_try_recv_ok(doubles, &d, &ok) && cr_chan_try_send(ints, i)) cr_chan_close(ints);
  (void)functions;

#ifdef CASE_float_constant  // error: floating value
  cr_chan_send(ints, 3.7);
#endif
#ifdef CASE_float_variable  // error: floating value
  cr_chan_send(ints, d);
#endif
#ifdef CASE_float_try  // error: floating value
  cr_chan_try_send(longs, d);
#endif
#ifdef CASE_long_into_int  // warning: long
  cr_chan_send(ints, l);
#endif
#ifdef CASE_constant_too_large  // warning: 300
  cr_chan_send(chars, 300);
#endif
#ifdef CASE_pointer_into_int  // error: pointer
  cr_chan_send(ints, p);
#endif
#ifdef CASE_int_into_pointer  // error: pointer
  cr_chan_send(pointers, i);
#endif
#ifdef CASE_other_pointer  // error: incompatible
  cr_chan_send(pointers, &d);
#endif
#ifdef CASE_const_dropped  // error: discards
  cr_chan_send(strings, t);
#endif
#ifdef CASE_int_into_struct  // error: invalid initializer|incompatible
  cr_chan_send(points, i);
#endif
#ifdef CASE_struct_into_int  // error: incompatible
  cr_chan_send(ints, pt);
#endif
#ifdef CASE_array_too_short  // error: not an array of the element type
  cr_chan_send(arrays, (int[3]){1, 2, 3});
#endif
#ifdef CASE_array_by_pointer  // error: not an array of the element type
  cr_chan_send(arrays, p);
#endif
#ifdef CASE_other_channel  // error: incompatible
  cr_chan_send(channels, doubles);
#endif
#ifdef CASE_other_function  // error: incompatible
  cr_chan_send(functions, use);
#endif
#ifdef CASE_recv_other_type  // error: not one to the element type
  cr_chan_recv(ints, &d);
#endif
#ifdef CASE_recv_wider  // error: not one to the element type
  cr_chan_recv(ints, &l);
#endif
#ifdef CASE_recv_drops_const  // error: not one to the element type
  cr_chan_recv(texts, (char **)NULL);
#endif
#ifdef CASE_recv_not_a_pointer  // error: not one to the element type
  cr_chan_recv(ints, i);
#endif
#ifdef CASE_try_recv_other_type  // error: not one to the element type
  cr_chan_try_recv(ints, &d);
#endif
#ifdef CASE_for_other_type  // error: variable is not of the element type
  cr_for_chan(long, v, ints) use();
#endif
#ifdef CASE_of_void  // error: void is no element type
  (void)cr_chan_make(void);
#endif
#ifdef CASE_of_incomplete  // error: incomplete
  (void)cr_chan_make(struct unknown);
#endif
#ifdef CASE_of_variable_length  // error: constant|variably modified
  (void)cr_chan_make(int[i]);
#endif
#ifdef CASE_not_a_channel  // error: called object|not a function
  cr_chan_send(i, 1);
#endif
}
