// SPDX-License-Identifier: Apache-2.0
// span.h: the bytes of an access, so that they can be compared with another's.
#ifndef CRUN_INSTRUMENT_SPAN_H
#define CRUN_INSTRUMENT_SPAN_H

#include <map>
#include <optional>
#include <vector>

#include "llvm/IR/DataLayout.h"
#include "llvm/IR/Instructions.h"

namespace crun {

// A Span is the bytes [From, To) behind a root. A root is a sum of values: a pointer and indices,
// each with its scale. Until one of them is computed anew (in a loop's next turn) it is one
// address.
struct Span {
  unsigned Root;
  int64_t From, To;

  bool contains(const Span &S) const { return Root == S.Root && From <= S.From && S.To <= To; }
};

// Spans numbers the roots of one function.
class Spans {
 public:
  explicit Spans(const llvm::DataLayout &DL) : DL(DL) {}

  // of returns the bytes of a load or store; nothing if they are not one piece of known size.
  std::optional<Span> of(const llvm::Instruction *I);

 private:
  using Term = std::pair<const llvm::Value *, int64_t>;

  const llvm::DataLayout &DL;
  std::map<std::vector<Term>, unsigned> Roots;
};

}  // namespace crun

#endif
