// SPDX-License-Identifier: Apache-2.0
// registers.h: calls that leave the registers as they are.
#ifndef CRUN_INSTRUMENT_REGISTERS_H
#define CRUN_INSTRUMENT_REGISTERS_H

#include "llvm/IR/Module.h"

namespace crun {

// keepRegisters makes the checks and frames of M that have a twin in race/keep.S calls of that. It comes last: no other
// file of the plugin knows these names.
void keepRegisters(llvm::Module &M);

}  // namespace crun

#endif
