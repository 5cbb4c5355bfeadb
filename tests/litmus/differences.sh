#!/bin/sh
# The table of differences can fail: every line names a program that is there, once; a difference that is not listed, one
# that is listed and does not show, and one that is listed as another are noticed; so is a line that is none.
#   differences.sh JUDGE CRUN LITMUS_DIR WORK_DIR
set -u
judge=$1 crun=$2 litmus=$3 work=$4
rm -rf "$work" && mkdir -p "$work" || exit 1
names=$(sed -n 's/^\([a-z][a-z0-9_]*\): .*/\1/p' "$litmus/tsan_differences.txt")
[ -n "$names" ] || { echo "the table is empty" && exit 1; }
for name in $names; do
  [ -f "$litmus/$name.c" ] || { echo "$name is listed and is no program" && exit 1; }
done
[ "$(echo "$names" | sort | uniq -d)" = "" ] || { echo "listed twice: $(echo "$names" | sort | uniq -d)" && exit 1; }

# says CODE LINE PROGRAM: with a table of this line the judge ends so.
says() {
  echo "$2" >"$work/table"
  code=0
  "$judge" -tsan="$work/table" "$crun" -O1 "$litmus/$3.c" "$work/d" >"$work/out" 2>&1 || code=$?
  [ "$code" -eq "$1" ] || { echo "'$2' for $3: $code instead of $1" && cat "$work/out" && exit 1; }
}
says 0 'race_struct_by_value: misses: as it does' race_struct_by_value
says 0 'race_struct_by_value: misses at times: as it does' race_struct_by_value
says 1 '# nothing' race_struct_by_value
says 1 'race_struct_by_value: alarm: another word' race_struct_by_value
says 1 'race_go_siblings: misses: it does not' race_go_siblings
says 0 'race_go_siblings: misses at times: it does not now' race_go_siblings
says 2 'race_go_siblings: forgets: no word of the table' race_go_siblings
says 2 'race_go_siblings: misses' race_go_siblings
