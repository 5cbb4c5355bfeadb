#!/bin/bash
# Each condition under which a check is left out or moved has a test that fails without it: the plugin is built with
# one condition taken out, and the test named must notice.
#   mutants.sh CXX "INCLUDE FLAGS" SOURCE_DIR LLVM_VERSION "OBJECT;..."    (the plugin's)
set -u
cxx=$1 includes=$2 source=$3 version=$4
shift 4
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

# mutant FILE SED TEST WHAT
mutant() {
  local file=$1 edit=$2 test=$3 what=$4 objects=() o
  sed "$edit" "$source/instrument/$file" >"$work/$file"
  if cmp -s "$source/instrument/$file" "$work/$file"; then
    echo "nothing was changed: $what ($file)"
    failed=1
    return
  fi
  for o in "${all[@]}"; do [[ $o == */$file.o ]] || objects+=("$o"); done
  mkdir -p "$work/lib"
  if ! "$cxx" -std=c++17 -fPIC -O0 -fno-rtti -fno-exceptions -fvisibility=hidden -w -D_GNU_SOURCE $includes \
    -iquote "$source/instrument" -shared -o "$work/lib/crun-race-$version.so" "$work/$file" "${objects[@]}"; then
    echo "does not build: $what ($file)"
    failed=1
  elif "$source/tests/ir/run" "$work/lib" "$version" "$source/tests/ir/$test" >/dev/null 2>&1; then
    echo "$test passes without: $what ($file)"
    failed=1
  else
    echo "$test notices: $what"
  fi
}

