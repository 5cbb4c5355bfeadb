#!/bin/sh
# stress.sh CRUN RUNS WORKDIR [FLAGS...]: run every program that must stay silent RUNS times at CRUNMAXPROCS=1, 2 and 4 in
# turn, built with FLAGS (-race, -leak, -O0), and count the runs in which anything was said. Not a test: some minutes.
# Those of tests/lockorder are among them; with CRUNDEBUG=lockorder=1 plain ones are watched too. Programs named in $ONLY (a
# pattern, as nodeadlock_net_*) are run alone. Exit: 0 no alarm, 1 some.
set -u
crun=$1 runs=$2 dir=$3
shift 3
here=$(dirname "$0") n=0 alarms=0
mkdir -p "$dir" || exit 2
for source in "$here"/${ONLY:-no*_*}.c "$here"/../lockorder/${ONLY:-no*_*}.c; do
  [ -f "$source" ] || continue
  case " $* " in *' -race '* | *' -leak '*) ;; *) grep -q cr_find_leaks "$source" && continue ;; esac  # it needs either
  base=$(basename "$source" .c)
  exe=$dir/$base
  [ "$exe" -nt "$source" ] && [ "$exe" -nt "$crun" ] ||
    "$crun" build "$@" -g "-I$here" -o "$exe" "$source" || exit 2
  i=0
  while [ $i -lt "$runs" ]; do
    case $((i % 3)) in 0) procs=1 ;; 1) procs=2 ;; *) procs=4 ;; esac
    : > "$dir/record"
    CRUNMAXPROCS=$procs CRUNRACE="json_path='$dir/record'" timeout -k 1 60 "$exe" > "$dir/out" 2> "$dir/err"
    code=$?
    i=$((i + 1)) n=$((n + 1))
    [ $code = 0 ] && [ ! -s "$dir/err" ] && [ ! -s "$dir/record" ] && continue
    alarms=$((alarms + 1))
    echo "$base CRUNMAXPROCS=$procs: exit code $code"
    head -20 "$dir/err"
    cp "$dir/err" "$dir/$base.$alarms.err"
  done
done
echo "$n runs, $alarms alarms"
[ $alarms = 0 ]
