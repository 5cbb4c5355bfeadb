#!/bin/sh
# bench.sh measures crun against its peers and prints a table for each question. The peers take turns
# within each round, and what is judged is the median of the rounds' ratios.
#   bench.sh CRUN SOURCE_DIR WORK_DIR [runtime|sync|lockorder|hogs|net|race|race_sync|race_limits|memory]...
# ROUNDS (default 5) says how often. It always exits 0 when it could measure: it is no test.
set -eu
crun=$1 src=$2 work=$3
shift 3
rounds=${ROUNDS:-5}
mkdir -p "$work"

kernels='array matrix hash list tree nbody sort bytes random_8 random_100 random_1000 readers recursion'

bench_runtime() {
  "$crun" build -O2 -o "$work/runtime" "$src/runtime.c"
  (cd "$src/go" && GOFLAGS=-mod=mod GOCACHE="$work/go-cache" go build -o "$work/runtime-go" .)
  : >"$work/runtime.log"
  for round in $(seq "$rounds"); do
    for case in yield spawn pingpong buffered; do
      for procs in 1 2; do
        echo "${case}_${procs}P $round crun $(CRUNMAXPROCS=$procs "$work/runtime" "$case")"
        echo "${case}_${procs}P $round go $(GOMAXPROCS=$procs "$work/runtime-go" "$case")"
      done
    done >>"$work/runtime.log"
  done
  echo "== the runtime against $(go version | cut -d' ' -f3), ns an operation, median of $rounds rounds"
  awk -v ours=crun -v theirs=go -v bar=1.0 -f "$src/table.awk" "$work/runtime.log"
}

