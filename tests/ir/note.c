// Every object says that it is instrumented, with the versions; bitcode has the note's name in it.
// RUN: %cc -c %s -o %t.o
// RUN: readelf -SW %t.o | grep -q '\.note\.crun\.race *NOTE .* A '
// RUN: readelf -nW %t.o | grep -q 'crun *0x00000010'
// RUN: test "$(objcopy -O binary --only-section=.note.crun.race %t.o /dev/stdout | od -An -tx4 -w36 | cut -d' ' -f2-8)" = "00000005 00000010 00000001 6e757263 00000000 00000002 00000100"
// RUN: %cc -flto -c %s -o %t.bc
// RUN: grep -q crun.race.note %t.bc
// RUN: clang-%version -fsanitize=thread -c %s -o %t.plain.o
// RUN: ! readelf -SW %t.plain.o | grep crun
int data = 1;
