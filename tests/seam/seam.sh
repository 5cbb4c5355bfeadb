#!/bin/sh
# seam.sh: the runtime's plain objects are those of a build in which no call of the detector is written at all: race_off.h against
# none.h, whose names expand to nothing or a constant. With `planted`: one of them is left in place, and must be noticed.
#   seam.sh CC RUNTIME_DIR SEAM_DIR WORK_DIR [planted]
set -eu
cc=$1 runtime=$2 seam=$3 work=$4 planted=${5:-}
here=$(cd "$(dirname "$0")" && pwd)
rm -rf "$work" && mkdir -p "$work/with" "$work/none/race"
cp "$seam"/race/*.h "$work/none/race/" 2>/dev/null
cp "$here/none.h" "$work/none/race/race_off.h"
[ -z "$planted" ] || printf '#undef race_hide_begin\n#define race_hide_begin() __asm__ volatile("nop")\n' >>"$work/none/race/race_off.h"

# compile INCLUDE_DIR OUT FILE: the code alone, for debug information has lines and names.
compile() {
  "$cc" -std=gnu11 -D_GNU_SOURCE -DNDEBUG -DCRUN_RACE=0 -O2 -fPIC -fvisibility=hidden -fno-strict-aliasing -fno-stack-protector \
    -ftls-model=initial-exec -fno-omit-frame-pointer -w -I"$1" -iquote "$runtime" -I"$runtime/include" -c -o "$2.o" "$3"
  objdump -d -r --no-show-raw-insn "$2.o" | sed 1,3d >"$2.txt"
}

files=0 different=0
for file in $(find "$runtime" -name '*.c' | sort | xargs grep -l '\brace_[a-z_]*('); do
  compile "$seam" "$work/with/x" "$file"
  compile "$work/none" "$work/none/x" "$file"
  files=$((files + 1))
  cmp -s "$work/with/x.txt" "$work/none/x.txt" || { echo "seam.sh: ${file#"$runtime/"} differs"; different=$((different + 1)); }
done
echo "$files files, $different differ"
[ $files -gt 10 ] && [ $different = 0 ]
