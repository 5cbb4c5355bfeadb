#!/bin/sh
# migrate.sh builds programs that somebody wrote for pthreads so that their threads are goroutines (pthread_go.h), and runs them
# under CRUNDEBUG=migrate=1 on 1, 2 and 4 Ps. What they do is compared with what the same sources do on pthreads.
#   migrate.sh lbzip2|sqlite BIN_DIR WORK_DIR
# lbzip2 compresses and decompresses 9 MB, four workers at once. SQLite's threadtest3 (15 tests: WAL, triggers, shared
# cache, vacuum) counts its own errors; SQLite is the amalgamation in the source package of fossil.
set -eu
program=$1 bin=$2 work=$3
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$work"
work=$(cd "$work" && pwd)
goroutines="-D_GNU_SOURCE -include $here/pthread_go.h"

fail() {
  echo "migrate.sh: $*" >&2
  exit 1
}

fetch() {
  "$here/fetch_source.sh" "$1" "$work/source" || fail "could not fetch the source package $1"
}

# built LOG COMMAND...: a build, of which only a failure is shown.
built() {
  log=$work/$1
  shift
  "$@" >"$log" 2>&1 || { tail -40 "$log" >&2; fail "the build failed: $*"; }
}

# moving PROCS COMMAND...: under migrate=1; it must succeed and write nothing to stderr.
moving() {
  procs=$1
  shift
  CRUNDEBUG=migrate=1 CRUNMAXPROCS=$procs "$@" 2>"$work/err" && ! [ -s "$work/err" ] ||
    { cat "$work/err" >&2; fail "$* on $procs Ps"; }
}

run_lbzip2() {
  fetch lbzip2
  rm -rf "$work/tree" && mkdir "$work/tree"
  tar xf "$work/source/"lbzip2_*.orig.tar.* -C "$work/tree" --strip-components=1
  cd "$work/tree"
  built configure.log ./configure -q CC="$bin/crun-cc" CFLAGS='-g -O2' CPPFLAGS=-D_IO_ftrylockfile
  built plain.log make
  mv src/lbzip2 "$work/plain"
  make clean >/dev/null
  built go.log make CPPFLAGS="-D_IO_ftrylockfile -include $work/tree/lib/config.h $goroutines"
  tar cf "$work/input" src lib man configure
  awk 'BEGIN { for (i = 0; i < 700000; i++) { x = (x * 16807 + 12345) % 2147483647; print x } }' >>"$work/input"
  "$work/plain" -n4 -c "$work/input" >"$work/plain.bz2"
  for procs in 1 2 4; do
    moving $procs src/lbzip2 -n4 -c "$work/input" >"$work/go.bz2"
    cmp "$work/plain.bz2" "$work/go.bz2" || fail "the two compress differently on $procs Ps"
    moving $procs src/lbzip2 -n4 -d -c "$work/go.bz2" >"$work/output"
    cmp "$work/input" "$work/output" || fail "the decompressed file is another on $procs Ps"
  done
}

run_sqlite() {
  fetch fossil
  fetch sqlite3
  rm -rf "$work/tree" && mkdir "$work/tree"
  tar xf "$work/source/"fossil_*.orig.tar.* -C "$work/tree" --strip-components=1 --wildcards '*/extsrc/sqlite3.[ch]'
  tar xf "$work/source/"sqlite3_[0-9.]*.orig.tar.* -C "$work/tree" --strip-components=1 --wildcards '*/test/threadtest3.c' '*/test/tt3_*.c'
  cd "$work/tree"
  # 0.4 s instead of 1 to 60 for each of its tests, and without the multiplexing file system, which is SQLite's own test code.
  sed -i -E '/test_multiplex.h/d; s/^(    \{ [a-z0-9_]+, +"[a-z0-9_]+", +)[0-9]+ \},/\1400 },/' test/threadtest3.c
  flags="-O1 -w -DSQLITE_THREADSAFE=1 -DSQLITE_OMIT_LOAD_EXTENSION -Dsqlite3_multiplex_initialize(a,b)=0 -Iextsrc"
  for kind in plain go; do
    case $kind in go) flags="$flags $goroutines" ;; esac
    built $kind.log "$bin/crun" cc $flags test/threadtest3.c extsrc/sqlite3.c -lm -o "$work/$kind"
  done
  "$work/plain" >"$work/plain.out" 2>&1 || fail "on pthreads: $(tail -1 "$work/plain.out")"
  for procs in 1 2 4; do
    rm -f test.db*
    moving $procs "$work/go" >"$work/go.out"
    [ "$(tail -1 "$work/plain.out")" = "$(tail -1 "$work/go.out")" ] || fail "on $procs Ps: $(tail -1 "$work/go.out")"
  done
  tail -1 "$work/go.out"
}

"run_$program"
