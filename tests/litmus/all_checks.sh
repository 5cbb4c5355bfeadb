#!/bin/sh
# The verdict is the same whether or not checks are left out and moved. Each program of which the plugin does so at
# -O2 (where it is judged as it is, by a test of its own) is judged with -race-checks=all here:
#   all_checks.sh JUDGE CRUN LITMUS_DIR WORK_DIR PROGRAM.c...
set -u
judge=$1 crun=$2 litmus=$3 work=$4
shift 4
rm -rf "$work" && mkdir -p "$work" || exit 1
judged=0 wrong=0
for program; do
  flags=$(sed -n 's|^// FLAGS: ||p' "$program")
  said=$("$crun" cc -race -race-stats -O2 $flags -I"$litmus" -c "$program" -o "$work/a.o" 2>&1) || exit 1
  case $said in
  *"before a write 0, covered 0; 0 before a later write; private 0 on the heap, 0 of several objects, 0 settled; "*" 0 of loops"*) continue ;;
  esac
  judged=$((judged + 1))
  "$judge" "$crun" "-O2 -race-checks=all" "$program" "$work/$(basename "$program" .c).d"
  case $? in
  0 | 77) ;;
  *) wrong=$((wrong + 1)) ;;
  esac
done
echo "$judged of $# programs have fewer checks at -O2; $wrong are judged otherwise with all"
[ "$judged" -gt 0 ] && [ "$wrong" -eq 0 ]
