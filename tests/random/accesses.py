# SPDX-License-Identifier: Apache-2.0
# accesses.py makes the statements that access memory.

from nodes import AtomicOp, Break, Call, Copy, If, Index, Loop, Lvalue, Read, Sometimes, Text, Write


class Accesses:
    """The part of a Scenario that makes accesses. env has a loop's variables: (name, least, greatest)."""

    def lvalue(self, thing=None, env=()):
        """A scalar, or an element: with loops' variables (name, values) in its indices if they fit."""
        r = self.rnd
        t = thing or r.choice(self.data())
        fields = t.struct.fields
        arrays = [f for f in fields if f.dims]
        f = r.choice(arrays) if env and arrays and r.random() < 0.85 else r.choice(fields)
        return Lvalue(t.number, f, *[self.index(n, env) for n in f.dims])

    def index(self, n, env):
        r = self.rnd
        for _ in range(6):
            if not env or r.random() < 0.15:
                break
            name, low, high = r.choice(env)
            factor = r.choice([1, 1, 1, 1, 2, 3, -1])
            ends = sorted((factor * low, factor * high))
            if ends[1] - ends[0] < n:
                least, most = -ends[0], n - 1 - ends[1]
                # Mostly as far left as it goes: loops of different actors then overlap.
                return Index(least if r.random() < 0.5 else r.randint(least, most), **{name: factor})
        return Index(r.randrange(n))

    def one_access(self, thing=None, env=()):
        r = self.rnd
        at = self.lvalue(thing, env)
        volatile = not at.field.is_bit and r.random() < 0.06
        x = r.random()
        if x < 0.45:
            return Read(at, volatile)
        if at.field.is_bit:
            return Write(at, 1)
        if x < 0.8:
            return Write(at, self.value(), volatile=volatile)
        return Write(at, self.value(), r.choice(["+=", "-="]))

    def block_copy(self):
        r = self.rnd
        to, frm = r.choice(self.data()), r.choice(self.data())
        same = [t for t in self.data() if t.struct is to.struct and t is not to]
        if same and r.random() < 0.4:
            return Copy("=", to.number, 0, to.size(), r.choice(same).number, 0)
        n = r.randint(1, to.size()) if r.random() < 0.5 else min(to.size(), r.choice([1, 2, 4, 8, 16, 32, 64]))
        at = r.randint(0, to.size() - n)
        hidden = r.random() < 0.5
        if r.random() < 0.5 or n > frm.size():
            return Copy("memset", to.number, at, n, hidden=hidden, value=self.value())
        how = "memmove" if to is frm or r.random() < 0.3 else "memcpy"
        from_at = r.randint(0, frm.size() - n)
        if to is frm and from_at == at:  # nothing happens, so compilers leave it out
            return self.one_access()
        return Copy(how, to.number, at, n, frm.number, from_at, hidden)

    def texts(self):
        r = self.rnd
        all_ = [t for t in self.things if not t.struct]
        if not all_ or r.random() < 0.5:
            return Text(r.choice(all_).number) if all_ else None
        a, b = r.sample(all_, 2)
        return Text(a.number, b.number)

    def loop(self, runner, depth=0, env=(), thing=None):
        r = self.rnd
        var = "ijk"[depth]
        turns = r.choice([1, 2, 3, 4, 5, 8, 13]) if depth == 0 else r.choice([1, 2, 3, 4])
        step = r.choice([1, 1, 1, 1, 2, 3, -1, -1, -2])
        first = r.choice([0, 0, 0, 1, 2]) if step > 0 else -step * turns + r.randint(-1, 2)
        more = env[0][0] if env and env[0][1] >= 0 and r.random() < 0.15 and step == 1 else None
        count = turns + (env[0][2] if more else 0)
        values = sorted((first, first + step * (count - 1)))
        # e is compared with first: an empty loop never is, but one of a triangle may go further.
        inner = env + ((var, values[0], values[1]),)
        body = []
        for _ in range(r.randint(1, 3)):
            x = r.random()
            if x < 0.12 and depth < 2:
                body.append(self.loop(runner, depth + 1, inner, thing))
            elif x < 0.2:
                body.append(Sometimes(var, r.choice([2, 3]), r.randint(0, 1), [self.one_access(thing, inner)]))
            elif x < 0.25:
                body.append(Break(var, r.randint(*values)))
            elif x < 0.25 + 0.2 * self.syncy and thing is None:
                body += self.neutral(runner) or []
            else:
                body.append(self.one_access(thing, inner))
        body.append(self.one_access(thing, inner))
        if values[0] < 0:
            body = [n for n in body if not isinstance(n, Sometimes)]
        form = "do" if more is None and r.random() < 0.2 else "for"
        return Loop(var, r.choice(["int", "long", "short"]), first, step, turns, body, r.random() < 0.6, form, more)

    def branch(self, runner):
        r = self.rnd
        body = [self.one_access() for _ in range(r.randint(1, 2))] + (self.neutral(runner) or [] if r.random() < 0.3 else [])
        other = [self.one_access() for _ in range(r.randint(0, 2))]
        if other and r.random() < 0.4:  # the same on both ways
            other.append(body[0])
        return If(r.random() < 0.5, body, other)

    def call(self, runner):
        r = self.rnd
        t = r.choice(self.data())
        body = [self.loop(runner, thing=t) if r.random() < self.loopy * 0.5 else self.one_access(t) for _ in range(r.randint(1, 3))]
        if r.random() < 0.3:
            self.in_call = True
            body[r.randint(0, len(body)):0] = self.neutral(runner) or []
            self.in_call = False
        if any(isinstance(n, AtomicOp) and n.at.obj != t.number for n in body):
            body = [n for n in body if not isinstance(n, AtomicOp)]
        n = Call(f"{self.p}_f{len(self.functions)}", t.number, body)
        globals_ = {x.number: f"{self.p}_g{x.number}.v." for x in self.things if x.where == "global"}
        self.functions += n.definition(globals_, f"struct {t.struct.name}", r.random() < 0.4)
        return n

    def access(self, runner):
        r = self.rnd
        x = r.random()
        if x < self.loopy * 0.6:
            return self.loop(runner)
        x = r.random()
        if x < 0.12:
            return self.block_copy()
        if x < 0.2:
            return self.branch(runner)
        if x < 0.28:
            return self.call(runner)
        if x < 0.36:
            return self.texts() or self.one_access()
        return self.one_access()
