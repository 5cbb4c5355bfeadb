#!/bin/sh
# bench_race.sh prints what -race costs, each figure with its bar: against plain -O2, against clang's sanitizer, against
# Go's -race on the same algorithms; for kernels, and for libraries of Debian's sources (real/). Medians of ratios of rounds in which all take turns.
#   bench_race.sh CRUN SOURCE_DIR WORK_DIR [kernel or library]...
# ROUNDS (default 5) says how often; QUICK=1: one round of the kernels, without Go. It always exits 0 when it could measure: it is a
# report, no test.
set -eu
crun=$1 src=$2 work=$3
shift 3
quick=${QUICK:-}
rounds=${ROUNDS:-$([ -n "$quick" ] && echo 1 || echo 5)}
only=$*
mkdir -p "$work"

ordinary='array sum prefix stencil matrix hash list tree lookup nbody sort bytes'
hard='random_8 random_100 random_1000 readers field recursion'
alone=$ordinary
scale='own shared'
real='bzip2 lua lmdb sqlite'
bars='bar ordinary 1.0
bar ordinary_mean 2.0
bar ordinary_ratio 0.35
bar hard 1.0
bar hard_ratio 0.6
bar alone_mean 1.05
bar real 0.5
bar real_alone 1.3
bar go_ratio 0.35
bar scaling 1.0
bar compile_time 1.5
bar object_size 1.4'

wanted() {
  [ -z "$only" ] && return 0
  case " $only " in *" $1 "*) return 0 ;; esac
  return 1
}

plain() { clang-19 -O2 "$@"; }
tsan() { clang-19 -O2 -fsanitize=thread "$@"; }
race() { "$crun" build -race -O2 "$@"; }

build() {
  plain -o "$work/plain" "$src/race.c" -lpthread
  tsan -o "$work/tsan" "$src/race.c"
  race -DGOROUTINES -o "$work/crun" "$src/race.c"
  [ -n "$quick" ] && return
  (cd "$src/go-race" && export GOFLAGS=-mod=mod GOCACHE="$work/go-cache" &&
    go build -o "$work/go-plain" . && go build -race -o "$work/go-race" .)
}

# unpack PACKAGE NAME: the upstream source of a Debian package, in WORK_DIR/NAME.
unpack() {
  [ -d "$work/$2" ] && return
  sh "$src/../real/fetch_source.sh" "$1" "$work/source"
  mkdir "$work/$2"
  tar xf "$work/source/$1"_*.orig.tar.* -C "$work/$2" --strip-components=1
}

# library NAME COMPILER...: the objects of a library, made with its driver in real/ into a program.
library() {
  name=$1
  shift
  case $name in
  bzip2) "$@" -DBZ_NO_STDIO -I"$work/bzip2" "$src/real/bzip2.c" $(printf "$work/bzip2/%s.c " blocksort compress crctable decompress huffman bzlib randtable) ;;
  lua) "$@" -DLUA_USE_POSIX -I"$work/lua/src" "$src/real/lua.c" $(ls "$work"/lua/src/*.c | grep -v '/luac\?\.c$') -lm ;;
  lmdb) "$@" -I"$work/lmdb/libraries/liblmdb" "$src/real/lmdb.c" "$work/lmdb/libraries/liblmdb/mdb.c" "$work/lmdb/libraries/liblmdb/midl.c" ;;
  sqlite) "$@" -DSQLITE_OMIT_LOAD_EXTENSION -I"$work/sqlite/extsrc" "$src/real/sqlite.c" "$work/sqlite/extsrc/sqlite3.c" -lm ;;
  esac
}

build_real() {
  for name in $real; do
    wanted "$name" || continue
    case $name in
    sqlite) unpack fossil sqlite ;;  # the amalgamation: SQLite's own source makes it with tclsh
    lua) unpack lua5.4 lua ;;
    *) unpack "$name" "$name" ;;
    esac
    library "$name" plain -w -o "$work/plain-$name" -lpthread
    library "$name" tsan -w -o "$work/tsan-$name"
    library "$name" race -w -DGOROUTINES -o "$work/crun-$name"
    library "$name" race -w -race-stats=run -DGOROUTINES -o "$work/count-$name"
  done
}

real_round() {
  for name in $real; do
    wanted "$name" || continue
    for peer in plain tsan crun; do
      echo "real $name $1 $peer $("$work/$peer-$name")"
      echo "real_alone $name $1 $peer $("$work/$peer-$name" -1)"
    done
  done
}

# shares: which part of the accesses of each library ran without checks with one goroutine alone.
shares() {
  for name in $real; do
    wanted "$name" || continue
    echo "share $name 1 crun $("$work/count-$name" -1 2>&1 | sed -n 's/^crun: \([0-9.]*%\) of.*/\1/p')"
  done
}

# each KIND ROUND KERNELS OPTION: plain, the sanitizer, ours in turn. Bystanders are goroutines in ours, threads in
# the others.
each() {
  for kernel in $3; do
    wanted "$kernel" || continue
    for peer in plain tsan crun; do
      echo "$1 $kernel $2 $peer $("$work/$peer" $4 "$kernel")"
    done
  done
}

go_round() {
  for kernel in $ordinary; do
    wanted "$kernel" || continue
    for peer in plain race; do
      echo "go $kernel $1 $peer $("$work/go-$peer" "$kernel")"
    done
  done
}

scale_round() {
  for kernel in $scale; do
    wanted "$kernel" || continue
    for n in 1 2; do
      echo "scale $kernel $1 tsan_$n $("$work/tsan" "${kernel}_$n")"
      echo "scale $kernel $1 crun_$n $(CRUNMAXPROCS=2 "$work/crun" "${kernel}_$n")"
    done
  done
}

# compile ROUND PEER: milliseconds, and bytes of code and data, for the object of race.c.
compile() {
  start=$(date +%s%N)
  "$2" -c -o "$work/$2.o" "$src/race.c"
  end=$(date +%s%N)
  echo "build compile_time $1 $3 $(((end - start) / 1000000))"
  echo "build object_size $1 $3 $(size "$work/$2.o" | awk 'NR == 2 { print $1 + $2 }')"
}

build
[ -n "$quick" ] && [ -z "$only" ] || build_real
echo "$bars" >"$work/race.log"
for round in $(seq "$rounds"); do
  each ordinary "$round" "$ordinary" ''
  each hard "$round" "$hard" ''
  each alone "$round" "$alone" -1
  [ -n "$quick" ] && [ -z "$only" ] || real_round "$round"
  scale_round "$round"
  if [ -z "$quick" ]; then go_round "$round"; fi
  if [ -z "$only" ]; then
    compile "$round" tsan tsan
    compile "$round" race crun
  fi
done >>"$work/race.log"
[ -n "$quick" ] && [ -z "$only" ] || shares >>"$work/race.log"
echo "== -race: plain -O2 in milliseconds, the slowdowns of crun and of clang's sanitizer, median of $rounds rounds"
awk -f "$src/race_bars.awk" "$work/race.log"
