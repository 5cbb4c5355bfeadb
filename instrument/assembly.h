// SPDX-License-Identifier: Apache-2.0
// assembly.h: the memory operands of inline assembly.
#ifndef CRUN_INSTRUMENT_ASSEMBLY_H
#define CRUN_INSTRUMENT_ASSEMBLY_H

#include "choose.h"

namespace crun {

bool emitAssembly(llvm::CallBase *I, Choice &C, bool All);

}  // namespace crun

#endif
