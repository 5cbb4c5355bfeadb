// SPDX-License-Identifier: Apache-2.0
// libc.h: calls of libc functions that touch the caller's memory.
#ifndef CRUN_INSTRUMENT_LIBC_H
#define CRUN_INSTRUMENT_LIBC_H

#include "llvm/IR/InstrTypes.h"

namespace crun {

// checkedTwin names the function that race/ has for the one that C calls; empty: none. The type
// must be libc's too: a program's own function of that name, defined in this file or of another
// shape, is left alone.
llvm::StringRef checkedTwin(const llvm::CallBase &C);

// isAtomicLibrary: C calls libatomic, which makes order even where accesses are not checked.
bool isAtomicLibrary(const llvm::CallBase &C);

// emitLibc makes C a call of its twin.
void emitLibc(llvm::CallBase *C);

}  // namespace crun

#endif
