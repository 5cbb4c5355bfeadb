# A disk without room for the program is reported by the linker; nothing is left behind.
. "$(dirname "$0")/lib.sh"
racy
# A file system of 64 KB in a mount namespace of our own, if we may.
if unshare -m sh -c "mount -t tmpfs -o size=64k none '$TMPDIR'" 2>/dev/null; then
  run 1 unshare -m sh -c "mount -t tmpfs -o size=64k none '$TMPDIR' && { '$crun' run -race racy.c; code=\$?; ls -A '$TMPDIR' >left; exit \$code; }"
  grep -qi 'no space left' err || fail "no word of the space"
  [ ! -s left ] || fail "left: $(cat left)"
  run 68 unshare -m sh -c "mount -t tmpfs -o nr_inodes=1 none '$TMPDIR' && '$crun' run racy.c"
  err_has 'No space left'
  err_one_line
else
  echo "needs the right to mount" >&2
  exit 77
fi
tmp_empty
