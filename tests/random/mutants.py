# SPDX-License-Identifier: Apache-2.0
# mutants.py plants faults in the plugin, the detector and the runtime, and says how many programs it takes to notice.
"""mutants.py BUILD [--scenarios N] [--played N] [--seed N] [NAME...]

Each fault is one change of one file; without names all are planted, one after the other. For those of the plugin programs
are compiled, at most --scenarios, for the others played, at most --played. Exit code 0: all were noticed, but for those that
other tests have (ELSEWHERE)."""

import argparse
import glob
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

import played
import run

SOURCE = os.path.dirname(os.path.dirname(run.HERE))

# name, file, what is there, what is there instead
FAULTS = [
    # a check is left out that none covers
    ("calls-are-quiet", "instrument/sync.cpp", "return !isQuietCall(*C, Library);", "return false;"),
    ("atomics-are-quiet", "instrument/sync.cpp", "return I.isAtomic();", "return false;"),
    ("read-covers-write", "instrument/cover.cpp", "&& Write >= A.Write;", ";"),
    ("other-bytes-cover", "instrument/cover.cpp", "return Bytes.contains(A.Bytes) && ", "return Bytes.Root == A.Bytes.Root && "),
    ("one-way-is-enough", "instrument/cover.cpp",
     "BitVector Set(Size, true);\n  for (const BasicBlock *P : predecessors(&B)) Set &= End",
     "BitVector Set(Size, false);\n  for (const BasicBlock *P : predecessors(&B)) Set |= End"),
    ("acquire-before-write", "instrument/cover.cpp", "if (Syncs.maySync(I) || !isG", "if (!isG"),
    ("same-index", "instrument/span.cpp", "Terms.push_back({Index, Scale.getSExtValue()});", ";"),
    ("loop-with-sync", "instrument/loops.cpp", "return Syncs.maySync(I) || ", "return "),
    ("not-in-every-turn", "instrument/loops.cpp", " || !DT.dominates(From, L.getLoopLatch())", ""),
    ("columns-with-gaps", "instrument/loops.cpp", "SE.getMulExpr(Turns, Stride) == E.Stride", "true"),
    ("two-ways-out", "instrument/loops.cpp", "L.getLoopLatch() && L.getExitingBlock() == L.getLoopLatch() &&\n", "L.getLoopLatch() &&\n"),
    ("part-overlaps-whole", "instrument/elements.cpp", " || A.Size < B.Size", ""),
    # an entry of the shadow is lost, or stays
    ("dropped-unordered", "race/access.c", "  return ordered && covers ? x & ~both : x;", "  return covers ? x & ~both : x;"),
    ("third-entry", "race/update.h", "      word_grow(w, new, k0, k1);\n      return;\n", "      k1 = k0, k0 = new;\n"),
    ("equal-first-cells", "race/range.c", "word_get(w, 0) == a.in[0] && word_get(w, 1) == a.in[1]; w++) {", "word_get(w, 0) == a.in[0]; w++) {"),
    ("downwards", "race/elements.c", "addr - (n - 1) * size, n * size", "addr - n * size, n * size"),
    # accesses are left alone as if a single goroutine lived
    ("single-of-many", "race/single.c", "note(one && single_is_on());", "note(single_is_on());"),
    ("single-unlearnt", "race/slot.c", "if (settle_locked(g)) single_begin_locked();\n    else single_wait_locked();",
     "settle_locked(g), single_begin_locked();"),
    # an edge is missing, or too many
    ("stamp-off-by-one", "race/clock.c", "return vclock_get(&g->vc, s.slot) >= s.clk &&", "return vclock_get(&g->vc, s.slot) + 1 >= s.clk &&"),
    ("relaxed-load-unseen", "race/atomic.c", "else clock_saw(g, sv);", "else (void)0;"),
    ("relaxed-rmw-breaks", "race/atomic.c", "  } else {\n    merge_fence(g, sv);\n  }", "  } else {\n    break_sequence(sv);\n    merge_fence(g, sv);\n  }"),
    ("failed-cas-as-success", "race/atomic.c", "s.mo = s.g->ignores_sync ? __ATOMIC_RELAXED : order_of(fail_mo);", ";"),
    ("rwmutex-reader-released", "runtime/sync/rwmutex.c", "race_rwmutex_unlocks(rw, &rw->reader_sem, &rw->writer_sem, false);  // R2", ";"),
    ("rwmutex-reader-orders-readers", "runtime/sync/rwmutex.c", "race_rwmutex_unlocks(rw, &rw->reader_sem, &rw->writer_sem, false);  // R2",
     "race_rwmutex_unlocks(rw, &rw->reader_sem, &rw->writer_sem, true);"),
    ("unbuffered-back-edge", "runtime/chan/chan.c", "  race_acquire_g(sender, &c->count);  // A2\n", ""),
    ("slot-back-edge", "runtime/chan/chan.c", "  else race_release_acquire(s);   // R2, A1", "  else race_acquire(s);"),
    ("slot-keeps-clocks", "runtime/chan/chan.c", "  race_release_acquire(s);  // R1, A2\n  copy", "  race_acquire(s), race_release_merge(c);\n  race_acquire(c), race_release(s);\n  copy"),
    ("close-wakes-unordered", "runtime/chan/chan.c", "    race_acquire_g(gp->race, c);  // A3\n", ""),
    ("once-second", "runtime/sync/once.c", "  race_acquire(o);\n", ""),
    ("sema-replaces", "runtime/sync/sema.c", "  race_release_merge(s);\n", "  race_release(s);\n"),
    ("done-replaces", "runtime/sync/waitgroup.c", "    race_release_merge(wg);", "    race_release(wg);"),
    ("error-unordered", "runtime/sync/context.c", "    race_acquire(&ctx->canceler->done);  // A1", ";"),
    ("watch-unordered", "runtime/sync/context.c", "  race_acquire(&w->parent->canceler->done);  // A1\n", ""),
    ("timer-unordered", "runtime/time/ticker.c", "  race_acquire_g(gp->race, &t->slot);  // A1", ";"),
    ("fence-saw-all", "race/clock.c", "  if (!clock_covers(g, sv)) vclock_join(&g->fence_acq, &sv->vc);", "  clock_acquire(g, sv);"),
    ("fence-released-late", "race/atomic.c", "  vclock_join(&sv->vc, &g->fence_rel);", "  vclock_join(&sv->vc, &g->vc);"),
    ("reader-as-writer", "race/pthread.c", "  else edge_unlocks(l, readers(l), true);", "  else edge_unlocks(l, l, true);"),
    ("barrier-one-way", "race/pthread.c", "edge_acquire((void *)round);", ";"),
    ("post-replaces", "race/pthread.c", "  edge_release_merge(s);\n  return real()->sem_post(s);", "  edge_release(s);\n  return real()->sem_post(s);"),
    ("descriptor-replaces", "race/libc_file.c", "  did_read(p, n, pc);\n  if (g_self()) edge_release_merge(key_of(fd));", "  did_read(p, n, pc);\n  if (g_self()) edge_release(key_of(fd));"),
    # clocks, slots
    ("slot-not-covered", "race/slot.c", "    if (covers(creator, s)) return s;\n  s = retired.tail;", "    return s;\n  s = retired.tail;"),
    ("old-owners-stamp", "race/clock.c", " >= s.clk && !stamp_is_old(s);", " >= s.clk;"),
    ("has-all", "race/clock.c", "  return vclock_get(vc, only.slot) >= only.clk && !stamp_is_old(only);", "  return true;"),
    ("store-keeps-old", "race/clock.c", "was.clk >= g->grown", "was.clk"),
    ("merge-as-store", "race/clock.c", "  if (clock_covers(g, sv)) {\n    clock_store", "  if (sv->stamp.clk) {\n    clock_store"),
    ("single-too-early", "race/slot.c", "    if (settle_locked(g)) single_begin_locked();", "    if (settle_locked(g), true) single_begin_locked();"),
    # words with many entries
    ("second-word", "race/access.c", "bytes && done; w++, bytes >>= 8)", "bytes && done && w == shadow_of(addr); w++, bytes >>= 8)"),
    ("table-asks-no-one", "race/access.c", "return kind == CELL_READ ? atomic_write : kind == CELL_ATOMIC ? read : 0;", "return 0;"),
    ("list-settles-nothing", "race/access.c", "    uint64_t x = settle(u, n->cell[i], lazy);\n    if (x & CELL_BYTES) n->cell[kept++] = x;",
     "    uint64_t x = n->cell[i];\n    if (x & CELL_BYTES) n->cell[kept++] = x;"),
    ("set-loses", "race/access.c", "    if (!set_enter(w, n, first = u->cell | u->need, known)) return false;", "    first = u->cell | u->need;"),
    ("writes-unseen", "race/access.c", "  if (!kind || n->kinds & conflicting_kinds(kind)) return false;\n  writes_settle(u, n);",
     "  if (!kind || n->kinds & conflicting_kinds(kind)) return false;"),
    ("wide-atomic", "race/atomic.c", "  if (s->addr % 8 + s->size > 8) return false;\n", ""),
]


