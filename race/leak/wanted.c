// SPDX-License-Identifier: Apache-2.0
// wanted.c: what tells the runtime that the program was built with -leak: at the end it looks for leaks.
__attribute__((visibility("default"))) const char crun_leak_wanted = 1;
