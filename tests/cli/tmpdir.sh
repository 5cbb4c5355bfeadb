# TMPDIR is honoured and left empty; one without room or that is not there is named.
. "$(dirname "$0")/lib.sh"
printf '#include <stdio.h>\nint main(int argc, char **argv) { puts(argv[0]); return 3; }\n' >where.c
run 3 "$crun" run where.c
case $(cat out) in "$TMPDIR"/crun-*/where) ;; *) fail "the program was not in TMPDIR" ;; esac
tmp_empty
mkdir 'with space'
run 3 env TMPDIR="$work/with space" "$crun" run where.c
[ -z "$(ls -A 'with space')" ] || fail "left something"
run 68 env TMPDIR=/nonexistent/folder "$crun" run where.c
err_has 'cannot make a folder in /nonexistent/folder'
err_has 'set TMPDIR'
err_one_line
run 3 env TMPDIR= "$crun" run where.c
run 1 "$crun" run -lnosuchlibrary where.c
tmp_empty
