#!/bin/bash
# Where reports go, and what becomes of them when they cannot: output.sh TEST CRUN RECORD_CHECK SOURCES DIR.
set -u
test=$1 crun=$2 record_check=$3 sources=$4 dir=$5
rm -rf "$dir" && mkdir -p "$dir" && cd "$dir" || exit 1

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}
build() { "$crun" build -race -g -o "$1" "$sources/$2" || fail "cannot build $2"; }
# run WANT COMMAND...: its exit code must be WANT.
run() {
  local want=$1
  shift
  "$@"
  local got=$?
  [ $got -eq "$want" ] || fail "exit code $got, not $want: $*"
}
reports() { grep -c '^WARNING: DATA RACE$' "$1"; }

case $test in
ids)  # 200 runs, the two accesses in either order: one id
  build flap tool/flap.c
  seq 200 | CRUNRACE=json_path=records xargs -P 4 -I{} bash -c 'LITMUS_ORDER=$(({} % 2)) ./flap 2>/dev/null; [ $? -eq 66 ]' ||
    fail "an exit code was not 66"
  "$record_check" records >ids || exit 1
  [ "$(wc -l <ids)" -eq 200 ] || fail "$(wc -l <ids) records, not 200"
  [ "$(cut -d' ' -f1 ids | sort -u | wc -l)" -eq 1 ] || fail "ids: $(sort ids | uniq -c)"
  [ "$(cut -d' ' -f2- ids | sort | uniq -c | sed 's/^ *//' | paste -sd';')" = "100 read, write;100 write, read" ] ||
    fail "orders: $(sort ids | uniq -c)" ;;
log_path)  # a file for each process; stderr stays empty
  build two two.c
  run 66 env CRUNRACE="log_path=report" ./two 2>err
  [ -s err ] && fail "on stderr: $(cat err)"
  files=(report.*)
  [ ${#files[@]} -eq 1 ] && [[ ${files[0]} =~ ^report\.[0-9]+$ ]] || fail "files: ${files[*]}"
  [ "$(reports "${files[0]}")" -eq 3 ] && grep -q '^Found 3 data race' "${files[0]}" || fail "$(cat "${files[0]}")"
  run 66 env CRUNRACE="log_path=stdout" ./two >out 2>err
  [ ! -s err ] && [ "$(reports out)" -eq 3 ] || fail "log_path=stdout: $(cat out err)" ;;
json)  # records are added, one a line, valid whatever the names are
  name=$'a\x01b"\\\xff\xc3\xa9.c'
  cp -r "$sources/../litmus" .. && cp "$sources/two.c" "$name" || exit 1
  "$crun" build -race -g -o two "$name" || fail "cannot build"
  run 66 env CRUNRACE=json_path=records ./two 2>/dev/null
  run 66 env CRUNRACE=json_path=records ./two 2>/dev/null
  "$record_check" records >ids || exit 1
  [ "$(wc -l <ids)" -eq 6 ] && [ "$(sort -u ids | wc -l)" -eq 3 ] || fail "$(cat ids)"
  grep -q 'u0001' records || fail "the name is not escaped: $(head -c 600 records)" ;;
epoch_ids)  # ids that run out all the time lose nothing, and invent nothing
  build epochs tool/epochs.c
  for limit in 1024 4096; do
    run 66 env CRUNRACE=epoch_limit=$limit ./epochs 2>err
    [ "$(reports err)" -eq 2 ] && [ "$(grep -cE '^Location: global variable (early|word)' err)" -eq 2 ] || fail "$limit: $(cat err)"
  done ;;
memory_limit)  # what is given up is said in the report and in one line at the end; without a limit it is not
  build limit tool/limit.c
  run 66 ./limit 2>err
  [ "$(reports err)" -eq 1 ] && ! grep -q memory_limit_mb err || fail "$(cat err)"
  for mb in 1 4; do
    run 66 env CRUNRACE=memory_limit_mb=$mb ./limit 2>err
    [ "$(reports err)" -eq 1 ] && grep -q '^Previous write .* by goroutine 2:$' err || fail "$mb: $(cat err)"
    note="memory_limit_mb=$mb was reached: locks held and callers are not told, and races may be missed"
    [ "$(grep -c "^Note: $note (the history of [0-9]* KB was dropped)$" err)" -eq 1 ] &&
      [ "$(grep -c "^crun: CRUNRACE: $note (the history of [0-9]* KB was dropped)$" err)" -eq 1 ] || fail "$mb: $(cat err)"
  done ;;
