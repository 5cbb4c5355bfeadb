# SPDX-License-Identifier: Apache-2.0
# played.py builds play.c and plays random programs with it, in several processes one after the other.
"""played.py BUILD [--seed N] [--count N] [--process N] [--fresh] [--way "FLAGS"] [--procs N] [--race OPTIONS]

--fresh: the seed is of this moment, and printed. Each process plays --process programs. Exit code 1: some were wrong."""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time

import run

PARTS = ["harness", "judge", "play", "draw", "wait"]
# Compiled by itself, each function of ops.c has its checks; -mcx16: 16-byte atomics in place.
WAYS = ["-O2 -mcx16", "-O0 -mcx16", "-O3 -march=native -mcx16", "-O2 -mcx16 -race-checks=all"]


def build(tools, way):
    objects = [f"{tools.work}/harness.o"] + [tools.compile(name) for name in PARTS[1:]]
    exe = f"{tools.work}/play"
    tools.run([tools.crun, "build", "-race", "-w", "-g1", *way.split(), f"-I{run.HERE}", f"{run.HERE}/ops.c", *objects, "-o", exe])
    return exe


def play(exe, seed, count, procs=1, options="", timeout=600, more=()):
    """Plays count programs: (how many were played, how many of them were wrong, what was said)."""
    # Programs take locks in any order.
    env = dict(os.environ, CRUNMAXPROCS=str(procs), CRUNDEBUG="lockorder=0")
    if options:
        env["CRUNRACE"] = options
    try:
        done = subprocess.run([exe, "--seed", str(seed), "--count", str(count), *more], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors="replace", env=env, timeout=timeout)
        said, code = done.stdout, done.returncode
    except subprocess.TimeoutExpired as e:
        said, code = (e.stdout or b"").decode(errors="replace"), "timeout"
    last = re.search(r"^(\d+) programs from seed .*; (\d+) wrong", said, re.M)
    if last is None:
        return 0, 1, f"the process of seeds {seed}..{seed + count - 1} ended with {code}:\n{said[-4000:]}"
    return int(last.group(1)), int(last.group(2)), said


def procs_of(process):
    return (1, 1, 1, 2, 1, 1, 1, 3)[process % 8]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("build")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--count", type=int, default=2000)
    p.add_argument("--process", type=int, default=1000)
    p.add_argument("--fresh", action="store_true")
    p.add_argument("--way", default=WAYS[0])
    p.add_argument("--procs", type=int, default=0)
    p.add_argument("--race", default="")
    a = p.parse_args()
    if a.fresh:
        a.seed = time.time_ns() // 1000
    begun, played, wrong = time.monotonic(), 0, 0
    with tempfile.TemporaryDirectory() as work:
        exe = build(run.Tools(os.path.abspath(a.build), f"{work}/tools"), a.way)
        for k, first in enumerate(range(a.seed, a.seed + a.count, a.process)):
            count = min(a.process, a.seed + a.count - first)
            n, bad, said = play(exe, first, count, a.procs or procs_of(k), a.race)
            played, wrong = played + n, wrong + bad
            if bad:
                print(said[:6000], flush=True)
            elif k % 10 == 9:
                print(f"... {played} played, {wrong} wrong, {time.monotonic() - begun:.0f} s", flush=True)
    print(f"{played} programs from seed {a.seed} ({a.way}): {wrong} wrong, {time.monotonic() - begun:.0f} s")
    return 1 if wrong or played != a.count else 0


if __name__ == "__main__":
    sys.exit(main())
