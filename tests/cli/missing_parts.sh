# A plugin, library or header that is gone is named; what does not need it goes on working.
# Every compilation needs the plugin (of another clang, which only -race refuses, plain compilations do not).
. "$(dirname "$0")/lib.sh"
hello
prefix p
run 0 p/bin/crun run -race hello.c
rm p/lib/crun/crun-race-19.so
run 68 p/bin/crun run -race hello.c
err_has 'the plugin for clang 19'
err_has 'crun-race-19.so'
err_one_line
run 68 p/bin/crun run hello.c
err_has 'the plugin for clang 19'
cp "${crun%/bin/crun}/lib/crun/crun-race-19.so" p/lib/crun/
rm p/lib/crun/libcrun_race.a
run 0 p/bin/crun run hello.c
run 68 p/bin/crun build -race hello.c
err_has libcrun_race.a
rm p/lib/crun/crun-race-19.so
rm p/lib/crun/libcrun_runtime.a
run 68 p/bin/crun run hello.c
err_has libcrun_runtime.a
rm p/include/crun/crun.h
run 68 p/bin/crun run hello.c
err_has crun/crun.h
run 68 p/bin/crun doctor
for what in crun-race-19.so libcrun_race.a libcrun_runtime.a crun/crun.h; do out_has "$what"; done
tmp_empty
