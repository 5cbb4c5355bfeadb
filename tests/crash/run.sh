#!/bin/sh
# run.sh PROGRAM SOURCE: run PROGRAM and compare its end with what SOURCE says in its comments:
#   // exit: N     the exit code, 128+n for signal n
#   // env: A=B    the environment beside CRUNMAXPROCS=1 (one processor makes goroutine states certain)
#   // | TEXT      its stderr, // > TEXT its stdout; addresses, offsets and folders are left out
#   // ~ REGEX     instead of `|`: some line of its stderr matches
set -u
program=$1 source=$2
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
# normal: no addresses, no offsets, no folders, no ids, no lines of crun's own files, no frames of the C library's
# raise (nameless where its symbols are not installed), none of the shell's own words; and of frames that
# repeat only the first.
normal() {
  sed -E -e 's/ \+0x[0-9a-f]+$//' -e 's/0x[0-9a-f]+/0xN/g' -e 's,\t.*/([^/]*:[0-9]+)$,\t\1,' \
    -e 's,^      .*/([^/]*:[0-9:]+)$,      \1,' -e 's/^Id: [0-9a-f]{16}$/Id: N/' \
    -e 's/^\.\.\.[0-9]+ frames/...N frames/' -e 's/[0-9]+-byte/N-byte/' -e 's/; using [0-9]+$/; using N/' -e 's/[[:space:]]+$//' \
    -e '/^(Aborted|Bus error|Segmentation fault|Floating point exception|Illegal instruction)$/d' |
    awk '/\(\.\.\.\)$/ {
           func = $0; getline place
           if (func ~ /^(abort|raise|gsignal|.*pthread_kill.*)\(/) next
           pair = func ~ /^cr_/ ? func : func "\n" place
           if (pair != last) print pair
           last = pair; next
         }
         /\/libc\.so\.6\(\+/ { getline; next }
         { last = ""; print }'
}
sed -n 's,^// | \{0\,1\},,p' "$source" > "$dir/want.err"
sed -n 's,^// > \{0\,1\},,p' "$source" > "$dir/want.out"
want=$(sed -n 's,^// exit: ,,p' "$source")
(
  ulimit -c 0
  cd "$dir" && env CRUNMAXPROCS=1 $(sed -n 's,^// env: ,,p' "$source") "$program" > out 2> err
  echo $? > code
) 2> /dev/null
normal < "$dir/err" > "$dir/got.err"
status=0
sed -n 's,^// ~ ,,p' "$source" > "$dir/patterns"
if [ -s "$dir/patterns" ]; then
  while read -r pattern; do
    grep -E -q -e "$pattern" "$dir/got.err" || { echo "no line matches $pattern in:"; cat "$dir/got.err"; status=1; }
  done < "$dir/patterns"
else
  diff -u "$dir/want.err" "$dir/got.err" || status=1
fi
diff -u "$dir/want.out" "$dir/out" || status=1
[ "$(cat "$dir/code")" = "$want" ] || { echo "exit code $(cat "$dir/code"), expected $want"; status=1; }
exit $status
