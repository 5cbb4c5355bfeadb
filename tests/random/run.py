# SPDX-License-Identifier: Apache-2.0
# run.py builds random programs in several ways, runs them, and holds the races told against those of the model.
"""run.py BUILD [--seed N] [--count N] [--batch N] [--seconds S] [--keep DIR] [--ways N]

BUILD is crun's build tree. A batch is one program of --batch scenarios, built in --ways of the ways below (the others
come with the next batches) and run with 1 P, now and then with 2 or 3. Each scenario that is wrong is kept in DIR, as a program of its own."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import program
from model import MAYBE, SURE, UNLESS_OPTIMIZED

HERE = os.path.dirname(os.path.abspath(__file__))
WAYS = [["-O2"], ["-O3", "-march=native"], ["-O0"], ["-O2", "-race-checks=all"], ["-O0", "-race-checks=all"],
        ["-O3", "-march=native", "-race-checks=all"], ["-O1"], ["-Os"]]


class Tools:
    """A crun whose detector's archive lets the harness in: the same objects, with the names that are hidden else.
    instead gives other files for some of lib/crun's; race and runtime are archives to put in place of the build's own."""

    def __init__(self, build, work, instead={}, race=None, runtime=None):
        self.work, source = work, os.path.dirname(os.path.dirname(HERE))
        self.crun = f"{work}/bin/crun"
        os.makedirs(f"{work}/bin")
        os.makedirs(f"{work}/lib/crun")
        shutil.copy(f"{build}/bin/crun", self.crun)
        os.symlink(f"{build}/include", f"{work}/include")
        for f in os.listdir(f"{build}/lib/crun"):
            os.symlink(instead.get(f, f"{build}/lib/crun/{f}"), f"{work}/lib/crun/{f}")
        self.archive("race", race or f"{build}/race/libcrun_race.a", f"{build}/race/libcrun_tell.a")
        if runtime:
            self.archive("runtime_race", runtime)
        self.plain = ["cc", "-O2", "-D_GNU_SOURCE", "-DCRUN_RACE=1", f"-I{HERE}", f"-I{source}/race", "-iquote", f"{source}/runtime",
                      f"-I{build}/seam", "-c"]
        self.compile("harness")

    def compile(self, name):
        """An object that the plugin has not seen, of one of the files here."""
        self.run([self.crun, *self.plain, f"{HERE}/{name}.c", "-o", f"{self.work}/{name}.o"])
        return f"{self.work}/{name}.o"

    def archive(self, name, *parts):
        self.run(["ld", "-r", "-o", f"{self.work}/{name}.o", "--whole-archive", *parts])
        os.remove(f"{self.work}/lib/crun/libcrun_{name}.a")
        self.run(["ar", "rcs", f"{self.work}/lib/crun/libcrun_{name}.a", f"{self.work}/{name}.o"])

    def run(self, command, **more):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}\n{done.stdout[-3000:]}")
        return done.stdout

    def build(self, source, way):
        exe = source[:-2]
        self.run([self.crun, "build", "-race", "-w", "-g1", *way, f"-I{HERE}", source, f"{self.work}/harness.o", "-o", exe])
        return exe


def told_by(exe, procs):
    """What the program found: for each scenario (object, byte): pairs of actors."""
    env = dict(os.environ, CRUNMAXPROCS=str(procs))
    done = subprocess.run([exe], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env, timeout=300)
    lines = done.stdout.splitlines()
    if done.returncode or not lines or lines[-1] != "end":
        raise RuntimeError(f"exit code {done.returncode}\n{done.stderr[-2000:]}")
    told = {}
    for line in lines[:-1]:
        scenario, obj, byte, a, b = map(int, line.split())
        told.setdefault(scenario, {}).setdefault((obj, byte), set()).add(frozenset((a, b)))
    return told


def differences(scenario, told, optimized):
    """Lines of what is wrong with what was told of a scenario."""
    m, out = scenario.m, []
    for where in sorted(told):
        if where not in m.races:
            out.append(f"false alarm: object {where[0]} byte {where[1]}, actors {[sorted(p) for p in told[where]]}")
        elif not told[where] & m.races[where]:
            out.append(f"wrong actors: object {where[0]} byte {where[1]}: {[sorted(p) for p in told[where]]}")
    least = SURE if optimized else UNLESS_OPTIMIZED
    for where in sorted(m.races):
        if m.sure[where] >= least and where not in told:
            out.append(f"missed: object {where[0]} byte {where[1]}, actors {[sorted(p) for p in m.races[where]]}")
    return out


def check(tools, work, seeds, ways, procs):
    """Builds and runs these seeds in these ways; returns the seeds that are wrong, with lines that say how."""
    text, scenarios = program.program(seeds)
    source = f"{work}/batch.c"
    with open(source, "w") as f:
        f.write(text)
    wrong = {}
    for way in ways:
        try:
            told = told_by(tools.build(source, way), procs)
        except (RuntimeError, subprocess.TimeoutExpired) as e:
            if len(seeds) > 1:
                half = len(seeds) // 2
                return {**wrong, **check(tools, work, seeds[:half], ways, procs), **check(tools, work, seeds[half:], ways, procs)}
            return {seeds[0]: [f"{' '.join(way)}: {e}"]}
        for s, seed in zip(scenarios, seeds):
            lines = differences(s, told.get(s.number, {}), "-O0" not in way)
            if lines:
                wrong.setdefault(seed, []).extend(f"{' '.join(way)} procs {procs}: {line}" for line in lines)
    return wrong


def procs_of(batch):
    """Mostly one P: on a busy machine a turn that another thread has next takes until that thread runs."""
    return (1, 1, 1, 2, 1, 1, 1, 3)[batch % 8]


def keep(folder, seed, lines):
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/{seed}.c", "w") as f:
        f.write("".join(f"// {line}\n" for line in lines[:60]) + program.program([seed])[0])


def main():
    p = argparse.ArgumentParser()
    p.add_argument("build")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--count", type=int, default=10**9)
    p.add_argument("--batch", type=int, default=60)
    p.add_argument("--seconds", type=float, default=10**9)
    p.add_argument("--ways", type=int, default=len(WAYS))
    p.add_argument("--keep", default="random-failures")
    a = p.parse_intermixed_args()
    begun, seed, k, failed, stopped = time.monotonic(), a.seed, 0, 0, []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    with tempfile.TemporaryDirectory() as work:
        tools = Tools(os.path.abspath(a.build), f"{work}/tools")
        while seed < a.seed + a.count and time.monotonic() - begun < a.seconds and not stopped:
            seeds = list(range(seed, min(seed + a.batch, a.seed + a.count)))
            ways = [WAYS[(k * a.ways + i) % len(WAYS)] for i in range(a.ways)]
            wrong = check(tools, work, seeds, ways, procs_of(k))
            for s, lines in wrong.items():
                keep(a.keep, s, lines)
                print(f"seed {s}: {len(lines)} wrong, the first: {lines[0]}", flush=True)
            failed += len(wrong)
            seed, k = seeds[-1] + 1, k + 1
            if k % 10 == 0:
                print(f"... {seed - a.seed} scenarios, {failed} wrong, {time.monotonic() - begun:.0f} s", flush=True)
    print(f"{seed - a.seed} scenarios from seed {a.seed}, {failed} wrong, {time.monotonic() - begun:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
