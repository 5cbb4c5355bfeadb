// SPDX-License-Identifier: Apache-2.0
// Settings that make no sense are named and the default is taken.
// exit: 0
// env: CRUNMAXPROCS=many CRUNSTACK=-3 CRUNTRACEBACK=loud
#include <crun/crun.h>

int main(void) { cr_yield(); }
// | crun: CRUNTRACEBACK=loud is not none, single, all, system or crash; using all
// | crun: CRUNSTACK=-3 is not a size up to 1G (as 512K or 8M); using 256K
// | crun: CRUNMAXPROCS=many is not a number from 1 to 1024; using N
