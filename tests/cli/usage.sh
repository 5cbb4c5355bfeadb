# Without arguments crun shows its usage on stderr; asked for help, on stdout.
. "$(dirname "$0")/lib.sh"
run 2 "$crun"
err_has 'crun build'
[ ! -s out ] || fail "usage on stdout"
run 0 "$crun" help
out_has 'crun build'
err_empty
run 0 "$crun" --help
run 0 "$crun" help exit-codes
out_has '68'
run 0 "$crun" help environment
out_has CRUNRACE
run 2 "$crun" help nonsense
err_has nonsense
run 2 "$crun" build
err_has 'no files'
run 2 "$crun" run
err_has 'no program'
run 2 "$crun" run -race --
run 2 "$crun" run -json
hello
run 2 "$crun" build -json x hello.c
run 2 "$crun" run -
err_has "standard input is the program's"
run 2 "$crun" run -race -x c -
err_has 'crun build -x c -'
run 2 "$crun" run @files
err_has 'response files such as @files are for crun build'
run 2 "$crun" report
err_has 'no file of records'
run 2 "$crun" report -to sarif x
err_has 'the forms are text and suppressions'
run 2 "$crun" report -to
run 2 "$crun" report -what x
run 2 "$crun" run -race=other hello.c
run 2 "$crun" run -c hello.c
code=0
"$crun" help >/dev/full 2>err || code=$?
[ $code -eq 68 ] || fail "help to a full disk: $code"
