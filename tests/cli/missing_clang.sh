# Without a clang crun names the package; a CRUN_CC that is not there, too.
. "$(dirname "$0")/lib.sh"
hello
mkdir empty
for command in run build cc 'run -race'; do
  run 68 env PATH="$work/empty" "$crun" $command hello.c
  err_has 'install the package clang-19'
  err_one_line
done
run 68 env CRUN_CC=/nonexistent/clang "$crun" run hello.c
err_has 'CRUN_CC=/nonexistent/clang'
# A plain `clang` of the right version will do, one of another will not.
ln -s "$(command -v clang-19)" empty/clang
run 0 env PATH="$work/empty:/usr/bin:/bin" "$crun" run hello.c
rm empty/clang
printf '#!/bin/sh\necho "clang version 3.9.1"\n' >empty/clang
chmod +x empty/clang
run 68 env PATH="$work/empty" "$crun" run hello.c
tmp_empty