core)  # a core dump would hold the program's memory, not the detector's
  build dontdump tool/dontdump.c
  mb=$(./dontdump)
  [ "$mb" -gt 0 ] && [ "$mb" -lt 100 ] || fail "$mb MB" ;;
address_maps)  # a program at fixed addresses is checked too; too little address space is said
  for flags in '-fPIE -pie' '-fno-pie -no-pie'; do
    "$crun" build -race -g $flags -o map "$sources/global.c" || fail "cannot build $flags"
    run 66 ./map 2>err
    [ "$(reports err)" -eq 1 ] || fail "$flags: $(cat err)"
  done
  (ulimit -Sv 8000000; run 66 ./map 2>err) || fail "a soft limit: $(cat err)"
  (ulimit -v 8000000; run 2 ./map 2>err) || exit 1
  grep -q 'cannot reserve 64 TiB of address space for the shadow (ulimit -v' err || fail "$(cat err)" ;;
counted)  # where the kernel counts all that could be written, as with vm.overcommit_memory=2
  "$crun" build -race -g -O1 -I"$sources/../litmus" -o churn "$sources/../litmus/norace_goroutine_churn.c" || fail "cannot build"
  build two two.c
  build epochs tool/epochs.c
  (ulimit -d 1000000; run 66 ./two 2>err && run 0 ./churn && run 66 env CRUNRACE=epoch_limit=1024 ./epochs 2>err2) || exit 1
  [ "$(reports err)" -eq 3 ] && [ "$(reports err2)" -eq 2 ] || fail "$(cat err err2)" ;;
lock_records)  # what was held and how the two met is in the record, and crun report passes it on
  build locks locks.c
  build last last_sync.c
  run 66 env CRUNRACE=json_path=records ./locks 2>/dev/null
  "$record_check" records >ids || exit 1
  "$crun" report records | grep -oE '; first.*\[' >got
  [ "$(sed 's,/.*/,,' got)" = '; first() locks.c:18:15 holds rwmutex rw, mutex table.lock [' ] || fail "$(cat got)"
  run 66 env CRUNRACE=json_path=last.json ./last 2>/dev/null
  "$record_check" last.json >ids || exit 1
  got=$(grep -o '"last_sync":{"how":"[a-z]*"' last.json | cut -d'"' -f6 | paste -sd' ')
  [ "$got" = "direct direct creation others" ] || fail "$got" ;;
full)  # a full disk is told once on stderr, reports go there, the exit code is right
  build two two.c
  run 66 env CRUNRACE=json_path=/dev/full ./two 2>err
  [ "$(grep -c '^crun: cannot write to json_path /dev/full: No space left' err)" -eq 1 ] || fail "$(cat err)"
  [ "$(reports err)" -eq 3 ] || fail "$(cat err)"
  (ulimit -f 0; run 66 env CRUNRACE=log_path=report ./two 2>err2) || exit 1
  run 66 ./two 2>/dev/full ;;
closed)  # no stderr: nothing to say it on, and no file of the program's is written to instead
  build two two.c
  run 66 ./two 2>&-
  build writer tool/writer.c
  run 66 ./writer data 2>&-
  [ "$(cat data)" = "the program's own" ] || fail "data: $(cat data)" ;;
pipe)  # nobody reads the other end: no signal ends the program
  build two two.c
  { env ./two 2>&1 >/dev/null; echo $? >code; } | true
  [ "$(cat code)" = 66 ] || fail "exit code $(cat code)" ;;
