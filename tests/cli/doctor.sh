# crun doctor says that all is there, or what is not and which package has it.
. "$(dirname "$0")/lib.sh"
run 0 "$crun" doctor
grep -q FAIL out && fail "something fails"
out_has 'All is there'
mkdir empty
run 68 env PATH="$work/empty" "$crun" doctor
out_has 'FAIL clang'
out_has 'clang-19'
run 68 env CRUN_CC=/nonexistent "$crun" doctor
run 2 "$crun" doctor now
# No room for the shadow of the memory.
run 68 sh -c "ulimit -v 8000000; exec '$crun' doctor"
out_has 'ulimit -v'
tmp_empty
run 68 env TMPDIR=/nonexistent "$crun" doctor
out_has 'set TMPDIR'
