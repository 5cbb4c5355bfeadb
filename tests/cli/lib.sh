# lib.sh: what the scripts here share. They are called as SCRIPT BIN_DIR WORK_DIR and begin in an empty
# WORK_DIR; the first expectation that does not hold ends them.
set -u
bin=$1 work=$2
crun=$bin/crun cc=$bin/crun-cc
unset CRUN_CC CRUNRACE CRUNMAXPROCS MAKEFLAGS MAKELEVEL
rm -rf "$work"
mkdir -p "$work/tmp"
cd "$work" || exit 1
work=$(pwd)
export TMPDIR="$work/tmp"

fail() {
  echo "$(basename "$0"): $*" >&2
  [ -s err ] && sed 's/^/  stderr: /' err >&2
  [ -s out ] && sed 's/^/  stdout: /' out >&2
  exit 1
}

# run CODE COMMAND...: the command must end with this exit code; its streams are then in out and err.
run() {
  want=$1
  shift
  code=0
  "$@" >out 2>err || code=$?
  [ "$code" -eq "$want" ] || fail "exit code $code instead of $want: $*"
}

out_has() { grep -qF -- "$1" out || fail "stdout lacks: $1"; }
err_has() { grep -qF -- "$1" err || fail "stderr lacks: $1"; }
err_lacks() { ! grep -qF -- "$1" err || fail "stderr has: $1"; }
err_empty() { [ ! -s err ] || fail "stderr is not empty"; }
err_one_line() { [ "$(wc -l <err)" -eq 1 ] || fail "stderr is not one line"; }
out_is() { printf '%s\n' "$1" | cmp -s - out || fail "stdout is not: $1"; }
tmp_empty() { [ -z "$(ls -A "$TMPDIR")" ] || fail "left in TMPDIR: $(ls -A "$TMPDIR")"; }

hello() { printf '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n' >"${1:-hello.c}"; }

# racy FILE: two threads that write one variable; exit code 66 with -race, whatever the schedule.
racy() {
  cat >"${1:-racy.c}" <<'C'
#include <pthread.h>
int shared;
static void *body(void *arg) { shared = 1; return arg; }
int main(void) {
  pthread_t a, b;
  pthread_create(&a, 0, body, 0);
  pthread_create(&b, 0, body, 0);
  pthread_join(a, 0);
  pthread_join(b, 0);
  return 0;
}
C
}

# prefix DIR: a tree of the installed shape in which a test can take things away.
prefix() {
  mkdir -p "$1/bin" "$1/lib/crun" "$1/include"
  cp "$bin/crun" "$1/bin/crun"
  ln -s crun "$1/bin/crun-cc"
  for f in "$bin"/../lib/crun/*; do ln -s "$(cd "$(dirname "$f")" && pwd)/$(basename "$f")" "$1/lib/crun/"; done
  cp -rL "$bin/../include/crun" "$1/include/"
}
