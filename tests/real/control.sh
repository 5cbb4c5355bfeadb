#!/bin/sh
# control.sh shows that example.sh can fail: the worker pool with a wrong result, and with a race, is refused.
#   control.sh BIN_DIR EXAMPLES_DIR WORK_DIR
set -u
bin=$1 examples=$2 work=$3
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$work"

# refused NAME SED_SCRIPT TEXT: the changed example must fail, and say TEXT.
refused() {
  mkdir -p "$work/$1"
  sed "$2" "$examples/worker_pool.c" >"$work/$1/worker_pool.c"
  if cmp -s "$examples/worker_pool.c" "$work/$1/worker_pool.c"; then
    echo "control.sh: $1 changed nothing" >&2
    exit 1
  fi
  if "$here/example.sh" "$bin" "$work/$1" worker_pool "$work/$1/out.d" >"$work/$1/said" 2>&1; then
    echo "control.sh: $1 was not noticed" >&2
    exit 1
  fi
  if ! grep -q "$3" "$work/$1/said"; then
    echo "control.sh: $1 failed for another reason:" >&2
    cat "$work/$1/said" >&2
    exit 1
  fi
}

refused wrong_result 's/job \* 2/job * 3/' 'the output differs'
refused race 's/^static void worker/static int last;\n&/; s/^    go_sleep/    last = job;\n&/' 'DATA RACE'
