# SPDX-License-Identifier: Apache-2.0
# mutants.py plants faults in the plugin, the detector and the runtime, and says how many scenarios it takes to notice.
"""mutants.py BUILD [--scenarios N] [--seed N] [NAME...]

Each fault is one change of one file; without names all are planted, one after the other. Exit code 0: all were noticed."""

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
    ("acquire-before-write", "instrument/cover.cpp", "if (maySync(I, Library) || !isG", "if (!isG"),
    ("same-index", "instrument/span.cpp", "Terms.push_back({Index, Scale.getSExtValue()});", ";"),
    ("loop-with-sync", "instrument/loops.cpp", "return maySync(I, Library) || ", "return "),
    ("not-in-every-turn", "instrument/loops.cpp", " || !DT.dominates(From, L.getLoopLatch())", ""),
    ("columns-with-gaps", "instrument/loops.cpp", "SE.getMulExpr(Turns, Stride) == E.Stride", "true"),
    ("two-ways-out", "instrument/loops.cpp", "L.getLoopLatch() && L.getExitingBlock() == L.getLoopLatch() &&\n", "L.getLoopLatch() &&\n"),
    # an entry of the shadow is lost, or stays
    ("dropped-unordered", "race/access.c", "  return ordered && covers ? x & ~both : x;", "  return covers ? x & ~both : x;"),
    ("third-entry", "race/update.h", "      word_grow(w, new, k0, k1);\n      return;\n", "      k1 = k0, k0 = new;\n"),
    ("equal-first-cells", "race/range.c", "word_get(w, 0) == a.in[0] && word_get(w, 1) == a.in[1]; w++) {", "word_get(w, 0) == a.in[0]; w++) {"),
    ("downwards", "race/elements.c", "addr - (n - 1) * size, n * size", "addr - n * size, n * size"),
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
]


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
    """How many scenarios and what was told first, or None."""
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


def main():
    p = argparse.ArgumentParser()
    p.add_argument("build")
    p.add_argument("names", nargs="*")
    p.add_argument("--scenarios", type=int, default=2000)
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_intermixed_args()
    missed = 0
    for name, file, old, new in FAULTS:
        if a.names and name not in a.names:
            continue
        with tempfile.TemporaryDirectory() as work:
            tools = planted(os.path.abspath(a.build), work, file, old, new)
            # What is not in the plugin shows at -O0 as well, which compiles in a third of the time.
            ways = run.WAYS[:2] if file.startswith("instrument/") else [["-O0"]]
            found = noticed(tools, work, a.seed, a.scenarios, ways)
        print(f"{name}: " + (f"{found[0]} scenarios; {found[1].splitlines()[0][:110]}" if found else "NOT NOTICED"), flush=True)
        missed += not found
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
