# crun report reads records back: each finding once, as text or as suppressions that work.
. "$(dirname "$0")/lib.sh"
racy
for time in 1 2 3; do
  run 66 env CRUNRACE=json_path=j "$crun" run -race racy.c
done
run 0 "$crun" report j
[ "$(wc -l <out)" -eq 1 ] || fail "not one line"
grep -qE '^race: body\(\) racy.c:3:39 and body\(\) racy.c:3:39, on shared \[[0-9a-f]{16}\] 3 times$' out || fail "the line"
err_empty
# What it writes as suppressions suppresses, and names the place.
run 0 "$crun" report -to suppressions j
cp out known
grep -qE '^# race: body\(\) racy.c:3:39' known && grep -qE '^id:[0-9a-f]{16}$' known && [ "$(wc -l <known)" -eq 2 ] || fail "suppressions"
run 0 env CRUNRACE="suppressions=$work/known" "$crun" run -race racy.c
err_has 'Suppressed 1 finding(s):'
err_lacks 'DATA RACE'
# Other kinds; several files; standard input; names that hold anything.
cat >others <<'J'
{"id":"00000000000000aa","kind":"deadlock","rule":"mutex-cycle","title":"t","possible":false,"count":null,"parts":[{"identifies":true,"stack":[{"func":"feed","file":"pair.c","line":12,"col":3}]},{"identifies":false,"stack":[{"func":"main","file":"pair.c","line":1,"col":1}]},{"identifies":true,"stack":[{"func":null,"file":null,"line":0,"col":0,"module":"/bin/x","offset":18}]}]}

{"id":"00000000000000ab","kind":"lock-order","rule":"r","title":"t","possible":true,"count":null,"parts":[{"identifies":true,"stack":[{"func":"feed","file":"pair.c","line":12,"col":3}]},{"identifies":true,"stack":[{"func":"feed","file":"pair.c","line":12,"col":3}]}]}
{"id":"00000000000000bb","kind":"lock-order","rule":"a\n\u001b[31mb","title":"t","possible":true,"count":null,"parts":[]}
J
run 0 "$crun" report others j others
cat >want <<'T'
deadlock (mutex-cycle): /bin/x+0x12 and feed() pair.c:12:3 [00000000000000aa] 2 times
possible lock-order (r): feed() pair.c:12:3 [00000000000000ab] 2 times
possible lock-order (a??[31mb):  [00000000000000bb] 2 times
T
head -3 out | cmp -s - want || fail "$(cat out)"
[ "$(wc -l <out)" -eq 4 ] || fail "not four findings"
run 0 sh -c '"$1" report - <others' sh "$crun"
cut -d']' -f1 out >short
cut -d']' -f1 want | cmp -s - short || fail "standard input"
# A line that is no record is named; the others are printed.
{ head -c 300 others; echo; echo '[1]'; echo '{"id":"zz","kind":"race"}'; echo '{"id":"00000000000000cc","kind":"race"}'
  echo '{"id":"00000000000000dd"}'; cat j; printf '{"id":\0"x"}\n'; printf '{"id":"00'; } >bad
run 1 "$crun" report bad
for line in 'bad:1: no record: ' 'bad:2: no record: not an object' 'bad:3: no record: no id' \
  'bad:4: no record: a race without accesses' 'bad:5: no record: no kind' 'bad:9: no record: ' 'bad:10: no record: '; do
  err_has "$line"
done
[ "$(wc -l <err)" -eq 7 ] && [ "$(wc -l <out)" -eq 1 ] || fail "lines"
run 68 "$crun" report /nonexistent/j
err_has 'cannot read /nonexistent/j: No such file'
run 68 "$crun" report .
: >empty
run 0 "$crun" report empty
[ ! -s out ] || fail "findings in an empty file"
code=0
"$crun" report j >/dev/full 2>err || code=$?
[ $code -eq 68 ] || fail "report to a full disk: $code"