# sync: the bars differ, so each has its table.
bench_sync() {
  "$crun" build -O2 -o "$work/sync" "$src/sync.c"
  (cd "$src/go-sync" && GOFLAGS=-mod=mod GOCACHE="$work/go-cache" go build -o "$work/sync-go" .)
  echo "== channels and locks against $(go version | cut -d' ' -f3), ns an operation, median of $rounds rounds"
  for part in '0.6 select4 timer cancel' '0.25 mutex'; do
    : >"$work/sync.log"
    for round in $(seq "$rounds"); do
      for case in ${part#* }; do
        for procs in 1 2; do
          echo "${case}_${procs}P $round crun $(CRUNMAXPROCS=$procs "$work/sync" "$case")"
          echo "${case}_${procs}P $round go $(GOMAXPROCS=$procs "$work/sync-go" "$case")"
        done
      done >>"$work/sync.log"
    done
    awk -v ours=crun -v theirs=go -v bar="${part%% *}" -f "$src/table.awk" "$work/sync.log"
  done
}

# lockorder: the same program with the watch on and off.
bench_lockorder() {
  "$crun" build -O2 -o "$work/lockorder" "$src/lockorder.c"
  : >"$work/lockorder.log"
  for round in $(seq "$rounds"); do
    for case in pair nested pthread pthread-nested; do
      echo "$case $round on $(CRUNDEBUG=lockorder=1 "$work/lockorder" "$case")"
      echo "$case $round off $(CRUNDEBUG=lockorder=0 "$work/lockorder" "$case")"
    done >>"$work/lockorder.log"
  done
  echo "== the watch over lock orders, ns an uncontended mutex pair, median of $rounds rounds"
  awk -v ours=on -v theirs=off -v bar=1.3 -f "$src/table.awk" "$work/lockorder.log"
}

. "$src/echo_ns.sh"

# hogs: TASKS (default 1000 of 5 ms and 400 of 50 ms) as "number milliseconds".
bench_hogs() {
  cc -O2 -I"$(dirname "$crun")/../include" -c -o "$work/hogs.o" "$src/hogs.c"
  "$crun" build -O2 -o "$work/hogs" "$work/hogs.o"
  echo "== goroutines that compute and never call the runtime, compiled by $(cc --version | head -1 | cut -d' ' -f1)"
  if [ -n "${TASKS:-}" ]; then
    CRUNMAXPROCS=2 "$work/hogs" $TASKS
  else
    CRUNMAXPROCS=2 "$work/hogs" 1000 5
    CRUNMAXPROCS=2 "$work/hogs" 400 50
  fi
}

bench_net() {
  "$crun" build -O2 -o "$work/echo" "$src/../../examples/echo_server.c"
  clang-19 -O2 -D_GNU_SOURCE -o "$work/echo_load" "$src/../net/echo_load.c"
  (cd "$src/goecho" && GOFLAGS=-mod=mod GOCACHE="$work/go-cache" go build -o "$work/echo-go" .)
  : >"$work/net.log"
  for round in $(seq "$rounds"); do
    for procs in 1 2; do
      echo "echo_${procs}P $round crun $(echo_ns CRUNMAXPROCS=$procs "$work/echo")"
      echo "echo_${procs}P $round go $(echo_ns GOMAXPROCS=$procs "$work/echo-go")"
    done >>"$work/net.log"
  done
  echo "== TCP echo, 64 connections, against $(go version | cut -d' ' -f3), ns a request, median of $rounds rounds"
  awk -v ours=crun -v theirs=go -v bar=0.91 -f "$src/table.awk" "$work/net.log"
}

bench_race() {
  clang-19 -O2 -o "$work/plain" "$src/race.c" -lpthread
  clang-19 -O2 -fsanitize=thread -o "$work/tsan" "$src/race.c"
  "$crun" build -race -O2 -o "$work/race" "$src/race.c"
  : >"$work/race.log"
  for round in $(seq "$rounds"); do
    for kernel in $kernels; do
      echo "$kernel $round plain $("$work/plain" "$kernel")"
      echo "$kernel $round tsan $("$work/tsan" "$kernel")"
      echo "$kernel $round crun $("$work/race" "$kernel")"
    done >>"$work/race.log"
  done
  echo "== -race against clang -fsanitize=thread, milliseconds, median of $rounds rounds"
  awk -v ours=crun -v theirs=tsan -v bar=1.0 -v geomean=1 -f "$src/table.awk" "$work/race.log"
  plain=$("$work/plain" meta) tsan=$("$work/tsan" meta) race=$("$work/race" meta)
  echo "== metadata after 10^9 accesses to 64 MB: resident MB more than plain ($plain MB), over 64"
  awk -v p="$plain" -v t="$tsan" -v c="$race" 'BEGIN {
    printf "%-16s%8.1f MB%8.2fx\n%-16s%8.1f MB%8.2fx%s\n", "tsan", t - p, (t - p) / 64,
      "crun", c - p, (c - p) / 64, ((c - p) / 64 > 3 ? "   over the bar (3x)" : "   bar 3x") }'
}