# What another test has for certain: the plugin's also ir/mutants, each of them.
ELSEWHERE = {"old-owners-stamp": "clock_test"}


def compiled(build, name, text, out):
    """Compiles text as the build compiles file name, with the detector; returns the object's name in its archive."""
    entries = [e for e in json.load(open(f"{build}/compile_commands.json")) if e["file"] == f"{SOURCE}/{name}"]
    entry = next((e for e in entries if "crun_runtime_race.dir" in e["command"]), entries[0])
    source = f"{out}/{os.path.basename(name)}"
    with open(source, "w") as f:
        f.write(text)
    command = shlex.split(entry["command"])
    at = command.index("-o") + 1
    place, command[at] = command[at], f"{out}/mutant.o"
    command[command.index("-c") + 1] = source
    command[1:1] = ["-iquote", os.path.dirname(f"{SOURCE}/{name}"), "-w"]
    subprocess.run(command, check=True, cwd=entry["directory"])
    return os.path.basename(place)


def plugin(build, out, changed):
    objects = [o for o in glob.glob(f"{build}/instrument/CMakeFiles/crun_plugin.dir/*.o") if os.path.basename(o) != changed]
    version = re.search(r"^CRUN_LLVM_VERSION:STRING=(\d+)$", open(f"{build}/CMakeCache.txt").read(), re.M).group(1)
    name = f"crun-race-{version}.so"
    subprocess.run(["c++", "-shared", "-o", f"{out}/{name}", f"{out}/mutant.o", *objects], check=True)
    return {"instead": {name: f"{out}/{name}"}}


