#!/bin/sh
# run.sh CLANG SOURCE CRUN_SOURCES SEAM DIR: builds a fuzz target with race/tell and tries a fixed number of texts.
# FUZZ_RUNS=N tries as many. Exit code 77: this clang has no libFuzzer.
set -u
clang=$1 source=$2 root=$3 seam=$4 dir=$5
rm -rf "$dir" && mkdir -p "$dir/corpus" && cd "$dir" || exit 1
echo 'int LLVMFuzzerTestOneInput(const unsigned char *p, unsigned long n) { return 0; }' >none.c
"$clang" -fsanitize=fuzzer,address none.c -o none 2>/dev/null || exit 77
"$clang" -O1 -g -D_GNU_SOURCE -fno-sanitize-recover=all -fsanitize=fuzzer,address,undefined \
  -I"$root/race/tell" -I"$seam" "$source" "$root"/race/tell/*.c -ldw -lelf -o fuzz || exit 1
dictionary=$(sed -n 's,^// dict: ,,p' "$source")
printf '%s\n' "$dictionary" >dictionary
./fuzz -seed=1 -runs="${FUZZ_RUNS:-200000}" -max_len=512 -dict=dictionary corpus >log 2>&1 && exit 0
tail -80 log
exit 1
