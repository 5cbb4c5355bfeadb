# C++: crun run and crun build know it by the files' endings, crun c++ is clang++; other languages are refused in a line.
. "$(dirname "$0")/lib.sh"
cat >prog.cpp <<'CPP'
#include <crun/crun.hpp>
#include <iostream>
#include <stdexcept>
#include <string>
int shared;
int main(int argc, char **argv) {
  std::string how = argc > 1 ? argv[1] : "";
  crun::chan<int> done(2);
  for (int i = 0; i < 2; i++)
    crun::go([&, i] {
      if (how == "race") shared++;
      if (how == "throw" && i == 0) throw std::runtime_error("nobody catches this");
      done.send(1);
    });
  for (int i = 0, v; i < 2; i++) done.recv(v);
  std::cout << "hello" << std::endl;
}
CPP
cp prog.cpp prog.cc
for file in prog.cpp prog.cc '-x c++ prog.cpp'; do
  run 0 "$crun" run -race $file; out_is hello; err_empty
done
run 0 "$crun" run prog.cpp; out_is hello; err_empty
run 66 "$crun" run -race prog.cpp race
err_has 'prog.cpp:11'
err_has 'operator()'

# An exception that leaves a goroutine ends the program, and is named; so is the goroutine.
for race in '' -race; do
  run 134 "$crun" run $race prog.cpp throw
  err_has "terminate called after throwing an instance of 'std::runtime_error'"
  err_has 'nobody catches this'
  err_has 'goroutine'
done

# Objects of both languages, and the compilers in clang's and clang++'s places.
cat >counter.h <<'C'
#ifdef __cplusplus
extern "C"
#endif
void count(void);
C
printf '#include "counter.h"\nint counter;\nvoid count(void) { counter++; }\n' >counter.c
cat >both.cpp <<'CPP'
#include "counter.h"
#include <thread>
int main() {
  std::thread a(count), b(count);
  a.join();
  b.join();
}
CPP
run 66 "$crun" run -race both.cpp counter.c
err_has 'counter.c:3'
run 0 "$cc" -race -c counter.c
run 0 "$bin/crun-c++" -race -c both.cpp
run 0 "$crun" c++ -race both.o counter.o -o both
run 66 ./both
err_has 'counter.c:3'
run 0 "$crun" c++ --version
out_has 'clang version'

# g++ is told what it lacks.
if command -v g++ >/dev/null; then
  run 1 g++ -std=c++17 -I"$bin/../include" -c prog.cpp
  err_has 'crun.hpp needs clang'
fi

# C++ includes crun.hpp; other languages are not crun's.
echo '#include <crun/crun.h>' >wrong.cpp
run 1 "$crun" cc -c wrong.cpp
err_has 'a C++ program includes <crun/crun.hpp>'
echo 'int main(void) { return 0; }' >prog.m
for command in run build 'run -race' 'build -race' 'cc -race'; do
  run 68 "$crun" $command prog.m
  err_has 'prog.m: its language is not supported'
  err_one_line
done
run 68 "$crun" build -x cuda prog.m
err_has 'only C and C++'
tmp_empty
