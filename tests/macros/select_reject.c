// SPDX-License-Identifier: Apache-2.0
// select_reject.c: what the cases of a select must refuse, or warn of.
#include <crun/crun.h>

void use(void);
void use(void) {
  cr_chan(int) ints = cr_chan_make(int);
  cr_chan(double) doubles = cr_chan_make(double);
  cr_chan(int *) pointers = cr_chan_make(int *);
  int i = 0;
  long l = 0;
  double d = 0;
  bool ok;
  (void)l, (void)pointers;

  cr_select {
    cr_on_recv(ints, &i) {}
    cr_on_recv_ok(doubles, &d, &ok) {}
    cr_on_send(ints, i + 1) {}
    cr_on_default {}
  }

#ifdef CASE_float_into_int  // error: floating value
  cr_select {
    cr_on_send(ints, d) {}
  }
#endif
#ifdef CASE_long_into_int  // warning: long
  cr_select {
    cr_on_send(ints, l) {}
  }
#endif
#ifdef CASE_other_pointer  // error: incompatible
  cr_select {
    cr_on_send(pointers, &d) {}
  }
#endif
#ifdef CASE_recv_other_type  // error: not one to the element type
  cr_select {
    cr_on_recv(ints, &d) {}
  }
#endif
#ifdef CASE_recv_ok_other_type  // error: not one to the element type
  cr_select {
    cr_on_recv_ok(doubles, &i, &ok) {}
  }
#endif
#ifdef CASE_outside_a_select  // error: cr_sel_
  cr_on_recv(ints, &i) {}
#endif
#ifdef CASE_default_outside  // error: cr_sel_
  cr_on_default {}
#endif
}
