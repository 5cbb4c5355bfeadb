# CC="crun-cc -race" is all that a Makefile needs.
. "$(dirname "$0")/lib.sh"
racy
printf 'int helper(void) { return 0; }\n' >helper.c
cat >Makefile <<'M'
CFLAGS = -O2 -Wall -Werror -MMD
LDLIBS = -lm
racy: racy.o libhelper.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)
libhelper.a: helper.o
	ar rc $@ $^
-include *.d
M
run 0 make CC="$cc -race"
err_empty
run 66 ./racy
run 0 make CC="$cc -race"
out_has 'up to date'
run 0 make -B CC="$cc"
run 0 ./racy
