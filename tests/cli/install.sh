# An installed crun works from any folder, by a link to it, and after the whole of it was moved.
. "$(dirname "$0")/lib.sh"
: "${CRUN_CMAKE:?}" "${CRUN_BUILD:?}"
racy
printf '#include <crun/crun.h>\n#include <crun/short.h>\nint main(void) { go_yield(); return 0; }\n' >yield.c
run 0 "$CRUN_CMAKE" --install "$CRUN_BUILD" --prefix "$work/first place"
works() {
  run 0 "$1" run yield.c
  run 66 "$1" run -race racy.c
  run 0 "$1" doctor
}
works "$work/first place/bin/crun"
mv 'first place' moved
works moved/bin/crun
run 0 moved/bin/crun-cc -race -c racy.c
ln -s moved/bin/crun linked
works ./linked
ln -s "$work/moved/bin/crun-cc" crun-cc
run 0 ./crun-cc -race racy.o -o racy
run 66 ./racy
(PATH="$work/moved/bin:$PATH" && export PATH && cd / && crun version >/dev/null && crun-cc --version >/dev/null) || fail "not found in PATH"
