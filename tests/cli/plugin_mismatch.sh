# A plugin that does not load into the clang at hand is an error of one clear line, never an unchecked program.
. "$(dirname "$0")/lib.sh"
hello
prefix p
rm p/lib/crun/crun-race-19.so
echo 'int not_a_plugin;' >fake.c
cc -shared -fPIC -o p/lib/crun/crun-race-19.so fake.c || fail "cannot build the fake"
for command in 'run -race' 'build -race' 'cc -race -c'; do
  run 68 p/bin/crun $command hello.c
  [ "$(grep -c '^crun: ' err)" -eq 1 ] || fail "not one line of crun's"
  err_has 'does not load into'
done
[ ! -e hello ] || fail "a program was built"
# A mistake in the program is not taken for a mismatch.
echo 'int main(void) { return }' >wrong.c
run 1 "$crun" run -race wrong.c
err_lacks 'does not load'
# Another clang, named by the user.
printf '#!/bin/sh\necho "Debian clang version 18.1.8"\n' >clang
chmod +x clang
run 68 env CRUN_CC="$work/clang" "$crun" run -race hello.c
err_has 'is clang 18'
err_one_line
printf '#!/bin/sh\necho "gcc 12"\n' >clang
run 68 env CRUN_CC="$work/clang" "$crun" run -race hello.c
err_has 'is no clang'
run 68 env CRUN_CC="$work/clang" "$crun" doctor
tmp_empty
# A clang that cannot compile anything says so itself; the plugin is not to blame.
cat >clang <<'SH'
#!/bin/sh
case $1 in --version) exec clang-19 --version ;; esac
echo "clang: out of descriptors" >&2
exit 1
SH
run 1 env CRUN_CC="$work/clang" "$crun" run -race hello.c
err_has 'out of descriptors'
err_lacks 'does not load'
# Another clang that crun has a plugin for is as good.
for version in 16 17 18 20 21 22; do
  [ -e "$bin/../lib/crun/crun-race-$version.so" ] && command -v clang-$version >/dev/null || continue
  racy
  run 66 env CRUN_CC=clang-$version "$crun" run -race -O2 racy.c
  err_has 'Found 1 data race'
  run 0 env CRUN_CC=clang-$version "$crun" run hello.c
  env CRUN_CC=clang-$version "$crun" doctor >out 2>err  # LLVM's own runtime of that version may be missing
  grep -q '^ok *clang loads the plugin' out || fail "doctor finds the plugin for $version wrong"
  # The plugin itself refuses any other in one line, whoever loads it.
  run 1 clang-19 -fpass-plugin="$bin/../lib/crun/crun-race-$version.so" -c hello.c
  err_has "this plugin is built for clang $version"
  err_one_line
  run 1 clang-$version -fpass-plugin="$bin/../lib/crun/crun-race-19.so" -c hello.c
  # In an older one it may lack functions before it can say so; then clang names the file.
  grep -q 'built for clang 19\|crun-race-19.so.*undefined symbol' err || fail "the clang it was built for is not named"
  err_one_line
done
