# crun version names crun's version and the clang that it works with.
. "$(dirname "$0")/lib.sh"
run 0 "$crun" version
grep -qE '^crun [0-9]+\.[0-9]+\.[0-9]+ \(clang [0-9]+; plugins for clang [0-9]+(, [0-9]+)*\)$' out || fail "odd version"
mv out first
run 0 "$crun" --version
cmp -s first out || fail "--version differs from version"
run 0 "$cc" --version
out_has 'clang version'
