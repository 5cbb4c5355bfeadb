# Blanks, quotes and leading dashes in the names of folders and files are only characters.
. "$(dirname "$0")/lib.sh"
mkdir -p "it's a  folder"
cd "it's a  folder"
hello 'my "prog".c'
hello ./-dash.c
run 0 "$crun" run 'my "prog".c'
out_is hello
run 0 "$crun" build -race 'my "prog".c'
run 0 './my "prog"'
run 0 "$crun" run ./-dash.c
run 0 "$cc" -c 'my "prog".c' -o "it's.o"
run 0 "$cc" "it's.o" -o prog
printf '%s\n' "\"my \\\"prog\\\".c\" -o" "'from rsp'" >args.rsp
run 0 "$cc" @args.rsp
run 0 './from rsp'
prefix "pre fix"
run 0 'pre fix/bin/crun' run -race 'my "prog".c'
out_is hello
