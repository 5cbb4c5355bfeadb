#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# accept.sh COMPILER "OPTIONS" INCLUDE LIBDIR FILE: FILE compiles without a warning, links and exits with 0.
#
# Exit code 77: there is no such compiler here.
cc=$1 options=$2 include=$3 lib=$4 file=$5
command -v "$cc" >/dev/null || exit 77
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
"$cc" -std=gnu17 -Wall -Wextra -Werror $options "-I$include" "$file" "$lib/libcrun_runtime.a" \
  "$lib/libcrun_tell.a" -ldw -lelf -lunwind -lpthread -lm -o "$out/program" || exit 1
"$out/program"
