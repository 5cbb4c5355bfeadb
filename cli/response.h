// SPDX-License-Identifier: Apache-2.0
// response.h: @file arguments.
#ifndef CRUN_CLI_RESPONSE_H
#define CRUN_CLI_RESPONSE_H

#include "cli.h"

// response_expand returns argv with each @file replaced by the arguments in it, as clang does:
// blanks separate, quotes of both kinds and backslashes protect. An @file that cannot be read stays
// as it is.
struct args response_expand(int argc, char **argv);

#endif
