# A mistyped command is answered with the one that was meant.
. "$(dirname "$0")/lib.sh"
for pair in rn:run biuld:build docter:doctor verson:version halp:help runn:run; do
  run 2 "$crun" "${pair%:*}"
  err_has "did you mean 'crun ${pair#*:}'?"
  err_one_line
done
run 2 "$crun" main.c
err_has "did you mean 'crun run main.c'?"
run 2 "$crun" frobnicate
err_lacks 'did you mean'
