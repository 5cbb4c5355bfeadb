#!/bin/sh
# bench_runtime.sh prints what the runtime is to reach against Go, each row with its bar: medians of ratios of rounds in
# which the two take turns.
#   bench_runtime.sh CRUN SOURCE_DIR WORK_DIR [row]...
# ROUNDS (default 5) says how often. It always exits 0 when it could measure: it is a report, no test.
set -eu
crun=$1 src=$2 work=$3
shift 3
rounds=${ROUNDS:-5}
mkdir -p "$work"

# program case procs bar; _ as program: measured by a function of its own
rows='runtime yield 1 0.5
runtime yield 2 0.5
runtime spawn 1 0.25
runtime spawn 2 0.25
runtime batch 1 0.3
runtime batch 2 0.3
runtime pingpong 1 0.25
runtime pingpong 2 0.4
runtime buffered 1 0.7
runtime buffered 2 0.7
sync select4 1 0.6
sync select4 2 0.6
sync timer 1 0.6
sync timer 2 0.6
sync cancel 1 0.6
sync cancel 2 0.6
runtime sieve 1 0.6
runtime sieve 2 0.8
runtime skynet 1 1.0
runtime skynet 2 1.0
sync mutex 2 0.25
_ echo 1 0.91
_ echo 2 0.91
_ ticker_crun 2 0.2
_ ticker_cc 2 0.2
_ speedup 2 >1.9'

go_build() {
  (cd "$src/$1" && GOFLAGS=-mod=mod GOCACHE="$work/go-cache" go build -o "$work/$2" .)
}

build() {
  include=$(dirname "$crun")/../include
  "$crun" build -O2 -o "$work/runtime" "$src/runtime.c"
  "$crun" build -O2 -o "$work/sync" "$src/sync.c"
  "$crun" build -O2 -o "$work/ticker_crun" "$src/ticker.c" "$src/spin.c"
  cc -O2 -I"$include" -c -o "$work/spin.o" "$src/spin.c"
  "$crun" build -O2 -o "$work/ticker_cc" "$src/ticker.c" "$work/spin.o"
  "$crun" build -O2 -o "$work/echo" "$src/../../examples/echo_server.c"
  cc -O2 -D_GNU_SOURCE -o "$work/echo_load" "$src/../net/echo_load.c"
  go_build go runtime-go
  go_build go-sync sync-go
  go_build goecho echo-go
}

. "$src/echo_ns.sh"

compute() { CRUNMAXPROCS=$1 "$work/runtime" compute; }

# special CASE PROCS ROUND: the rows whose two sides are not one program each with the same argument.
special() {
  row=$1_$2P
  case $1 in
    echo)
      echo "$row $3 crun $(echo_ns CRUNMAXPROCS="$2" "$work/echo")"
      echo "$row $3 go $(echo_ns GOMAXPROCS="$2" "$work/echo-go")" ;;
    ticker_*)
      echo "$row $3 crun $(CRUNMAXPROCS=$2 "$work/$1")"
      echo "$row $3 go $(GOMAXPROCS=$2 "$work/runtime-go" ticker)" ;;
    speedup)
      echo "$row $3 crun $(echo "$(compute 1) $(compute "$2")" | awk '{ print $1 / $2 }')" ;;
  esac
}

measure() {
  if [ "$1" = _ ]; then
    special "$2" "$3" "$4"
  else
    echo "$2_$3P $4 crun $(CRUNMAXPROCS=$3 "$work/$1" "$2")"
    echo "$2_$3P $4 go $(GOMAXPROCS=$3 "$work/$1-go" "$2")"
  fi
}

wanted() {
  [ -z "$only" ] && return 0
  case " $only " in *" $1 "*) return 0 ;; esac
  return 1
}

only=$*
build
: >"$work/bars" && : >"$work/bench.log"
echo "$rows" | while read -r program case procs bar; do
  if wanted "$case"; then echo "bar ${case}_${procs}P $bar"; fi
done >"$work/bars"
for round in $(seq "$rounds"); do
  echo "$rows" | while read -r program case procs bar; do
    if wanted "$case"; then measure "$program" "$case" "$procs" "$round" </dev/null; fi
  done >>"$work/bench.log"
done
echo "== crun against $(go version | cut -d' ' -f3), ns an operation (ticker: p99; speedup: 1 P over 2 P), median of $rounds rounds"
awk -v ours=crun -v theirs="go" -f "$src/bars.awk" "$work/bars" "$work/bench.log"
