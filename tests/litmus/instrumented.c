// SPDX-License-Identifier: Apache-2.0
// instrumented.c is what the control "uninstrumented" links beside its plain object.
int instrumented(int *p);
int instrumented(int *p) { return *p; }
