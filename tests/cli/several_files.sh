# Several sources and objects make one program, in crun run too; a library named before them counts.
. "$(dirname "$0")/lib.sh"
echo 'int one(void); int two(void); int three(void); int main(void) { return one() + two() + three(); }' >main.c
echo 'int one(void) { return 1; }' >one.c
echo 'int two(void) { return 2; }' >two.c
echo 'int three(void) { return 3; }' >three.c
for race in '' -race; do
  run 0 "$cc" $race -c two.c three.c
  ar rcs libthree.a three.o
  run 0 "$crun" build $race -o prog main.c one.c two.o libthree.a
  err_empty
  run 6 ./prog
  run 6 "$crun" run $race -L. -lthree main.c one.c two.o
  err_empty
  run 6 "$crun" run $race -O2 -DX=1 -I. main.c one.c two.c three.c -- -DY
done
tmp_empty
