# A file that is not there is named, in one line.
. "$(dirname "$0")/lib.sh"
for command in run build 'run -race' 'build -race'; do
  run 1 "$crun" $command nosuch.c
  err_has 'nosuch.c: No such file or directory'
  err_one_line
done
run 1 "$crun" run ./nosuch
err_has './nosuch: No such file or directory'
tmp_empty
