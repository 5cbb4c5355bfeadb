#!/bin/sh
# control.sh CRUN FOLDER WORKDIR: shows that judge.sh can say "wrong", and for the reason that it should.
set -u
crun=$1 folder=$2 dir=$3 status=0
mkdir -p "$dir" && cp "$folder"/*.h "$dir" || exit 2
export JUDGE_SECONDS=3

# refused NAME REASON: NAME.c, just written, must be judged wrong with this reason.
refused() {
  text=$(sh "$folder/judge.sh" "$crun" O0 "$dir/$1.c" "$dir/$1.d")
  code=$?
  [ $code = 1 ] || { echo "$1: judged $code, not wrong"; status=1; }
  case $text in *"$2"*) ;; *) echo "$1: not for \"$2\" but: $text"; status=1 ;; esac
}
grep '^// [a-z]*: ' "$folder/deadlock_chan_order.c" > "$dir/directives"

cat "$dir/directives" "$folder/nodeadlock_chan_order.c" > "$dir/deadlock_mended.c"
refused deadlock_mended "exit code 0, not 2"

grep -v '^// [a-z]*: ' "$folder/deadlock_chan_order.c" > "$dir/nodeadlock_broken.c"
refused nodeadlock_broken "stderr is not empty"

sed 's,^// stderr: sender.*,// stderr: nobody(...),' "$folder/deadlock_chan_order.c" > "$dir/deadlock_frame.c"
refused deadlock_frame "not in stderr: nobody(...)"

{ echo "// finding: deadlock no-such-rule: sender"; cat "$folder/deadlock_chan_order.c"; } > "$dir/deadlock_finding.c"
refused deadlock_finding "missed: deadlock no-such-rule"

{ cat "$dir/directives"; echo 'int main(void) { for (volatile int go_on = 1; go_on;) {} }'; } > "$dir/deadlock_hang.c"
refused deadlock_hang "hangs"

exit $status
