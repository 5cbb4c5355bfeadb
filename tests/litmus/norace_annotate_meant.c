// SPDX-License-Identifier: Apache-2.0
// Races that the program says it means, memory that its own allocator gives out anew, a release by many.
#include "litmus.h"

extern void AnnotateBenignRaceSized(const char *file, int line, const volatile void *p, long n, const char *why);
extern void AnnotateIgnoreReadsBegin(const char *file, int line), AnnotateIgnoreReadsEnd(const char *file, int line);
extern void AnnotateIgnoreWritesBegin(const char *file, int line), AnnotateIgnoreWritesEnd(const char *file, int line);
extern void AnnotateNewMemory(const char *file, int line, const volatile void *p, long n);

CR_RACE_IGNORE static void count(long *counter) { ++*counter; }

long unchecked;
long hits, statistics[4], ignored, block[8], block2[8], counted[2];
static int left;

static void worker(void) {
  racer(0);
  count(&unchecked);
  hits++;
  statistics[2]++;
  AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
  AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
  ignored++;
  AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
  AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
  cr_race_fresh(block, sizeof block);
  block[1] = 1;
  AnnotateNewMemory(__FILE__, __LINE__, block2, sizeof block2);
  block2[1] = 1;
  next();
}

static void one_of_many(int i) {
  counted[i] = 1;
  cr_race_release_merge(&left);
  next();
}

int main(void) {
  cr_race_benign(&hits, sizeof hits);
  AnnotateBenignRaceSized(__FILE__, __LINE__, statistics, sizeof statistics, "counters");
  go(worker);
  racer(1);
  count(&unchecked);
  hits++;
  statistics[2]++;
  AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
  AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
  ignored++;
  AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
  AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
  cr_race_fresh(block, sizeof block);
  block[1] = 2;
  AnnotateNewMemory(__FILE__, __LINE__, block2, sizeof block2);
  block2[1] = 2;
  next();
  turn(2);
  go(one_of_many, 0);
  go(one_of_many, 1);
  turn(4);
  cr_race_acquire(&left);
  counted[0] = counted[1] = 2;
}
