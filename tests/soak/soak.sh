#!/bin/sh
# soak.sh runs soak.c in pieces, by hand: plain and under -race, on one P, two and eight, and with every park on another thread.
#   soak.sh CRUN WORK_DIR [MINUTES]     an hour if nothing is said
# It ends at the first piece that fails, with its text. Nothing in ctest runs it.
set -eu
crun=$1 work=$2 minutes=${3:-60}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$work"
"$crun" build -O2 -o "$work/soak" "$here/soak.c"
"$crun" build -race -O2 -o "$work/soak-race" "$here/soak.c"
pieces='soak CRUNMAXPROCS=1
soak CRUNMAXPROCS=2
soak CRUNMAXPROCS=8
soak CRUNDEBUG=migrate=1
soak-race CRUNMAXPROCS=2
soak-race CRUNMAXPROCS=8'
seconds=$((minutes * 60 / 6))
echo "$pieces" | while read -r program setting; do
  echo "$program $setting, $seconds s: $(env "$setting" timeout $((seconds * 2 + 600)) "$work/$program" "$seconds" 2>&1)" || exit 1
done
