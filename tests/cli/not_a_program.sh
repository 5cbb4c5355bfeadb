# A text file is neither source nor program; one that cannot be executed is said to be so, without a shell.
. "$(dirname "$0")/lib.sh"
echo 'echo shell >&2' >text
run 2 "$crun" run ./text
err_has 'neither a C file nor a program'
chmod +x text
run 68 "$crun" run ./text
err_has 'cannot run'
err_lacks 'shell'