def archive(build, out, library, changed):
    shutil.copy(f"{build}/{library}", f"{out}/lib.a")
    os.rename(f"{out}/mutant.o", f"{out}/{changed}")
    subprocess.run(["ar", "r", f"{out}/lib.a", f"{out}/{changed}"], check=True, stderr=subprocess.DEVNULL)
    subprocess.run(["objcopy", "--rename-section", ".bss=crun_bss", "--rename-section", ".data=crun_data", f"{out}/lib.a"], check=True)
    return f"{out}/lib.a"


def planted(build, work, file, old, new):
    """Tools with the fault in: of a header, in the one file that has the functions most used."""
    text = open(f"{SOURCE}/{file}").read()
    if old not in text:
        raise SystemExit(f"mutants.py: {file} has no longer: {old}")
    out = f"{work}/planted"
    os.makedirs(out)
    if file.endswith(".h"):
        with open(f"{out}/{os.path.basename(file)}", "w") as f:
            f.write(text.replace(old, new))
        file, text = "race/access.c", open(f"{SOURCE}/race/access.c").read()
    else:
        text = text.replace(old, new)
    changed = compiled(build, file, text, out)
    if file.startswith("instrument/"):
        return run.Tools(build, f"{work}/tools", **plugin(build, out, changed))
    if file.startswith("race/"):
        return run.Tools(build, f"{work}/tools", race=archive(build, out, "race/libcrun_race.a", changed))
    return run.Tools(build, f"{work}/tools", runtime=archive(build, out, "runtime/libcrun_runtime_race.a", changed))


def noticed(tools, work, first, scenarios, ways):
    """How many compiled programs and what was told first, or None."""
    seed, k = first, 0
    while seed < first + scenarios:
        seeds = list(range(seed, seed + 40))
        wrong = run.check(tools, work, seeds, [ways[k % len(ways)]], 1)
        if wrong:
            at = min(wrong)
            if " procs " not in wrong[at][0]:  # it does not build, or not run
                raise SystemExit(wrong[at][0])
            return at - first + 1, wrong[at][0]
        seed, k = seed + 40, k + 1
    return None


def noticed_played(tools, first, count):
    """The same of played programs."""
    exe = played.build(tools, played.WAYS[0])
    for seed in range(first, first + count, 2000):
        n, wrong, said = played.play(exe, seed, min(2000, first + count - seed), more=["--stop"])
        if n == 0:
            raise SystemExit(said)
        if wrong:
            what = re.search(r"^  (missed|false alarm|wrong actors).*", said, re.M).group(0).strip()
            return seed - first + n, what
    return None


def main():
    p = argparse.ArgumentParser()
    p.add_argument("build")
    p.add_argument("names", nargs="*")
    p.add_argument("--scenarios", type=int, default=2000)
    p.add_argument("--played", type=int, default=20000)
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_intermixed_args()
    missed = 0
    for name, file, old, new in FAULTS:
        if a.names and name not in a.names:
            continue
        with tempfile.TemporaryDirectory() as work:
            tools = planted(os.path.abspath(a.build), work, file, old, new)
            if file.startswith("instrument/"):
                found = noticed(tools, work, a.seed, a.scenarios, run.WAYS[:2])
            else:
                found = noticed_played(tools, a.seed, a.played)
        print(f"{name}: " + (f"{found[0]} programs; {found[1].splitlines()[0][:110]}" if found else f"not noticed; {ELSEWHERE.get(name, 'NO TEST')} has it"), flush=True)
        missed += not found and name not in ELSEWHERE
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
