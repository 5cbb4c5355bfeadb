#!/bin/sh
# lbzip2.sh builds lbzip2, a parallel compressor on pthreads, from its Debian source package by its
# own configure and Makefile with crun-cc as the compiler, and compresses a real file with it.
#   lbzip2.sh BIN_DIR WORK_DIR
# Its threads share a work queue under mutexes and condition variables and hand buffers of 1 MB from
# one to the next. It has no races, and crun has to say so: stderr must stay empty.
set -eu
bin=$1 work=$2
here=$(cd "$(dirname "$0")" && pwd)
jobs=$(getconf _NPROCESSORS_ONLN)

fail() {
  echo "lbzip2.sh: $*" >&2
  exit 1
}

"$here/fetch_source.sh" lbzip2 "$work/source" || fail "could not fetch the source package"

# build KIND COMPILER: builds in WORK_DIR/KIND. The macro is what a gnulib older than glibc 2.28 asks for.
build() {
  rm -rf "${work:?}/$1"
  mkdir "$work/$1"
  tar xf "$work/source/"lbzip2_*.orig.tar.* -C "$work/$1" --strip-components=1
  (
    cd "$work/$1"
    ./configure -q CC="$2" CFLAGS='-g -O2' CPPFLAGS=-D_IO_ftrylockfile &&
      make -j"$jobs"
  ) >"$work/$1.log" 2>&1 || { tail -40 "$work/$1.log" >&2; fail "the $1 build failed"; }
}

# quietly NAME COMMAND...: the command must succeed and write nothing to stderr; stdout goes to WORK_DIR/NAME.
quietly() {
  name=$1
  shift
  code=0
  "$@" >"$work/$name" 2>"$work/$name.err" || code=$?
  if [ $code -ne 0 ] || [ -s "$work/$name.err" ]; then
    cat "$work/$name.err" >&2
    fail "$name: exit code $code"
  fi
}

build plain "$bin/crun-cc"
build race "$bin/crun-cc -race"
nm "$work/race/src/lbzip2" | grep -q __tsan_ || fail "the -race build is not instrumented"

# The source itself, and numbers that do not compress well: 9 MB, so that every worker gets blocks.
tar cf "$work/input" -C "$work/race" src lib man configure
awk 'BEGIN { for (i = 0; i < 700000; i++) { x = (x * 16807 + 12345) % 2147483647; print x } }' >>"$work/input"

quietly plain.bz2 "$work/plain/src/lbzip2" -n4 -c "$work/input"
quietly race.bz2 "$work/race/src/lbzip2" -n4 -c "$work/input"
cmp "$work/plain.bz2" "$work/race.bz2" || fail "the two builds compress differently"
quietly race.out "$work/race/src/lbzip2" -n4 -d -c "$work/race.bz2"
cmp "$work/input" "$work/race.out" || fail "the decompressed file is another"
bzip2 -dc "$work/race.bz2" | cmp - "$work/input" || fail "bzip2 reads another file"
