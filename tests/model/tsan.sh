#!/bin/sh
# tsan.sh CLANG CRUN_SOURCES SEAM DIR: tsan_stress.c and tsan_shadow.c, and what they are about of race/, under LLVM's ThreadSanitizer.
#
# It can fail: it must tell of a race planted in the test, of an index of contexts that is published relaxed, and of a scan that
# does not lock pages.
# Exit code 77: this clang has no ThreadSanitizer.
set -u
clang=$1 root=$2 seam=$3 dir=$4
rm -rf "$dir" && mkdir -p "$dir" && cd "$dir" || exit 1
echo 'int main(void) { return 0; }' >none.c
"$clang" -fsanitize=thread none.c -o none 2>/dev/null && ./none 2>/dev/null || exit 77

compile() {
  "$clang" -O1 -g -D_GNU_SOURCE -DCRUN_RACE=1 -fsanitize=thread -iquote "$root/race" -I"$root/race/tell" -I"$root/race/report" -I"$seam" \
    -c "$@" || exit 1
}
link() { "$clang" -fsanitize=thread -o "$1" "$2" tsan_stress.o alloc.o clock.o vclock.o syncvar.o ginfo.o g.o slot.o epoch.o \
  lockset.o learnt.o single.o reserve.o || exit 1; }
tells() { "$@" 2>&1 | grep -q 'WARNING: ThreadSanitizer: data race'; }

files=
for part in alloc clock vclock syncvar ginfo g slot epoch lockset learnt single reserve context; do files="$files $root/race/$part.c"; done
compile "$root/tests/model/tsan_stress.c" $files
link stress context.o
for i in 1 2 3; do
  TSAN_OPTIONS=exitcode=66 ./stress >log 2>&1 || { cat log; exit 1; }
done
tells ./stress planted || { echo "a race planted in the test is not told"; exit 1; }

sed 's/id, memory_order_release);  \/\/ R1/id, memory_order_relaxed);/' "$root/race/context.c" >context.c
cmp -s context.c "$root/race/context.c" && { echo "nothing was changed"; exit 1; }
compile context.c
link faulty context.o
relaxed=no
for i in 1 2 3 4 5 6 7 8; do
  tells ./faulty && relaxed=yes && break
done
[ $relaxed = yes ] || { echo "an index that is published relaxed is not told"; exit 1; }

# The shadow and its scans.
echo 'extern __UINTPTR_TYPE__ tsan_shadow_base;' >base.h
compile_shadow() {
  compile -include base.h -D__SANITIZE_ADDRESS__=1 -DSHADOW_BASE=tsan_shadow_base -DSHADOW_MASK=0xffffffff8ull \
    -DBLOCKS_MASK=0xffffff8ull "$@"
}
parts='alloc clock vclock ginfo syncvar g slot epoch lockset learnt single reserve context access range word roster fold shadow page_lock
  scan heap blocks defer benign'
mkdir shadow && cd shadow && cp ../base.h . || exit 1
files=
for part in $parts; do files="$files $root/race/$part.c"; done
compile_shadow "$root/tests/model/tsan_shadow.c" $files
"$clang" -fsanitize=thread -o shadow ./*.o || exit 1
for i in 1 2 3; do
  TSAN_OPTIONS=exitcode=66 ./shadow >log 2>&1 || { cat log; exit 1; }
done

sed 's/page_visit(page_stripe_of(addr));//; s/^  page_unlock(addr);//' "$root/race/scan.c" >scan.c
cmp -s scan.c "$root/race/scan.c" && { echo "nothing was changed"; exit 1; }
compile_shadow scan.c
"$clang" -fsanitize=thread -o faulty ./*.o || exit 1
for i in 1 2 3 4 5 6 7 8; do
  tells ./faulty && exit 0
done
echo "a scan that does not lock pages is not told"
exit 1
