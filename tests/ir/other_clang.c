// A clang that the plugin was not built for says so and makes no object.
// RUN: if command -v clang-14 > /dev/null; then ! clang-14 -fpass-plugin=%plugin -c %s -o %t.o 2> %t.err && test -s %t.err && ! test -e %t.o; fi
int data;
