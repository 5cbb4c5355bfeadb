#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# many_runs.sh runs every litmus program many times under schedules that differ, by hand: a norace_ program must say nothing
# and exit with 0, a race_ program must exit with 66, each time. ctest runs none of this.
#   many_runs.sh CRUN WORK_DIR ROUNDS [norace|race]     1000 rounds of norace take hours on two cores
# A round runs each program once, with code of one of LEVELS (default 0 1 2), one to eight Ps, either order of turns, at times with every park
# on another thread. It ends at the first that is wrong; after each round the work directory's `rounds` has their number.
set -u
crun=$1 work=$2 rounds=$3 kind=${4:-norace}
read -ra levels <<<"${LEVELS:-0 1 2}"
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$work" || exit 1

# arguments prints what the program is to be run with, a line each; an empty one: nothing.
arguments() {
  local line word
  line=$(sed -n 's,^// ARGS: ,,p' "$1")
  [ -n "$line" ] || { echo && return; }
  for word in $line; do
    case $word in
      *..*/*) seq "${word%%..*}" "${word##*/}" "$(expr "$word" : '.*\.\.\([0-9]*\)/')" ;;
      *..*) seq "${word%%..*}" "${word##*..}" ;;
      *) echo "$word" ;;
    esac
  done
}

programs=()
for source in "$here/${kind}"_*.c; do
  name=$(basename "$source" .c)
  programs+=("$name")
  for level in "${levels[@]}"; do
    [ "$work/$name.$level" -nt "$source" ] && continue
    # shellcheck disable=SC2046
    "$crun" build -race $(sed -n 's,^// FLAGS: ,,p' "$source") -g -O$level -I"$here" -o "$work/$name.$level" "$source" -lm || exit 1
  done
  arguments "$source" >"$work/$name.args"
done

want=0
[ "$kind" = race ] && want=66
for ((round = 1; round <= rounds; round++)); do
  for name in "${programs[@]}"; do
    arg=$(shuf -n 1 "$work/$name.args")
    level=${levels[RANDOM % ${#levels[@]}]} procs=$((RANDOM % 8 + 1)) order=$((RANDOM % 2)) migrate=$((RANDOM % 4 == 0))
    # shellcheck disable=SC2086
    CRUNMAXPROCS=$procs LITMUS_ORDER=$order CRUNDEBUG=migrate=$migrate timeout 300 "$work/$name.$level" $arg >"$work/out" 2>"$work/err"
    code=$?
    [ $code -eq 77 ] && continue
    if [ $code -ne $want ] || { [ "$kind" = norace ] && [ -s "$work/err" ]; }; then
      echo "round $round: $name.$level $arg CRUNMAXPROCS=$procs LITMUS_ORDER=$order CRUNDEBUG=migrate=$migrate: exit code $code, not $want"
      cat "$work/err"
      exit 1
    fi
  done
  echo $round >"$work/rounds"
done
echo "${#programs[@]} programs, $rounds rounds: all right"
