#!/bin/bash
# The tests of the plugin with another LLVM: others.sh FILECHECK LIBDIR LLVM-VERSION FILE...
set -u
export CRUN_FILECHECK=$1
lib=$2 version=$3 failed=0
shift 3
for tool in clang-$version opt-$version llvm-objdump-$version; do
  command -v "$tool" >/dev/null || { echo "$tool is not here: skipped"; exit 77; }
done
for file; do
  "$(dirname "$0")/run" "$lib" "$version" "$file" || { echo "failed with LLVM $version: $file"; failed=1; }
done
exit $failed
