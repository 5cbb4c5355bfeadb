#!/bin/sh
# planted.sh shows that the litmus gate fails on a false verdict: a norace_ program with a race
# planted in it, and race_ programs that expect the wrong line or the wrong kind of access.
#   planted.sh JUDGE CRUN SOURCE_DIR WORK_DIR
set -u
judge=$1 crun=$2 src=$3 work=$4
rm -rf "$work" && mkdir -p "$work" || exit 1
cp "$src/litmus.h" "$work"
failed=0

# expect_wrong NAME: judge must say 1, wrong; 2 would mean that it could not build or read it.
expect_wrong() {
  "$judge" "$crun" -O2 "$work/$1.c" "$work/$1.d" 2>"$work/$1.said"
  code=$?
  if [ $code -ne 1 ]; then
    echo "$1: the judge exited $code, not 1" >&2
    cat "$work/$1.said" >&2
    failed=1
  fi
}

# The write that main makes after the Wait moves before it.
sed 's/^  wg_wait(&wg);/  turn(8); x[0] = 9; wg_wait(\&wg);/; s/^  wg_done(wg);/  next(); wg_done(wg);/' \
  "$src/norace_waitgroup.c" >"$work/norace_planted.c"
expect_wrong norace_planted

sed 's/x = 1;  \/\/ @A/x = 1;\n  \/\/ @A/' "$src/race_go_siblings.c" >"$work/race_wrong_line.c"
expect_wrong race_wrong_line

sed 's/RACE: write A/RACE: read A/' "$src/race_go_siblings.c" >"$work/race_wrong_kind.c"
expect_wrong race_wrong_kind

exit $failed
