// SPDX-License-Identifier: Apache-2.0
// demangle.h: the names of C++ as the source has them.
#ifndef CRUN_RACE_DEMANGLE_H
#define CRUN_RACE_DEMANGLE_H

// demangle returns `account::deposit` for the symbol `_ZN7account7depositEi`: qualified, without the parameters. Names that are
// not C++'s, and all of them where the program has no C++ library that reads them, come back as they are. It lives as long as symbol
// does, which must be for ever. Under libdw_enter.
const char *demangle(const char *symbol);

#endif
