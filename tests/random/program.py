# SPDX-License-Identifier: Apache-2.0
# program.py makes random scenarios: C functions that synchronize and access memory, and the races they have.
"""A scenario is made and run in the model at once, in turns: an actor is chosen, a few statements that are possible now
are made for it, and the model does them. The compiled program takes the same turns (harness.h), so it does the same.

An operation that waits is the last of its turn. Until whoever ends the wait has done so, and the waiter had a turn
again, nobody else uses the object: so nothing depends on whether the waiter is parked yet."""

import random

from accesses import Accesses
from cast import Chan, Counter, Lock, Runner, Struct, Thing
from choices import Choices
from edges import Edges
from model import Atomic, Model
from nodes import Writer
from waits import Waits


class Scenario(Accesses, Edges, Choices, Waits):
    def __init__(self, seed, number, turn):
        self.rnd, self.number, self.turn = random.Random(seed), number, turn
        self.m, self.text, self.atomics = Model(), {}, {}
        self.functions, self.globals, self.setup, self.values = [], [], [], 0
        self.runners, self.structs, self.things = [], [], []
        self.p = f"s{number}"
        self.nothing = self.m.nothing()
        self.nhandles, self.in_call = 40, False
        self.flavour()
        self.objects()
        self.syncs()
        self.go()

    # ---- the cast ----

    def flavour(self):
        r = self.rnd
        self.loopy = r.choice([0.1, 0.3, 0.8])
        self.syncy = r.choice([0.15, 0.35, 0.6, 0.8])
        self.atomicy = r.choice([0, 0, 0.2, 0.7])
        self.max_actors = r.randint(2, 6)
        self.nturns = r.randint(4, 26)

    def objects(self):
        r = self.rnd
        for k in range(r.randint(1, 2)):
            self.structs.append(Struct(r, f"{self.p}_t{k}"))
            self.functions += self.structs[-1].c()
        for _ in range(r.randint(1, 3)):
            self.thing(r.choice(self.structs), r.choice(["global", "global", "heap", "local"]))
        if r.random() < 0.3:
            for _ in range(2):
                self.thing(None, "global")

    def thing(self, struct, where):
        n = len(self.things)
        shift = 0 if struct and not struct.packed else self.rnd.randint(0, 9)
        t = Thing(n, struct, where, 0, shift)
        self.things.append(t)
        type = f"struct {struct.name}" if struct else "struct text"
        if where == "global":
            near = self.rnd.random() < 0.3  # the next shadow page begins within it
            pad = (2048 if near else 64) * 2 - (self.rnd.randint(1, max(t.size() // 8, 1)) * 8 if near else 0) + shift
            packed = " __attribute__((packed))" if shift else ""
            self.globals.append(f"struct {{ char pad[{pad}]; {type} v; }}{packed} {self.p}_g{n} __attribute__((aligned(4096)));")
            self.setup.append(f"object({n}, &{self.p}_g{n}.v, {t.size()});")
        elif where == "heap":
            self.setup.append(f"{type} *h{n} = malloc({t.size()}); object({n}, h{n}, {t.size()}); place({n}, h{n});")
        else:
            self.setup.append(f"{type} l{n}; object({n}, &l{n}, {t.size()}); place({n}, &l{n});")
        if struct is None:
            self.text[n] = self.rnd.randint(0, 7)
            self.setup.append(f"fill({self.p}_g{n}.v.text, {self.text[n]});")

    def syncs(self):
        r, p = self.rnd, self.p
        self.mutexes = [Lock(k) for k in range(r.randint(0, 2))]
        self.pmutexes = [Lock(k) for k in range(r.randint(0, 1))]
        self.rws = [Lock(k) for k in range(r.randint(0, 1))]
        self.chans = [Chan(k, r.choice([0, 0, 1, 2, 3]), self.nothing) for k in range(r.randint(0, 3))]
        self.wgs = [Counter(k) for k in range(r.randint(0, 1))]
        self.semas = [Counter(k) for k in range(r.randint(0, 1))]
        self.onces = [Counter(k) for k in range(r.randint(0, 1))]
        self.conds = [Counter(k) for k in range(r.randint(0, 1))] if self.mutexes else []
        self.timers = []
        for kind, list_ in (("mutex", self.mutexes), ("pthread_mutex_t", self.pmutexes), ("rwmutex", self.rws),
                            ("waitgroup", self.wgs), ("sema", self.semas), ("once", self.onces), ("cond", self.conds)):
            short = {"pthread_mutex_t": "pm", "mutex": "m", "rwmutex": "rw", "waitgroup": "wg", "once": "once"}.get(kind, kind)
            for k in list_:
                init = " = PTHREAD_MUTEX_INITIALIZER" if short == "pm" else ""
                self.globals.append(f"static {kind} {p}_{short}{k.number}{init};")
        for w in self.wgs:
            w.handle = self.handle(f"(char *)&{p}_wg{w.number}")
        for c in self.chans:
            self.globals.append(f"static chan(long) {p}_c{c.number};")
            self.setup.append(f"{p}_c{c.number} = chan_make(long{f', {c.cap}' if c.cap else ''});")
            c.handle = self.handle(f"(void *)(unsigned long){p}_c{c.number}")
        self.globals.append(f"static chan(long) {p}_nil;")

    def handle(self, what):
        n = self.nhandles
        self.nhandles += 1
        self.setup.append(f"handle({n}, {what});")
        return n

    # ---- small things ----

    def value(self):
        self.values = (self.values + 2) % 120 | 1  # odd: what is added a few times is never nothing
        return self.values

    def atomic(self, obj, low):
        return self.atomics.setdefault((obj, low), Atomic(self.m))

    def usable(self):
        return [t for t in self.things if not t.freed]

    def data(self):
        return [t for t in self.usable() if t.struct]

    def names_for(self, runner):
        names = {}
        for t in self.things:
            if t.where == "global":
                names[t.number] = f"{self.p}_g{t.number}.v."
            elif t.where == "local" and t.owner == runner.actor.number:
                names[t.number] = f"l{t.number}."
            else:
                names[t.number] = f"p{t.number}->"
        return names

    # ---- turns ----

    def go(self):
        main = Runner(self.m.actors[0], self.p)
        main.keeps = True
        self.runners.append(main)
        self.blocked = []  # (waiter, Waiting, objects)
        self.segment(main)
        for _ in range(self.nturns):
            can = [x for x in self.runners if x.waits is None and not x.ended and x.actor]
            self.segment(self.rnd.choice(can))
        while self.blocked or any(x.held for x in self.runners):
            can = [x for x in self.runners if x.waits is None and not x.ended and x.actor]
            for x in can:
                self.segment(x, last=True)
        for x in self.runners:
            if not x.ended:
                w = Writer({})
                self.begin(x, w)
                w("next();")
                self.turn += 1
                x.lines += w.lines
        self.finish()

    def begin(self, runner, w):
        w(f"turn({self.turn});")
        if runner.first:
            w(f"actor({runner.actor.number});")
            runner.first = False
        for t in self.things:
            if self.names_for(runner)[t.number].startswith("p"):
                w(f"p{t.number} = placed({t.number});")
        if runner.waits is not None:
            raise AssertionError("an actor that waits has no turn")

    def do(self, runner, w, nodes):
        w.names = self.names_for(runner)
        for n in nodes:
            n.emit(w)
            n.run(self, runner.actor, {})

    def segment(self, runner, last=False):
        r = self.rnd
        w = Writer({})
        self.settled(runner)
        self.begin(runner, w)
        self.m.barrier(runner.actor)
        for _ in range(r.randint(0 if last else 1, 4)):
            if r.random() < self.syncy:
                nodes = self.sync(runner) or [self.access(runner)]
            else:
                nodes = [self.access(runner)]
            self.do(runner, w, nodes)
            if r.random() < 0.4 or last:
                self.end_a_wait(runner, w)
        self.end_a_wait(runner, w)
        if last:
            self.let_go(runner, w)
        self.m.barrier(runner.actor)
        waits = None if last or r.random() < 0.5 else self.wait(runner)
        if waits:
            ops, runner.waits, objects = waits
            self.blocked.append((runner, runner.waits, objects))
            w.names = self.names_for(runner)
            for n in ops[:-1]:
                n.emit(w)
            w("next();")
            ops[-1].emit(w)
        elif not last and not runner.keeps and not runner.held and r.random() < 0.2 and runner is not self.runners[0]:
            runner.ended = True
            w("sink(acc);")
            w("next();")
            w("return;")
        else:
            w("next();")
        self.turn += 1
        runner.lines += w.lines

    def settled(self, runner):
        """What the runner waited for and got is free for others again."""
        for list_ in (self.mutexes, self.rws, self.chans, self.wgs, self.semas, self.conds):
            for o in list_:
                if o.busy is runner:
                    o.busy = None

    def end_a_wait(self, runner, w):
        for b in list(self.blocked):
            waiter, waiting, objects = b
            if waiter is runner:
                continue
            nodes = waiting.ends(runner)
            if nodes is None:
                continue
            self.do(runner, w, nodes)
            self.m.barrier(waiter.actor)
            self.blocked.remove(b)
            waiter.waits = None
            return

    def let_go(self, runner, w):
        for m in list(runner.held):
            if m.busy is not None:
                continue
            runner.held.remove(m)
            if m in self.mutexes:
                self.do(runner, w, [self.unlock(m)])
            elif m in self.pmutexes:
                self.do(runner, w, [self.punlock(m)])
            elif m.holder == runner.actor.number:
                self.do(runner, w, [self.wunlock(m)])
            else:
                self.do(runner, w, [self.runlock(m)])

    def finish(self):
        for x in self.runners:
            if x.ended:
                continue
            x.lines.append("  sink(acc);")
            if x.keeps:
                x.lines.append(f"  turn({self.turn});")
            for line in x.locals:
                name = line.split()[-1][:-1]
                x.lines.append(f"  forget(&{name}, sizeof {name});")
        for t in self.things:
            if t.where == "local" and t.owner == 0 and f"struct {t.struct.name} l{t.number};" not in self.runners[0].locals:
                self.runners[0].lines.append(f"  forget(&l{t.number}, sizeof l{t.number});")

    # ---- as C ----

    def source(self):
        out = [f"// ---- scenario {self.number}"] + [f for f in self.globals if not f.startswith("struct {")]
        structs = [i for i, l in enumerate(self.functions) if l == "};"]
        cut = structs[len(self.structs) - 1] + 1
        out += self.functions[:cut] + [g for g in self.globals if g.startswith("struct {")]
        out += [f"static void {x.function}({'void *' if k else 'void'});" for k, x in enumerate(self.runners)]
        out += self.functions[cut:]
        for k, x in enumerate(self.runners):
            out.append(f"static void {x.function}({'void *unused' if k else 'void'}) {{")
            out.append("  unsigned long acc = 0;")
            out.append("  long v = 0; int64_t when; (void)v, (void)when;")
            for t in self.things:
                if self.names_for(x)[t.number].startswith("p") or (t.where == "heap" and t.owner == x.actor.number):
                    out.append(f"  struct {t.struct.name} *p{t.number} = NULL;")
            out += ["  " + line for line in x.locals]
            if k == 0:
                out += [f"  scenario({self.number});"] + ["  " + line for line in self.setup]
            out += x.lines + ["}"]
        return out


HEAD = ["// A generated program; tests/random/README.md says how to read it.", '#include "harness.h"', "",
        "struct text { char text[16]; };",
        "__attribute__((disable_sanitizer_instrumentation, noinline)) static void fill(char *p, long n) {",
        "  for (long i = 0; i < 16; i++) ((volatile char *)p)[i] = i < n ? 'a' : 0;", "}", ""]


def program(seeds):
    """C source of one program of many scenarios, and the scenarios."""
    turn, all_ = 0, []
    for k, seed in enumerate(seeds):
        all_.append(Scenario(seed, k, turn))
        turn = all_[-1].turn
    out = list(HEAD)
    for s in all_:
        out += s.source()
    out += ["int main(void) {"] + [f"  {s.p}();" for s in all_] + ["  return results();", "}"]
    return "\n".join(out) + "\n", all_
