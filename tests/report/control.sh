#!/bin/bash
# The report tests can fail: a test with one wrong line, and one with a wrong exit code, must: control.sh CRUN FILECHECK
# SOURCES DIR.
set -u
crun=$1 filecheck=$2 sources=$3 dir=$4
rm -rf "$dir" && mkdir -p "$dir/report" && cp -r "$sources/../litmus" "$dir/" || exit 1
sed 's|CHECK-NEXT: .*first()|CHECK-NEXT: third()|' "$sources/global.c" >"$dir/report/wrong_line.c"
cmp -s "$sources/global.c" "$dir/report/wrong_line.c" && { echo "nothing was made wrong" >&2; exit 1; }
sed '3i // EXIT: 0' "$sources/global.c" >"$dir/report/wrong_exit.c"
cp "$sources/global.c" "$dir/report/right.c"
sed -i 's|global\.c|{{.*}}.c|' "$dir"/report/*.c
"$sources/run" "$crun" "$filecheck" "$dir/report/right.c" "$dir/right.d" || exit 1
for t in wrong_line wrong_exit; do
  if "$sources/run" "$crun" "$filecheck" "$dir/report/$t.c" "$dir/$t.d" >/dev/null 2>&1; then
    echo "$t passed" >&2
    exit 1
  fi
done
