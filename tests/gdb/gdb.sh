#!/bin/sh
# gdb.sh live|core GDB SCRIPT PROGRAM SOURCE: runs PROGRAM under GDB up to stuck(), or lets it die there and reads
# its core; then holds what SCRIPT's commands print to the `// ~ REGEX` lines of SOURCE, which must match in turn.
set -u
how=$1 gdb=$2 script=$3 program=$4 source=$5
[ -x "$gdb" ] || { echo "gdb is not installed: ./bootstrap deps"; exit 1; }
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
export CRUNMAXPROCS=1
cat > commands <<TEXT
info goroutines
goroutine 2 bt
goroutine 2 print value
goroutine 5 bt
goroutine 6 bt
info goroutines feed|lock
goroutine 1 print dies
bt 1
TEXT
case $how in
live)
  "$gdb" -nx -q -batch -iex 'set pagination off' -x "$script" -ex 'break stuck' -ex run -x commands "$program" > out 2>&1
  ;;
core)
  ulimit -c unlimited
  CRUNTRACEBACK=crash "$program" die > died 2>&1
  core=$(ls core* 2> /dev/null)
  [ -n "$core" ] || { echo "no core file here: /proc/sys/kernel/core_pattern is $(cat /proc/sys/kernel/core_pattern)"; exit 77; }
  "$gdb" -nx -q -batch -iex 'set pagination off' -x "$script" -x commands "$program" "$core" > out 2>&1
  ;;
esac
if grep -q 'Operation not permitted' out; then
  cat out
  echo "this machine does not let gdb trace a process"
  exit 77
fi
sed -n 's,^// ~ ,,p' "$source" > patterns
[ -s patterns ] || { echo "$source expects nothing"; exit 1; }
at=0
while IFS= read -r pattern; do
  line=$(tail -n +$((at + 1)) out | grep -n -m1 -E -e "$pattern" | cut -d: -f1)
  [ -n "$line" ] || { echo "no line after line $at matches: $pattern"; cat -n out; exit 1; }
  at=$((at + line))
done < patterns
