#!/bin/sh
# peers.sh prints the runtime on one P beside State Threads and boost.fiber, which have one thread: medians of ratios of
# rounds in which they take turns. What is not installed (Debian: libst-dev, libboost-fiber-dev) is left out and named; libdill is not in Debian.
#   peers.sh CRUN SOURCE_DIR WORK_DIR
set -eu
crun=$1 src=$2 work=$3
rounds=${ROUNDS:-5}
mkdir -p "$work"
"$crun" build -O2 -o "$work/runtime" "$src/runtime.c"

cases_of() {
  case $1 in
    st) echo "yield spawn batch pingpong" ;;
    fiber) echo "yield spawn batch pingpong buffered" ;;
  esac
}

build_peer() {
  case $1 in
    st) cc -O2 -o "$work/st" "$src/peers/st.c" -lst ;;
    fiber) c++ -O2 -o "$work/fiber" "$src/peers/fiber.cpp" -lboost_fiber -lboost_context -lpthread ;;
  esac 2>"$work/$1.err"
}

for peer in st fiber; do
  if ! build_peer $peer; then echo "== $peer: not installed"; continue; fi
  : >"$work/peer.bars" && : >"$work/peer.log"
  for case in $(cases_of $peer); do echo "bar ${case}_1P 1.0"; done >"$work/peer.bars"
  for round in $(seq "$rounds"); do
    for case in $(cases_of $peer); do
      echo "${case}_1P $round crun $(CRUNMAXPROCS=1 "$work/runtime" $case)"
      echo "${case}_1P $round $peer $("$work/$peer" $case)"
    done
  done >>"$work/peer.log"
  echo "== crun against $peer, ns an operation, median of $rounds rounds"
  awk -v ours=crun -v theirs=$peer -f "$src/bars.awk" "$work/peer.bars" "$work/peer.log"
done
