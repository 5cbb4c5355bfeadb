// SPDX-License-Identifier: Apache-2.0
// steps.cpp has the plugin's own options. clang knows them if it loads the plugin a second time, by
// -fplugin=, which comes before -mllvm is read; opt knows them behind -load-pass-plugin.
#include "steps.h"

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace crun {

namespace {

enum Name {
  All, SettledOnes, Heap, Objects, Table, Calls, BeforeWrite, Across, Covered, Loops, Rows, Adjacent, Overlap, Shrinking,
  Single, DeferredOnes
};

cl::bits<Name> Without(
    "crun-race-without", cl::CommaSeparated, cl::desc("leave these steps out"),
    cl::values(clEnumValN(All, "all", "every access has a check of its own"),
               clEnumValN(SettledOnes, "settled", "variables that are written before the first go alone"),
               clEnumValN(Heap, "heap", "blocks of the heap whose address goes nowhere"),
               clEnumValN(Objects, "objects", "pointers to one of several private objects"),
               clEnumValN(Table, "table", "what is known of functions that order goroutines one way"),
               clEnumValN(Calls, "calls", "what is known of functions of this file"),
               clEnumValN(BeforeWrite, "before-write", "reads that a write follows"),
               clEnumValN(Across, "across", "reads that a write follows in a later block"),
               clEnumValN(Covered, "covered", "checks behind one of the same bytes"),
               clEnumValN(Loops, "loops", "checks that can be made in front of a loop"),
               clEnumValN(Rows, "rows", "rows of elements, of nested loops"),
               clEnumValN(Adjacent, "adjacent", "neighbours of one line in one check"),
               clEnumValN(Overlap, "overlap", "elements that another check of the loop has"),
               clEnumValN(Shrinking, "shrinking", "elements that the first turn of the loop around has"),
               clEnumValN(Single, "single", "copies of functions for one goroutine alone"),
               clEnumValN(DeferredOnes, "deferred", "checks of a loop that are made many at a time")));

cl::opt<unsigned> Percent("crun-race-size", cl::init(80),
                          cl::desc("percent of a file's code that copies without checks may add"));

cl::opt<bool> AtLink("crun-race-at-link", cl::desc("leave the checks to the link of the whole program"));

cl::opt<bool> PrintStats("crun-race-stats", cl::desc("say how many checks each file has, and why"));

cl::opt<bool> CountRuns("crun-race-count", cl::desc("the program counts its accesses with and without checks"));

}  // namespace

bool isOn(Step S) {
  if (Without.isSet(All)) return false;
  switch (S) {
    case Step::Settled: return !Without.isSet(SettledOnes);
    case Step::Heap: return !Without.isSet(Heap);
    case Step::Objects: return !Without.isSet(Objects);
    case Step::Table: return !Without.isSet(Table);
    case Step::Calls: return !Without.isSet(Calls);
    case Step::Across: return !Without.isSet(Across) && !Without.isSet(BeforeWrite);
    case Step::BeforeWrite: return !Without.isSet(BeforeWrite);
    case Step::Covered: return !Without.isSet(Covered);
    case Step::Loops: return !Without.isSet(Loops);
    case Step::Rows: return !Without.isSet(Rows);
    case Step::Adjacent: return !Without.isSet(Adjacent);
    case Step::Overlap: return !Without.isSet(Overlap);
    case Step::Deferred: return !Without.isSet(DeferredOnes);
    case Step::Shrinking: return !Without.isSet(Shrinking);
    case Step::Single: return !Without.isSet(Single) && Percent != 0;
  }
  llvm_unreachable("a step without a switch");
}

bool isAtLink() { return AtLink; }

bool isCounting() { return CountRuns; }

unsigned sizePercent() { return Percent; }

static unsigned percent(unsigned Part, unsigned Whole) {
  return Whole ? unsigned(uint64_t{Part} * 100 / Whole) : 0;
}

void Counters::print(const Module &M) const {
  if (!PrintStats) return;
  errs() << "crun: " << M.getSourceFileName() << ": " << Accesses << " accesses, "
         << Accesses - BeforeWrite - Across - Covered - InLoops + BeforeLoops
         << " checks; left out before a write " << BeforeWrite << ", covered " << Covered << "; " << Across
         << " before a later write; private " << OwnBlocks << " on the heap, " << Objects << " of several objects, "
         << Settled << " settled; " << InTable << " calls are in the table, " << Followed << " were followed; "
         << InLoops << " of loops became " << BeforeLoops << " (" << Rows << " of rows, " << Adjacent << " joined, "
         << Overlaps << " overlapped, " << Shrinking << " of first turns); " << Deferred << " were deferred; " << Copies
         << " functions have a copy without " << percent(Unchecked, Checks) << "% of the checks, code +"
         << percent(Copied, Instructions) << "%\n";
}

}  // namespace crun
