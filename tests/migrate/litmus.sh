#!/bin/sh
# litmus.sh judges litmus programs under CRUNDEBUG=migrate=1: a sample of those whose goroutines park. The verdicts are the
# same, and those without a race do their work without -race too.
#   litmus.sh JUDGE CRUN LITMUS_DIR WORK_DIR
set -u
judge=$1 crun=$2 litmus=$3 work=$4
rm -rf "$work" && mkdir -p "$work" || exit 1
export CRUNDEBUG=migrate=1
wrong=0 judged=0

say_wrong() {
  echo "litmus.sh: $1" >&2
  wrong=$((wrong + 1))
}

plain() {
  "$crun" cc -O2 -I"$litmus" "$litmus/$1.c" -o "$work/plain" || { say_wrong "$1 does not build"; return; }
  for procs in 1 4; do
    CRUNMAXPROCS=$procs "$work/plain" >"$work/out" 2>&1 && ! [ -s "$work/out" ] ||
      { cat "$work/out" >&2; say_wrong "$1 without -race on $procs"; }
  done
}

for name in norace_buffered_kth norace_buffered_send norace_channel_as_lock norace_close_recv norace_cond norace_context_cancel \
  norace_context_deadline norace_errgroup norace_future norace_go_grandchild norace_goroutine_churn norace_map norace_mutex \
  norace_net_accept norace_net_handed_on norace_once norace_pipeline norace_pool norace_posix_end norace_pthread_and_goroutines \
  norace_recover norace_rwmutex_mixed norace_select_both_sides norace_select_loop norace_semaphore norace_tls_goroutines \
  norace_timeout norace_unbuffered_recv norace_waitgroup_reuse norace_weighted \
  race_buffered_parked_receiver race_channel_as_semaphore race_go_siblings race_mutex_one_side race_recv_variable_parked \
  race_select_other_case race_posix_read_buffer race_sleep race_tls_lent race_waitgroup_workers; do
  judged=$((judged + 1))
  "$judge" "$crun" -O2 "$litmus/$name.c" "$work/$name.d" || say_wrong "$name"
  case $name in norace_*) plain "$name" ;; esac
done
echo "$judged programs, $wrong wrong"
[ $wrong -eq 0 ]