unwritable)  # one line with the path and what is done about it
  build two two.c
  run 66 env CRUNRACE=log_path=/nonexistent/report ./two 2>err
  [ "$(grep -c '^crun: cannot open log_path /nonexistent/report\.[0-9]*: No such file or directory; reports go to stderr$' err)" -eq 1 ] ||
    fail "$(cat err)"
  [ "$(reports err)" -eq 3 ] && grep -q '^Found 3 data race' err || fail "$(cat err)"
  run 66 env CRUNRACE=json_path=/nonexistent/records ./two 2>err
  [ "$(grep -c '^crun: cannot open json_path /nonexistent/records: ' err)" -eq 1 ] && [ "$(reports err)" -eq 3 ] || fail "$(cat err)" ;;
halt)  # the first report is the last; the exit code is the option's
  build two two.c
  run 66 env CRUNRACE=halt_on_error=1 ./two 2>err
  [ "$(reports err)" -eq 1 ] || fail "$(cat err)"
  run 3 env CRUNRACE=exitcode=3 ./two 2>/dev/null
  run 0 env CRUNRACE=exitcode=0 ./two 2>/dev/null ;;
suppressed)  # what the user does not want to be told is counted and listed, no finding and in no record
  build two two.c
  printf '# ours\nrace:^second$\nrace:never\n' >all
  run 0 env CRUNRACE="suppressions=all json_path=records" ./two 2>err
  [ "$(cat err)" = $'Suppressed 3 finding(s):\n  3  race:^second$ (all:2)' ] && [ ! -s records ] || fail "$(cat err records)"
  echo 'variable:^b$' >one
  run 66 env CRUNRACE="suppressions=one json_path=records halt_on_error=0" ./two 2>err
  [ "$(reports err)" -eq 2 ] && grep -q '^Found 2 data race' err && grep -qF '  1  variable:^b$ (one:1)' err || fail "$(cat err)"
  grep -q '"name":"b"' records && fail "in the record: $(cat records)"
  "$record_check" records | sed 's/^\([0-9a-f]*\).*/id:\1/' >ids || exit 1
  cat one >>ids
  run 0 env CRUNRACE="suppressions=ids" ./two 2>err
  grep -q '^Suppressed 3 finding' err || fail "$(cat err)"
  printf 'race_top:^main$\ncalled_from_lib:libc\nleak:second\nid:0000000000000000\n' >none
  run 66 env CRUNRACE="suppressions=none print_suppressions=1" ./two 2>err
  [ "$(reports err)" -eq 3 ] &&
    [ "$(sed -n '/matched nothing/,$p' err | wc -l)" -eq 5 ] || fail "$(cat err)"
  run 68 env CRUNRACE="suppressions=missing" ./two 2>err
  [ "$(cat err)" = 'crun: cannot read suppressions missing: No such file or directory' ] || fail "$(cat err)"
  printf 'race:x\nrce:y\n' >bad
  run 68 env CRUNRACE="suppressions=bad" ./two 2>err
  grep -q '^crun: bad:2: rce:y: unknown word' err || fail "$(cat err)" ;;
stripped)  # frames without a name are module, offset and build id: enough to name them elsewhere
  "$crun" build -race -g -Wl,--build-id=0x0123456789abcdef -o full "$sources/two.c" && cp full two && strip two || fail "cannot build"
  run 66 env CRUNRACE=json_path=records ./two 2>err
  frame=$(sed -n '/^Write at/{n;p;q}' err)
  [[ $frame =~ ^"  "/.*/two\+0x([0-9a-f]+)" (BuildId: 0123456789abcdef)"$ ]] || fail "$(cat err)"
  addr2line -e full "0x$(printf %x $((0x${BASH_REMATCH[1]} - 1)))" | grep -q 'two.c:16$' || fail "$(cat err)"
  "$record_check" records >ids || exit 1
  grep -q '"build_id":"0123456789abcdef"' records || fail "$(cat records)" ;;
