#!/bin/sh
# weak.sh CLANG CRUN_SOURCES SEAM DIR NAME: weak_NAME_model.c with the files of race/ that it is about, as they are and with each
# mistake planted, which it must tell of.
set -u
clang=$1 root=$2 seam=$3 dir=$4 name=$5
rm -rf "$dir" && mkdir -p "$dir" && cd "$dir" || exit 1
race=$root/race model=$root/tests/model

# words: mistakes that the model itself makes. planted: FILE SED, for each a copy of a file of race/ with a mistake in it.
defines='' planted=''
words='no_release no_acquire no_lock=0'
case $name in
  context) files=context defines=-DCONTEXT_INDEX=4 ;;
  sync)
    files='syncvar clock vclock'
    planted='syncvar s/memory_order_acq_rel, memory_order_acquire/memory_order_relaxed, memory_order_relaxed/' ;;
  shared)
    files='vclock ginfo benign' defines=-DGINFO_ANCESTORS_KEPT=2 words='no_release no_acquire'
    planted='ginfo s/spin_lock(&parent_lock)//
             ginfo s/memory_order_acq_rel/memory_order_relaxed/
             vclock s/1, memory_order_acq_rel/1, memory_order_relaxed/
             vclock s/refs, memory_order_acquire) ==/refs, memory_order_relaxed) ==/' ;;
  blocks) files=heap defines=-D__SANITIZE_ADDRESS__=1 words='no_release no_acquire in_place' ;;
  scan)
    files='scan epoch slot shadow ginfo vclock single g clock'
    defines='-DEPOCH_BATCH=2 -DEPOCH_STRIPES=1 -DEPOCH_STRIPES_ALONE=0 -DPAGE_STRIPE_BITS=6 -DSHADOW_PAGES=4096 -DSUMMARY_BIT_PAGES=64'
    words="$words no_roots no_touch"
    planted='epoch s/memory_order_release);  .. R2/memory_order_relaxed);/
             slot s/memory_order_acquire/memory_order_relaxed/
             epoch s/if (scanning) fresh/if (0) fresh/
             epoch s/mark.stripes.*;$/;/' ;;
esac

compile() {
  "$clang" -O1 -g -D_GNU_SOURCE -DCRUN_RACE=1 -ffunction-sections -iquote "$model" -iquote "$race" -I"$race/tell" -I"$race/report" \
    -I"$seam" $defines -include "$model/weak_spin.h" -Wno-macro-redefined "$@" || exit 1
}
instrumented() { compile -fsanitize=thread -c "$@"; }
link() { "$clang" -Wl,--gc-sections -o "$@" weak.o weak_memory.o weak_fake.o "weak_${name}_model.o"; }

# told RUN WHAT: the run must find something.
told() {
  "$@" >log 2>&1 && { echo "not told: $*"; exit 1; }
  grep -q '^found: ' log || { echo "$* ended otherwise:"; cat log; exit 1; }
}

objects=
for file in $files; do
  roots=; [ "$file" = scan ] && roots=-Dslot_roots=model_roots
  instrumented $roots "$race/$file.c" -o "$file.o"
  objects="$objects $file.o"
done
instrumented "$model/weak_${name}_model.c" -o "weak_${name}_model.o"
compile -c "$model/weak.c" "$model/weak_memory.c" "$model/weak_fake.c"
link right $objects || exit 1
./right || exit 1
for word in $words; do told ./right "$word"; done

[ -z "$planted" ] || echo "$planted" | while read -r file mistake; do
  sed "$mistake" "$race/$file.c" >"$file.c"
  cmp -s "$file.c" "$race/$file.c" && { echo "nothing was changed by $mistake"; exit 1; }
  instrumented "$file.c" -o "wrong_$file.o"
  link wrong $(echo " $objects" | sed "s/ $file\.o/ wrong_$file.o/") || exit 1
  told ./wrong "$mistake"
done
