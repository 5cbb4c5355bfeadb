// SPDX-License-Identifier: Apache-2.0
// go_reject.c: what cr_go must refuse.
#include <crun/crun.h>

struct triple {
  long a, b, c;
};
union number {
  long a;
  double d;
};

static struct triple returns_struct(int n) { return (struct triple){n, n, n}; }
static union number returns_union(void) { return (union number){1}; }
static _Complex long double returns_complex(void) { return 1; }
static long double returns_real(void) { return 1; }
static void takes_pointer(int *p) { *p = 1; }
static void takes_two(int a, int b) { (void)a, (void)b; }
static void takes_struct(struct triple t) { (void)t; }

void use(void);
void use(void) {
  int i = 0, *p = &i;
  double d = 0;
  (void)returns_struct, (void)returns_union, (void)returns_complex, (void)d;

  // Without a case: all of this is right, and gives no warning.
  cr_go(returns_real);
  cr_go(takes_pointer, p);
  cr_go(takes_pointer, NULL);
  cr_go(takes_two, i++, 2);
  cr_go(takes_two, 1.0, 'x');
  cr_go(takes_struct, ((struct triple){1, 2, 3}));
  cr_go_with(NULL, takes_two, 1, 2);
  cr_go_with(cr_go_opts(.name = "a", .stack = 1 << 20), takes_struct, ((struct triple){1, 2, 3}));

// The result would be written into a frame that is gone.
#ifdef CASE_returns_struct  // error: cannot return a struct or union
  cr_go(returns_struct, 1);
#endif
#ifdef CASE_returns_union  // error: cannot return a struct or union
  cr_go(returns_union);
#endif
// Nobody would take it off the x87 stack.
#ifdef CASE_returns_complex  // error: cannot return a _Complex long double
  cr_go(returns_complex);
#endif
// In a call compilers may only warn of these.
#ifdef CASE_other_pointer  // error: incompatible
  cr_go(takes_pointer, &d);
#endif
#ifdef CASE_integer_for_pointer  // error: integer
  cr_go(takes_pointer, i);
#endif
#ifdef CASE_pointer_for_integer  // error: integer
  cr_go(takes_two, p, 1);
#endif
#ifdef CASE_too_few  // error: too few arguments
  cr_go(takes_two, 1);
#endif
#ifdef CASE_too_many  // error: too many arguments
  cr_go(takes_two, 1, 2, 3);
#endif
#ifdef CASE_other_struct  // error: incompatible
  cr_go(takes_struct, ((union number){1}));
#endif
#ifdef CASE_with_other_pointer  // error: incompatible
  cr_go_with(cr_go_opts(.name = "a"), takes_pointer, &d);
#endif
#ifdef CASE_with_returns_struct  // error: cannot return a struct or union
  cr_go_with(cr_go_opts(.name = "a"), returns_struct, 1);
#endif
#ifdef CASE_with_no_options  // error: incompatible
  cr_go_with(&d, takes_two, 1, 2);
#endif
#ifdef CASE_with_number  // error: integer
  cr_go_with(i, takes_two, 1, 2);
#endif
#ifdef CASE_unknown_option  // error: nam
  cr_go_with(cr_go_opts(.nam = "a"), takes_two, 1, 2);
#endif
#ifdef CASE_no_function  // error: not a function|called object
  cr_go(i, 1);
#endif
}