separate)  # debug information in a file of its own is found by name, if it is the program's, and no library is loaded for that
  "$crun" build -race -g -Wl,--build-id=none -o two "$sources/two.c" && objcopy --only-keep-debug two two.debug && strip two &&
    objcopy --add-gnu-debuglink=two.debug two || fail "cannot build"
  run 66 env LD_DEBUG=files LD_DEBUG_OUTPUT=loaded ./two 2>err
  grep -q 'two.c:16' err || fail "beside it: $(cat err)"
  ! grep -q debuginfod loaded.* || fail "loaded: $(grep debuginfod loaded.*)"
  mkdir .debug && mv two.debug .debug
  run 66 ./two 2>err
  grep -q 'two.c:16' err || fail "in .debug: $(cat err)"
  echo >>.debug/two.debug
  run 66 ./two 2>err
  ! grep -q 'two.c:16' err || fail "another file was taken" ;;
others)  # what is no race is told by plain programs too, and decides on the exit code; exit goes on as it would
  ends=$'main returns\nat exit\ndestructor'
  for race in '' -race; do
    "$crun" build $race -g -I"$sources/../.." -o told "$sources/tool/told.c" || fail "cannot build"
    run 0 ./told >out 2>err
    [ ! -s err ] && [ "$(cat out)" = "$ends" ] || fail "nothing to tell $race: $(cat out err)"
    run 67 ./told leak >out 2>err
    [ "$(cat out)" = "$ends" ] || fail "a leak $race: $(cat out)"
    cut -d+ -f1 err | sed -e 's/Id: [0-9a-f]\{16\}$/Id: X/' -e 's,/.*/,,' >got
    cat >want <<'T'
==================
WARNING: SOMETHING: it is so
Goroutine 7 "feed" waits at:
  stuck()
      told.c:15:19 
        15 |   p.stack.pc[0] = here();
           |                   ^

Id: X
==================
Found 1 problem(s)
T
    diff want got || fail "the text $race"
    run 2 ./told leak deadlock >out 2>err
    grep -q '^Found 2 problem' err || fail "$(cat err)"
    run 2 ./told misuse leak >out 2>err
    run 0 ./told lock-order possible >out 2>err
    grep -q '^Found' err && fail "a prediction was counted $race: $(cat err)"
    grep -q '^WARNING' err || fail "a prediction was not told $race"
    run 9 env CRUNRACE="exitcode=9 log_path=report json_path=records" ./told leak leak misuse >out 2>err
    [ ! -s err ] && grep -q '^Found 2 problem' report.* || fail "log_path $race: $(cat err)"
    [ "$("$record_check" records | cut -d' ' -f2 | paste -sd' ')" = "leak misuse" ] || fail "records $race: $(cat records)"
    rm -f report.* records
    run 67 env CRUNRACE=halt_on_error=1 ./told lock-order possible leak deadlock >out 2>err
    [ ! -s out ] && [ "$(grep -c WARNING err)" -eq 2 ] || fail "halt_on_error $race: $(cat out err)"
    echo 'leak:^stuck$' >known
    run 0 env CRUNRACE=suppressions=known ./told leak >out 2>err
    [ "$(cat out)" = "$ends" ] && grep -qF '  1  leak:^stuck$ (known:1)' err || fail "suppressed $race: $(cat out err)"
    run 2 env CRUNRACE=suppressions=known ./told leak deadlock >out 2>err
  done ;;
many)  # a thousand races, each reported once, whole
  { echo 'int x[1000];'; for ((i = 0; i < 1000; i++)); do echo "static void f$i(int v) { x[$i] = v; }"; done
    echo 'static void (*const all[])(int) = {'; for ((i = 0; i < 1000; i++)); do echo "f$i,"; done; echo '};'; } >many.h
  "$crun" build -race -g -I. -o many "$sources/tool/many.c" || fail "cannot build"
  run 66 env CRUNRACE=json_path=records ./many 2>err
  [ "$(reports err)" -eq 1000 ] && grep -q '^Found 1000 data race' err || fail "$(reports err) reports"
  "$record_check" records >ids || exit 1
  [ "$(sort -u ids | wc -l)" -eq 1000 ] || fail "$(sort -u ids | wc -l) ids" ;;
*) fail "no test $test" ;;
esac
