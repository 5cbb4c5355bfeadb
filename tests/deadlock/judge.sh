#!/bin/sh
# judge.sh CRUN LEVEL PROGRAM.c WORKDIR: build PROGRAM.c in each of its modes, run it with 1 and with 4 processors,
# and hold its end against what its name and comments say:
#   // modes: M...          of plain, race, leak and race-leak; by default those of `modes_of` below
#   // exit: N              the exit code; of a leak_ program only where leaks are looked for
#   // stderr: TEXT         some line of stderr has TEXT
#   // not stderr: TEXT     none has
#   // finding: KIND RULE: F, G
#                           one line of the JSON record has this kind and rule, and stacks with frames in F and in G
#                           (the end by quiescence has a record of its own, which need not be stated)
#   // flags: F...          of the compiler, beside -g and LEVEL
#   // env: A=B             the environment, beside CRUNMAXPROCS and CRUNRACE
# A nodeadlock_ or noleak_ program exits 0, writes nothing to stderr and nothing to the record. A leak_ program does so
# where leaks are not looked for. What is in the record must be stated, and a run of 20 s ($JUDGE_SECONDS) is a hang: wrong.
# Exit: 0 right, 1 wrong, 2 could not judge.
set -u
crun=$1 level=$2 source=$3 dir=$4
here=$(dirname "$0") base=$(basename "$source" .c) status=0
mkdir -p "$dir" || exit 2

directive() { sed -n "s,^// $1: ,,p" "$source"; }
modes_of() {
  case $base in
    deadlock_*) echo plain race ;;
    nodeadlock_*) echo plain race leak ;;
    *) echo plain race leak race-leak ;;
  esac
}
flags_of() {
  case $1 in
    plain) ;;
    race) echo -race ;;
    leak) echo -leak ;;
    race-leak) echo -race -leak ;;
    *) echo "judge: no mode $1" >&2; exit 2 ;;
  esac
}
# is_buggy MODE: must a run in MODE end badly?
is_buggy() {
  case $base in
    no*) false ;;
    leak_*) case $1 in *leak) ;; *) false ;; esac ;;
  esac
}
wrong() {
  status=1
  echo "$base -$level $mode CRUNMAXPROCS=$procs: $1"
}
# naming F, G: the lines of stdin in which a stack has a frame in F, and one in G; where a goroutine was created or a
# channel made does not count
naming() {
  lines=$(sed 's/{"role":"made".*//; s/{"role":"created".*//')
  for f in $(echo "$1" | tr ',' ' '); do lines=$(echo "$lines" | grep -E "\"func\": ?\"$f\""); done
  [ -z "$lines" ] || echo "$lines"
}
# check_finding "KIND RULE: F, G"
check_finding() {
  kind=${1%% *} rest=${1#* }
  rule=${rest%%: *} names=
  case $rest in *": "*) names=${rest#*: } ;; esac
  lines=$(grep -E "\"kind\": ?\"$kind\"" "$dir/record" | grep -E "\"rule\": ?\"$rule\"")
  [ -n "$lines" ] || { wrong "missed: $kind $rule"; return; }
  [ "$(echo "$lines" | naming "$names" | wc -l)" = 1 ] || wrong "not one $kind $rule that names $names"
}
check_bad() {
  want=$(directive exit)
  [ "$code" = "$want" ] || wrong "exit code $code, not $want"
  directive stderr > "$dir/texts"
  while read -r text; do grep -F -q -e "$text" "$dir/err" || wrong "not in stderr: $text"; done < "$dir/texts"
  directive "not stderr" > "$dir/texts"
  while read -r text; do grep -F -q -e "$text" "$dir/err" && wrong "in stderr: $text"; done < "$dir/texts"
  directive finding > "$dir/findings"
  grep -q '^fatal error: .* - deadlock!$' "$dir/err" && echo "deadlock all-asleep" >> "$dir/findings"
  while read -r finding; do check_finding "$finding"; done < "$dir/findings"
  [ "$(wc -l < "$dir/record")" = "$(wc -l < "$dir/findings")" ] || wrong "not these findings: $(cut -c1-120 "$dir/record")"
}
check_good() {
  [ "$code" = 0 ] || wrong "exit code $code, not 0"
  [ ! -s "$dir/err" ] || wrong "stderr is not empty"
  [ ! -s "$dir/record" ] || wrong "a finding in the record"
}
judge_run() {
  : > "$dir/record"
  (
    ulimit -c 0
    env CRUNMAXPROCS="$procs" CRUNRACE="json_path='$dir/record'" $(directive env) \
      timeout -k 1 "${JUDGE_SECONDS:-20}" "$dir/a.out" > "$dir/out" 2> "$dir/err"
    echo $? > "$dir/code"
  ) 2> "$dir/shell"
  code=$(cat "$dir/code") before=$status status=0
  [ "$code" != 124 ] && [ "$code" != 137 ] || wrong "hangs"
  if is_buggy "$mode"; then check_bad; else check_good; fi
  [ $status = 0 ] || sed 's/^/    /' "$dir/err" | head -60
  status=$((status | before))
}

[ "$(directive exit | wc -l)" = "$(case $base in no*) echo 0 ;; *) echo 1 ;; esac)" ] ||
  { echo "$base: the name is the verdict, and the directives say another"; exit 2; }
modes=$(directive modes)
for mode in ${modes:-$(modes_of)}; do
  "$crun" build $(flags_of "$mode") "-$level" -g -Wall -Werror $(directive flags) "-I$here" -o "$dir/a.out" "$source" > "$dir/build" 2>&1 ||
    { cat "$dir/build"; echo "$base: $mode does not build"; exit 2; }
  for procs in 1 4; do judge_run; done
done
exit $status
