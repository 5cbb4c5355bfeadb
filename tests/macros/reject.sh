#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# reject.sh COMPILER INCLUDE FILE: every case of FILE is refused, for the reason that it names.
#
# A case is a block `#ifdef CASE_name // error: words`, compiled alone with -DCASE_name: the compiler has
# to fail and to say one of the words (a|b). `// warning: words` has to compile with that warning. With no
# case the file has to compile without any. Exit code 77: there is no such compiler here.
cc=$1 include=$2 file=$3
command -v "$cc" >/dev/null || exit 77
flags="-std=gnu17 -fsyntax-only -O1"

if ! out=$("$cc" $flags "-I$include" -Wall -Wextra -Werror "$file" 2>&1); then
  echo "without a case: $out"
  exit 1
fi

failed=0 n=0
cases=$(sed -n 's|^#ifdef CASE_\([a-z0-9_]*\) *// *\(error\|warning\): *\(.*\)|\1 \2 \3|p' "$file")
while read -r name kind words; do
  n=$((n + 1))
  out=$("$cc" $flags "-I$include" "-DCASE_$name" "$file" 2>&1)
  code=$?
  if { [ "$kind" = error ] && [ $code -eq 0 ]; } || { [ "$kind" = warning ] && [ $code -ne 0 ]; }; then
    echo "$name: exit code $code"
    failed=1
  elif ! echo "$out" | grep -E "$kind" | grep -qE "$words"; then
    echo "$name: no $kind with \"$words\" in: $out"
    failed=1
  fi
done <<END
$cases
END
[ "$n" -gt 0 ] || failed=1
exit $failed
