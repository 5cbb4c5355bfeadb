#!/bin/sh
# servers.sh BIN_DIR EXAMPLES_DIR ECHO_LOAD NAME WORK_DIR: builds an example server, with and without -race, and
# drives it over loopback with many connections: every answer must be right, and the end by SIGTERM clean.
set -eu
bin=$1 examples=$2 load=$3 name=$4 work=$5 here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$work"
cd "$work"
server=
trap '[ -z "$server" ] || kill -9 "$server" 2>/dev/null || true' EXIT

fail() {
  echo "$name: $*" >&2
  cat server.err >&2
  exit 1
}

skip() {
  echo "skipped: $*"
  exit 77
}

libs=
if [ "$name" = http_hello ]; then
  libs=-lhttp_parser
  command -v wrk >/dev/null || skip "wrk is not installed"
  echo '#include <http_parser.h>' | cc -E -xc - >/dev/null 2>&1 || skip "libhttp-parser-dev is not installed"
fi

drive_echo_server() {
  "$load" "$port" 64 6000 >load.out || fail "a wrong answer"
  "$load" "$port" 1000 3000 >load.out || fail "a wrong answer with 1000 connections"
}

drive_http_hello() {
  wrk -t1 -c64 -d2s -s "$here/requests.lua" "http://127.0.0.1:$port/" >load.out 2>&1 || { cat load.out >&2; fail "wrk is not content"; }
  grep -q '^[0-9]* answers, 0 wrong' load.out || { cat load.out >&2; fail "wrk judged nothing"; }
}

for race in '' -race; do
  "$bin/crun" build $race -O2 -o "$name" "$examples/$name.c" $libs || fail "does not build with $race"
  for procs in 1 2; do
    mkfifo ready
    CRUNMAXPROCS=$procs "./$name" >ready 2>server.err &
    server=$!
    IFS= read -r line <ready
    rm ready
    port=${line##*:}
    "drive_$name"
    kill -TERM "$server"
    code=0
    wait "$server" || code=$?
    server=
    [ $code -eq 0 ] || fail "exit code $code $race"
    [ ! -s server.err ] || fail "stderr is not empty $race"
  done
done
