#!/bin/sh
# exceptions.sh CRUN SOURCE_DIR WORK_DIR: C++ exceptions stay with their goroutine, and do not leave it.
set -eu
crun=$1 src=$2 work=$3
mkdir -p "$work"
cd "$work"
g++ -O1 -c -o exceptions_cpp.o "$src/exceptions.cpp"

right() {
  out=$(env "$1" timeout 60 "./$2" 2>&1) || { echo "$2, $1:"; echo "$out"; exit 1; }
  [ "$out" = "400 of 400 right" ] || { echo "$2, $1: $out"; exit 1; }
}

for race in "" -race; do
  "$crun" build $race -O1 -o "exceptions$race" "$src/exceptions.c" exceptions_cpp.o -lstdc++
  for setting in CRUNMAXPROCS=1 CRUNMAXPROCS=4 CRUNDEBUG=migrate=1; do right "$setting" "exceptions$race"; done
done
code=0
timeout 60 ./exceptions uncaught >out 2>err || code=$?
[ $code = 134 ] || { echo "uncaught: exit code $code"; cat err; exit 1; }
grep -q "what():  nobody catches this" err && grep -q "^fatal error: abort" err && grep -q "^throws(" err || { cat err; exit 1; }
