// SPDX-License-Identifier: Apache-2.0
// steps.h: the ways in which checks become fewer: a switch and a counter for each.
#ifndef CRUN_INSTRUMENT_STEPS_H
#define CRUN_INSTRUMENT_STEPS_H

#include "llvm/IR/Module.h"

namespace crun {

enum class Step {
  Settled,      // settled.cpp: variables of a whole program that are written before the first go alone
  Heap,         // choose.cpp: blocks of the heap that no other goroutine can know
  Objects,      // choose.cpp: pointers to one of several private objects
  Table,        // sync.cpp: race/sync.inc
  Calls,        // sync.cpp: calls of functions of this module
  BeforeWrite,  // cover.cpp: a read that a write of the same block follows
  Across,       // cover.cpp: a read that a write of a later block follows
  Covered,      // cover.cpp: a check behind one of the same bytes
  Loops,        // loops.cpp: the checks of all turns of a loop in front of it
  Rows,         // loops.cpp: rows at one distance, of nested loops
  Adjacent,     // elements.cpp: neighbours of one line that are one check
  Overlap,      // elements.cpp: elements that another check of the loop has
  Shrinking,    // loops.cpp: elements of which a turn of the loop around has no more than the one before
  Deferred,     // deferred.cpp: the checks of a loop many at a time
  Single,       // versions.cpp: code without checks for the single-goroutine phase
};

// isOn: neither -crun-race-without=all nor its name was given.
bool isOn(Step S);

// isAtLink: accesses are not checked in this module, but at the link, of the whole program.
bool isAtLink();

// isCounting: the program counts its accesses as it runs.
bool isCounting();

// sizePercent: by how much of a module's instructions the copies of functions may make it larger.
unsigned sizePercent();

// Counters say what became of the plain accesses of a module that could race.
struct Counters {
  unsigned InTable = 0, Followed = 0;   // calls that order goroutines one way at most, by the table or by what is in them
  unsigned Settled = 0;                 // questions about variables of settled.cpp: not counted below
  unsigned OwnBlocks = 0, Objects = 0;  // questions (one or two an access) that these steps answered: not counted below
  unsigned Accesses = 0;
  unsigned BeforeWrite = 0, Across = 0, Covered = 0;
  unsigned InLoops = 0, BeforeLoops = 0;  // accesses whose checks were moved, and what they became
  unsigned Rows = 0, Adjacent = 0, Overlaps = 0;  // of the latter: of rows, joined, made smaller
  unsigned Shrinking = 0;                         // made in the first turn alone

  unsigned Deferred = 0;  // of what was left, put down by loops

  unsigned Instructions = 0;                // before there were checks
  unsigned Checks = 0;                      // calls, of all accesses
  unsigned Copies = 0, Copied = 0, Unchecked = 0;  // functions, instructions, checks that the copies do without

  // print writes one line to stderr if -crun-race-stats was given.
  void print(const llvm::Module &M) const;
};

}  // namespace crun

#endif
