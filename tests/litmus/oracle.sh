#!/bin/sh
# oracle.sh asks clang's thread sanitizer for its verdict on the litmus programs that use pthreads alone.
#   oracle.sh WORK_DIR PROGRAM.c...
# A program says "// TSAN: silent" or "// TSAN: false alarm" where the sanitizer is known to be wrong,
# "// TSAN: unsure" where it misses a race in most runs. It loses a report when the other thread ends at the
# wrong moment, so what it is expected to report it has a few runs for.
set -u
work=$1
shift
mkdir -p "$work" || exit 1
failed=0

# verdict PROGRAM: the exit code that the sanitizer is expected to give.
verdict() {
  case $(sed -n 's,^// TSAN: ,,p' "$1") in
    silent) echo 0; return ;;
    'false alarm') echo 66; return ;;
    unsure) echo any; return ;;
  esac
  case $(basename "$1") in race_*) echo 66 ;; *) echo 0 ;; esac
}

# runs ORDER WANT: program $arg; the first exit code that is WANT, else the last of TRIES.
tries=20
runs() {
  left=1
  [ "$2" -eq 66 ] && left=$tries
  while [ $left -gt 0 ]; do
    left=$((left - 1))
    LITMUS_ORDER=$1 TSAN_OPTIONS=report_thread_leaks=0:symbolize=0 "$work/a.out" $arg >"$work/out" 2>&1
    code=$?
    case $code in "$2" | 77) return ;; esac
  done
}

for program; do
  arg=$(sed -n 's,^// ARGS: \([0-9]*\).*,\1,p' "$program")  # the first of its kinds
  flags=$(sed -n 's,^// FLAGS: ,,p' "$program")
  # shellcheck disable=SC2086 # a list
  if ! clang-19 -g -O1 $flags -fsanitize=thread "$program" -o "$work/a.out" 2>"$work/err"; then
    cat "$work/err" >&2
    exit 1
  fi
  want=$(verdict "$program")
  [ "$want" = any ] && continue
  for order in 0 1; do
    runs $order "$want"
    if [ $code -ne "$want" ] && [ $code -ne 77 ]; then
      echo "$(basename "$program") LITMUS_ORDER=$order: the sanitizer exited $code, not $want" >&2
      failed=1
    fi
  done
done
exit $failed
