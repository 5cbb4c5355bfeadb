# C++ is refused in one line that says so.
. "$(dirname "$0")/lib.sh"
echo 'int main() { return 0; }' >prog.cpp
cp prog.cpp prog.cc
cp prog.cpp prog.c
for file in prog.cpp prog.cc; do
  for command in run build 'run -race' 'build -race' 'cc -race'; do
    run 68 "$crun" $command $file
    err_has "$file: C++ is not supported"
    err_one_line
  done
done
run 68 "$crun" build -x c++ prog.c
err_has 'C++ is not supported'