# race_sync: the bars differ, so each has its table.
bench_race_sync() {
  "$crun" build -race -O2 -o "$work/race_sync" "$src/race_sync.c"
  (cd "$src/go-race-sync" && GOFLAGS=-mod=mod GOCACHE="$work/go-cache" go build -race -o "$work/race_sync-go" .)
  echo "== synchronization under -race against $(go version | cut -d' ' -f3) -race, ns an operation, median of $rounds rounds"
  for part in '0.5 pair between' '1.0 random64 unbuffered buffered' '3.0 random1000'; do
    : >"$work/race_sync.log"
    for round in $(seq "$rounds"); do
      for case in ${part#* }; do
        for procs in 1 2; do
          echo "${case}_${procs}P $round crun $(CRUNMAXPROCS=$procs "$work/race_sync" "$case")"
          echo "${case}_${procs}P $round go $(GOMAXPROCS=$procs "$work/race_sync-go" "$case")"
        done
      done >>"$work/race_sync.log"
    done
    awk -v ours=crun -v theirs=go -v bar="${part%% *}" -f "$src/table.awk" "$work/race_sync.log"
  done
}

bench_race_pthread() {
  clang-19 -O2 -fsanitize=thread -o "$work/race_pthread-tsan" "$src/race_pthread.c"
  "$crun" build -race -O2 -o "$work/race_pthread" "$src/race_pthread.c"
  : >"$work/race_pthread.log"
  for round in $(seq "$rounds"); do
    for case in pair between; do
      echo "$case $round tsan $("$work/race_pthread-tsan" "$case")"
      echo "$case $round crun $("$work/race_pthread" "$case")"
    done >>"$work/race_pthread.log"
  done
  echo "== a pthread mutex pair by one thread, ns, against the sanitizer, median of $rounds rounds"
  awk -v ours=crun -v theirs=tsan -v bar=0.5 -f "$src/table.awk" "$work/race_pthread.log"
}

# race_limits: what -race takes in the long run. GOROUTINES (default 1000000) is how many come and go of each kind; the
# figure of 10,000,000 takes minutes.
bench_race_limits() {
  bench_race_pthread
  many=${GOROUTINES:-1000000}
  "$crun" build -O2 -o "$work/limits-plain" "$src/race_limits.c"
  "$crun" build -race -O2 -o "$work/limits" "$src/race_limits.c"
  "$crun" build -race=tsan -O2 -o "$work/limits-tsan" "$src/race_limits.c"
  echo "== 256 MB of arrays: resident MB when one goroutine each wrote them, when all have read all"
  for kind in limits-plain limits limits-tsan; do echo "$kind $("$work/$kind" arrays 256)"; done |
    awk '{ w[NR] = $2; r[NR] = $3; printf "%-16s%8.1f%8.1f   %.2fx %.2fx\n", $1, $2, $3, $2 / w[1], $3 / r[1] }'
  echo "== $many goroutines that come and go while 1000 live: resident MB after a tenth, after all"
  for how in joined forgotten other; do echo "$how $("$work/limits" churn $how "$many")"; done
  echo "== 1 GB touched, processor ms of 10 accesses and a lock pair: 99th percentile, longest (bar 50), passes"
  CRUNMAXPROCS=1 "$work/limits" scan 1024 20
  { echo 'int x[1000];'; for i in $(seq 0 999); do echo "static void f$i(int v) { x[$i] = v; }"; done
    echo 'static void (*const all[])(int) = {'; for i in $(seq 0 999); do echo "f$i,"; done; echo '};'; } >"$work/many.h"
  "$crun" build -race -g -I"$work" -I"$src/../report/tool" -o "$work/many" "$src/../report/tool/many.c"
  echo "== a thousand races told (bar 2 s), ms: $(
    start=$(date +%s%N)
    "$work/many" 2>"$work/many.err" || true
    echo $((($(date +%s%N) - start) / 1000000))), $(grep -c '^WARNING: DATA RACE' "$work/many.err") told"
}

bench_memory() {
  "$crun" build -O2 -o "$work/memory" "$src/memory.c"
  "$crun" build -race -O2 -o "$work/memory-race" "$src/memory.c"
  "$crun" build -O2 -o "$work/stacks" "$src/stacks.c"
  echo "== 100,000 parked goroutines, MB resident and in page tables"
  for kind in memory:500 memory-race:1000; do
    mb=$("$work/${kind%:*}")
    awk -v name="${kind%:*}" -v mb="$mb" -v bar="${kind#*:}" \
      'BEGIN { printf "%-16s%8.1f MB   %sbar %d MB\n", name, mb, (mb > bar ? "over the " : ""), bar }'
  done
  "$work/stacks" 100000
  echo "== 10,000 that use 128 KiB of stack and park again"
  "$work/stacks" 10000 128
}

[ $# -gt 0 ] || set -- runtime sync lockorder hogs net race race_sync race_limits memory
for part; do
  "bench_$part"
done
