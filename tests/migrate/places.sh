#!/bin/sh
# places.sh: under CRUNDEBUG=migrate=1 each park resumes on another thread, with its own errno and that thread's
# thread-locals. That it can fail: without the mode threads are kept, and in an object the plugin has not seen, errno and
# the thread-local are another thread's.
# gcc's errno is right by crun/errno.h.
#   places.sh CRUN CLANG GCC INCLUDE_DIR PLACES.c WORK_DIR
set -eu
crun=$1 clang=$2 gcc=$3 include=$4 source=$5 work=$6
rm -rf "$work" && mkdir -p "$work"

# wants CODE TEXT COMMAND...: the exit code and a pattern of what is printed.
wants() {
  code=$1 text=$2
  shift 2
  got=0
  "$@" >"$work/out" 2>&1 || got=$?
  [ $got -eq $code ] && grep -q "$text" "$work/out" && return 0
  echo "places.sh: $*: exit code $got, not $code with '$text':" >&2
  cat "$work/out" >&2
  exit 1
}

for flags in -O0 -O2 "-O2 -race"; do
  "$crun" cc $flags "$source" -o "$work/places"
  for procs in 1 2 4; do
    for n in 1 8; do
      wants 0 'on the same thread 0' env CRUNDEBUG=migrate=1 CRUNMAXPROCS=$procs "$work/places" $n
    done
  done
done

"$crun" cc -O2 "$source" -o "$work/places"
wants 1 'on the same thread [1-9]' env CRUNMAXPROCS=1 "$work/places" 1

# blind NAME TEXT COMPILER...: the object of another compiler.
blind() {
  name=$1 text=$2
  shift 2
  "$@" -O2 -Wall -Werror -I"$include" -c "$source" -o "$work/$name.o"
  "$crun" cc "$work/$name.o" -o "$work/$name"
  wants 1 "on the same thread 0, $text" env CRUNDEBUG=migrate=1 CRUNMAXPROCS=2 "$work/$name" 8
}
blind clang "another's errno [1-9].*another's thread-local [1-9]" "$clang"
blind gcc "another's errno [1-9].*another's thread-local [1-9]" "$gcc"
blind gcc_errno "another's errno 0, another's thread-local [1-9]" "$gcc" -include crun/errno.h
