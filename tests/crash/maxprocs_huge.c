// SPDX-License-Identifier: Apache-2.0
// A number of processors out of range is named, and as many are used as there are.
// exit: 0
// env: CRUNMAXPROCS=10000
#include <crun/crun.h>

int main(void) { cr_yield(); }
// | crun: CRUNMAXPROCS=10000 is not a number from 1 to 1024; using N
