// SPDX-License-Identifier: Apache-2.0
// atomics.h: atomic operations become calls that do them and know their order.
#ifndef CRUN_INSTRUMENT_ATOMICS_H
#define CRUN_INSTRUMENT_ATOMICS_H

#include "llvm/IR/IRBuilder.h"

namespace crun {

// emitAtomic replaces I, an atomic of Work. All: as for Choice::choose.
bool emitAtomic(llvm::Instruction *I, bool All);

// bracket puts the beginning and the end of an atomic operation of n bytes at P around I, which
// stays.
void bracket(llvm::Instruction *I, llvm::Value *P, uint64_t N, bool Write);

}  // namespace crun

#endif
