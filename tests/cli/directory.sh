# A directory is not a program.
. "$(dirname "$0")/lib.sh"
mkdir sub sub.c
for args in 'run sub' 'run .' 'run sub.c' 'build sub.c' 'build -race sub'; do
  run 2 "$crun" $args
  err_has 'is a directory'
  err_one_line
done
