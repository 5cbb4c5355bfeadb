#!/bin/sh
# Some programs of every kind, compiled by another clang with the plugin for it:
#   others.sh JUDGE CRUN LITMUS_DIR WORK_DIR LLVM-VERSION
set -u
judge=$1 crun=$2 litmus=$3 work=$4 version=$5
export CRUN_CC="clang-$version"
command -v "$CRUN_CC" >/dev/null || { echo "$CRUN_CC is not here: skipped"; exit 77; }
rm -rf "$work" && mkdir -p "$work" || exit 1
wrong=0
for name in race_go_siblings norace_unbuffered_send race_loop_column norace_loop_column race_memcpy_source norace_errgroup \
  race_struct_by_value norace_tls_goroutines race_recursion norace_longjmp norace_atomics_of_all_sizes race_wide_vector; do
  "$judge" "$crun" -O2 "$litmus/$name.c" "$work/$name.d"
  case $? in
  0 | 77) ;;
  *) echo "wrong with $CRUN_CC: $name"; wrong=1 ;;
  esac
done
# The objects must say that it was this clang's plugin.
"$crun" cc -race -c "$litmus/race_go_siblings.c" -I"$litmus" -o "$work/a.o" &&
  objcopy -O binary --only-section=.note.crun.race "$work/a.o" "$work/note" &&
  [ "$(od -An -tu1 -j30 -N1 "$work/note" | tr -d ' ')" = "$version" ] || { echo "the note names another LLVM"; wrong=1; }
exit $wrong