IFS=";" read -ra all <<<"$*"
mutant sync.cpp 's/return I.isAtomic();/return false;/' covered.ll 'atomics and fences are releases'
mutant sync.cpp 's/return !isQuietCall(\*C, Library);/return false;/' covered.ll 'unknown calls are releases'
mutant sync.cpp 's/return isa<LoadInst>(I) ? Acquire : Both;/return Both;/' covered.ll 'an atomic load is no release'
mutant sync.cpp 's/isOn(Step::Calls) && F->hasExactDefinition()/isOn(Step::Calls)/' calls.ll 'another file may have another function'
mutant sync.cpp 's/^  spread(Functions);/;/' calls.ll 'what a function does further down'
mutant sync.cpp 's/effectOf(const Instruction &I) const {/& return ownEffectOf(I, FAM.getResult<TargetLibraryAnalysis>(*const_cast<Function *>(I.getFunction())));/' calls.ll 'calls are followed'
mutant sync.cpp 's/return It == Table->end() ? unsigned(Both) : It->second;/return Acquire;/' calls.ll 'what is not in the table does both'
mutant choose.cpp 's/E.Captured || any_of/any_of/' heap.ll 'a block that gets out'
mutant choose.cpp 's/if (Callee && isReallocLikeFn(Callee)) Captured = true;/(void)Callee;/' heap.ll 'realloc keeps the block'
mutant choose.cpp 's/if (Users.contains(I)) return true;/;/' heap.ll 'a use behind the free'
mutant choose.cpp 's/for (; I && I != Block;/for (; I;/' heap.ll 'a new block each turn'
mutant choose.cpp 's/return all_of(Objects/return any_of(Objects/' objects.ll 'all that the pointer may lead to'
mutant cover.cpp 's/Syncs.maySync(I) || !isG/!isG/' before_write.ll 'no acquire between a read and a write'
mutant cover.cpp 's/else erase_if(Out, .*$/;/' across.ll 'every way leads to the write'
mutant cover.cpp 's/if (It == AtStart.end()) return {};/if (It == AtStart.end()) continue;/' across.ll 'no way goes back'
mutant cover.cpp 's/^      Later.clear();/;/' across.ll 'nothing between, in a later block'
mutant cover.cpp 's/ || !isGuaranteedToTransferExecutionToSuccessor(&I))/)/' before_write.ll 'the write is certain to come'
mutant cover.cpp 's/Bytes.contains(A.Bytes) && Write >= A.Write/Bytes.contains(A.Bytes)/' covered.ll 'a read does not cover a write'
mutant cover.cpp 's/Bytes.contains(A.Bytes) && Write/Bytes.Root == A.Bytes.Root \&\& Write/' covered.ll 'the bytes are contained'
mutant cover.cpp 's/Set &= End.find/Set |= End.find/; s/BitVector Set(Size, true)/BitVector Set(Size)/' covered.ll 'on every way'
mutant cover.cpp 's/else if (I.isVolatile()) continue;/else if (false) continue;/' before_write.ll 'volatile reads keep their checks'
mutant span.cpp 's/Terms.push_back({Index, Scale.getSExtValue()});/;/' before_write.ll 'the same index'
mutant loops.cpp 's/return Syncs.maySync(I) || /return /' loops.ll 'no synchronization in the loop'
mutant loops.cpp 's/ || !isGuaranteedToTransferExecutionToSuccessor(&I);/;/' loops.ll 'nothing leaves the loop'
mutant loops.cpp 's/L.getLoopLatch() && L.getExitingBlock() == L.getLoopLatch() &&$/L.getLoopLatch() \&\&/' loops.ll 'one way out'
mutant loops.cpp 's/Is = Is && isOrderly(\*Inner)/(void)Inner/' loops.ll 'inner loops end'
mutant loops.cpp 's/ || !DT.dominates(From, L.getLoopLatch())//' loops.ll 'the access is made in every turn'
mutant loops.cpp 's/SE.getMulExpr(E.Count, E.Stride) != Stride/false/' loops.ll 'rows without gaps'
mutant loops.cpp 's/SE.getMulExpr(Turns, Stride) == E.Stride/true/' loops.ll 'columns without gaps'
mutant loops.cpp 's/ || !isQuiet(\*L)//' shrinking.ll 'no release between the turns'
mutant loops.cpp 's/ || !Step->getAPInt().isNegative()//' shrinking.ll 'no more than in the turn before'
mutant loops.cpp 's/return Start->getStepRecurrence(SE) == .*/return true;/' shrinking.ll 'the last one stays'
mutant elements.cpp 's/A.Size < B.Size || //' overlap.ll 'a part of an element does not cover it'
mutant elements.cpp 's/Rest && \*Rest % \*Stride == 0 &&/Rest \&\&/' overlap.ll 'elements that begin where others do'
mutant elements.cpp 's/return K == 1 ? C : SE.getUMinExpr(N, C);/return C;/' overlap.ll 'fewer elements than they are apart'
mutant elements.cpp 's/^         isOneLine(E, B);/         true;/' adjacent.ll 'neighbours of one line'
mutant elements.cpp 's/return Stride && .*;/return true;/' adjacent.ll 'a row ends before the next'
mutant settled.cpp 's/ && E.contains(\*S)//' settled.ll 'written before the first go alone'
mutant settled.cpp 's/U.getOperandNo() == 1 && S->isSimple/S->isSimple/' settled.ll 'its address goes nowhere'
mutant settled.cpp 's/!isCalledEarly(F)/false/' settled.ll 'functions that early calls alone call'
mutant settled.cpp 's/ || !constructorsAreQuiet(M, P)//' settled_constructor.ll 'no constructor begins a goroutine'
mutant settled.cpp 's/G.hasLocalLinkage() && //' settled.ll 'nobody else knows it'
mutant phase.cpp 's/Strange.insert(C);/;/' single.ll 'unknown calls may end the phase'
mutant phase.cpp 's/if (F->hasExactDefinition()) //' single.ll 'another file may have another function'
mutant phase.cpp 's/spread(Ending);/;/' single.ll 'a call may end the phase further down'
mutant phase.cpp 's/isAllocator(\*C)) {/false) {/' single.ll 'blocks of the heap know their stack'
mutant phase.cpp 's/spread(Framed);/;/' single.ll 'frames above who needs them'
mutant versions.cpp 's/for (Instruction \*I : All) repair(I);/;/' single.ll 'values go over with the code'
mutant versions.cpp 's/^  return true;$/  return false;/' single.ll 'a check in another block'
mutant versions.cpp 's/if (isCheckCall(\*I)) return true;/;/' single.ll 'a check in this block'
mutant versions.cpp 's/ || F.callsFunctionThatReturnsTwice() || / || /' single.ll 'setjmp comes back'
mutant versions.cpp 's/if (Bare) addFrame/addFrame/' single.ll 'one frame'
mutant versions.cpp 's/return L->isSimple() && jumpsAtOnce(\*L);/return true;/' single.ll 'a label is no value across a call'
mutant versions.cpp 's/ && !isDispatch(\*L.getHeader())//' single.ll 'no way over in front of the jump'
mutant versions.cpp 's/    VMap\[Table\] = New;//' single.ll 'the copy has its own labels'
mutant versions.cpp 's/return (isa<CallBase>(I) && !isa<DbgInfoIntrinsic>(I)) || I.isAtomic();/return I.isAtomic();/' guard.ll 'no check goes up across a call'
mutant versions.cpp 's/if (!all_of(C.args(), .*$/return false;/' guard.ll 'checks ask together'
mutant versions.cpp 's/B.CreateNot(isSingle(B, F))/isSingle(B, F)/' single.ll 'checks in front of loops are made when many live'
exit $failed
