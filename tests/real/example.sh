#!/bin/sh
# example.sh builds an example that is right, with and without -race, runs it and looks at what it prints.
#   example.sh BIN_DIR EXAMPLES_DIR NAME WORK_DIR
# Under -race it must be clean: exit code 0, nothing on stderr.
set -eu
bin=$1 examples=$2 name=$3 work=$4
mkdir -p "$work"

fail() {
  echo "$name: $*" >&2
  exit 1
}

# expect TEXT: the output of the run just made, its lines sorted as the expected ones are.
expect() {
  printf '%s\n' "$1" | LC_ALL=C sort >"$work/expected"
  LC_ALL=C sort "$work/out" | diff "$work/expected" - >&2 || fail "the output differs"
}

run() {
  code=0
  "$work/$name" "$@" >"$work/out" 2>"$work/err" || code=$?
  [ $code -eq 0 ] || { cat "$work/err" >&2; fail "exit code $code"; }
  [ ! -s "$work/err" ] || { cat "$work/err" >&2; fail "stderr is not empty"; }
}

# The seed's output: five jobs, each started once by one of three workers, and their five results.
check_worker_pool() {
  run
  sed 's/^Worker [123] started/Worker N started/' "$work/out" >"$work/same" && mv "$work/same" "$work/out"
  expect 'Worker N started job 1
Worker N started job 2
Worker N started job 3
Worker N started job 4
Worker N started job 5
Result processed: 2
Result processed: 4
Result processed: 6
Result processed: 8
Result processed: 10'
}

check_prime_sieve() {
  run 30
  expect "$(awk 'BEGIN { for (n = 2; found < 30; n++) { p = 1; for (d = 2; d * d <= n; d++) if (n % d == 0) p = 0
    if (p) { print n; found++ } } }')"
}

# The same count by other tools, over real files: the examples themselves and crun's headers.
check_word_count() {
  run "$examples"/*.c "$examples"/../runtime/include/crun/*.h
  head -1 "$work/out" >"$work/first"
  words=$(cat "$examples"/*.c "$examples"/../runtime/include/crun/*.h | LC_ALL=C tr 'A-Z' 'a-z' |
    LC_ALL=C tr -cs 'a-z' '\n' | sed '/^$/d' | tee "$work/words" | wc -l)
  distinct=$(LC_ALL=C sort -u "$work/words" | wc -l)
  echo "$((words)) words, $((distinct)) distinct" | diff "$work/first" - >&2 || fail "miscounted"
}

check_pthread_bank() {
  run
  expect '8000 in the bank'
}

check_timeouts() {
  run
  expect '7 squared is 49
8 squared took too long
the sum is 5050
nobody is there'
}

# All five are started before any can be done, and take what one takes: at least 100 ms.
check_promise_all() {
  run
  head -5 "$work/out" | grep -c '^Worker started job [1-5]$' | grep -qx 5 || fail "not all were started first"
  grep -q '^All done after [1-9][0-9][0-9][0-9]* ms$' "$work/out" || fail "done too early"
  sed 's/after [0-9]* ms/after N ms/' "$work/out" >"$work/same" && mv "$work/same" "$work/out"
  expect 'Worker started job 1
Worker started job 2
Worker started job 3
Worker started job 4
Worker started job 5
Result of job 1: 2
Result of job 2: 4
Result of job 3: 6
Result of job 4: 8
Result of job 5: 10
All done after N ms'
}

for race in '' -race; do
  for level in -O0 -O2; do
    "$bin/crun" build $race $level -o "$work/$name" "$examples/$name.c" || fail "does not build with $race $level"
    for procs in 1 4; do
      export CRUNMAXPROCS=$procs
      "check_$name"
    done
  done
done
