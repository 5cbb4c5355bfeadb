# SPDX-License-Identifier: Apache-2.0
# nodes.py: the statements of generated programs: each writes itself as C, and runs itself in the model.
"""emit(w) gives lines of C; run(s, a, env) does in the scenario s, as actor a, what the C does; env has the values of the
loops' variables. The two stand side by side, so that one can be read against the other."""

import model
from model import RELAXED

ORDER = ["__ATOMIC_RELAXED", "__ATOMIC_CONSUME", "__ATOMIC_ACQUIRE", "__ATOMIC_RELEASE", "__ATOMIC_ACQ_REL", "__ATOMIC_SEQ_CST"]


class Writer:
    """Lines of one function, and how objects are named in it."""

    def __init__(self, names):
        self.lines, self.depth, self.names = [], 1, names

    def __call__(self, line):
        self.lines.append("  " * self.depth + line)

    def block(self, head, nodes):
        self(head + " {")
        self.depth += 1
        for n in nodes:
            n.emit(self)
        self.depth -= 1
        self("}")


class Index:
    """A sum: constant + factor * variable of each loop."""

    def __init__(self, constant, **factors):
        self.constant, self.factors = constant, {k: f for k, f in factors.items() if f}

    def value(self, env):
        return self.constant + sum(f * env[k] for k, f in self.factors.items())

    def __str__(self):
        out = " + ".join(k if f == 1 else f"{f} * {k}" for k, f in self.factors.items())
        if not out:
            return str(self.constant)
        return out if not self.constant else f"{out} + {self.constant}"


class Lvalue:
    """Some bytes of an object: a field, or an element of one."""

    def __init__(self, obj, field, *indices):
        self.obj, self.field, self.indices = obj, field, indices

    def c(self, w):
        return w.names[self.obj] + self.field.name + "".join(f"[{i}]" for i in self.indices)

    def bytes(self, env):
        at, f = 0, self.field
        for i, n in zip(self.indices, f.dims):
            v = i.value(env)
            assert 0 <= v < n, "the generator made an index out of bounds"
            at = at * n + v
        return f.offset + at * f.size, f.size


class Read:
    def __init__(self, at, volatile=False):
        self.at, self.volatile = at, volatile

    def emit(self, w):
        cast = f"*(volatile {self.at.field.type} *)&" if self.volatile else ""
        w(f"acc = acc * 31 + {cast}{self.at.c(w)};")

    def run(self, s, a, env):
        s.m.read(a, self.at.obj, *self.at.bytes(env))


class Write:
    def __init__(self, at, value, op="=", volatile=False):
        self.at, self.value, self.op, self.volatile = at, value, op, volatile

    def emit(self, w):
        cast = f"*(volatile {self.at.field.type} *)&" if self.volatile else ""
        w(f"{cast}{self.at.c(w)} {self.op} {self.value};")

    def run(self, s, a, env):
        if self.op != "=" or self.at.field.is_bit:
            s.m.read(a, self.at.obj, *self.at.bytes(env))
        s.m.write(a, self.at.obj, *self.at.bytes(env))


class Copy:
    """memcpy, memmove, memset, a struct's assignment: bytes of one object from those of another, or a value."""

    def __init__(self, how, to, to_at, n, frm=None, from_at=0, hidden=False, value=0):
        self.how, self.to, self.to_at, self.n = how, to, to_at, n
        self.frm, self.from_at, self.hidden, self.value = frm, from_at, hidden, value

    def emit(self, w):
        def at(o, k):
            return f"(char *)&{w.names[o].rstrip('.')} + {k}" if w.names[o].endswith(".") else f"(char *){w.names[o][:-2]} + {k}"

        def whole(o):
            return w.names[o].rstrip(".") if w.names[o].endswith(".") else "*" + w.names[o][:-2]

        n = f"hide({self.n})" if self.hidden else self.n
        if self.how == "=":
            w(f"{whole(self.to)} = {whole(self.frm)};")
        elif self.how == "memset":
            w(f"memset({at(self.to, self.to_at)}, {self.value}, {n});")
        else:
            w(f"{self.how}({at(self.to, self.to_at)}, {at(self.frm, self.from_at)}, {n});")

    def run(self, s, a, env):
        if self.frm is not None:
            s.m.read(a, self.frm, self.from_at, self.n)
        s.m.write(a, self.to, self.to_at, self.n)


class Text:
    """strlen(o.text) and strcpy(to.text, o.text); a text always has its length."""

    def __init__(self, obj, to=None):
        self.obj, self.to = obj, to

    def emit(self, w):
        src = w.names[self.obj] + "text"
        if self.to is None:
            w(f"acc = acc * 31 + strlen({src});")
        else:
            w(f"strcpy({w.names[self.to]}text, {src});")

    def run(self, s, a, env):
        n = s.text[self.obj] + 1
        s.m.read(a, self.obj, 0, n)
        if self.to is not None:
            s.m.write(a, self.to, 0, n)
            s.text[self.to] = n - 1


# ---- ways -----------------------------------------------------------------------------------------


class LoopEnd(Exception):
    pass


class Loop:
    """for (var = first; var < or > the end; var += step), turns times; the end may be hidden, and may be another loop's
    variable; form "do": do-while."""

    def __init__(self, var, type, first, step, turns, body, hidden=False, form="for", more=None):
        self.var, self.type, self.first, self.step, self.turns = var, type, first, step, turns
        self.body, self.hidden, self.form, self.more = body, hidden, form, more

    def emit(self, w):
        v, end = self.var, self.first + self.step * self.turns
        last = f"hide({end})" if self.hidden else str(end)
        if self.more:
            last += f" + {self.more}"
        test = f"{v} {'<' if self.step > 0 else '>'} e{v}"
        w("{")
        w.depth += 1
        w(f"const {self.type} e{v} = {last};")
        if self.form == "do":
            w(f"{self.type} {v} = {self.first};")
            w.block("do", self.body)
            w.lines[-1] += f" while (({v} += {self.step}), {test});"
        else:
            w.block(f"for ({self.type} {v} = {self.first}; {test}; {v} += {self.step})", self.body)
        w.depth -= 1
        w("}")

    def run(self, s, a, env):
        turns = self.turns + (env[self.more] if self.more else 0)
        for k in range(turns):
            inner = dict(env, **{self.var: self.first + self.step * k})
            try:
                for n in self.body:
                    n.run(s, a, inner)
            except LoopEnd:
                return


class Break:
    """Leaves the loop of var at a value that the compiler does not know."""

    def __init__(self, var, at):
        self.var, self.at = var, at

    def emit(self, w):
        w(f"if ({self.var} == hide({self.at})) break;")

    def run(self, s, a, env):
        if env[self.var] == self.at:
            raise LoopEnd


class Sometimes:
    """Does its body when a loop's variable has this remainder."""

    def __init__(self, var, divisor, rest, body):
        self.var, self.divisor, self.rest, self.body = var, divisor, rest, body

    def emit(self, w):
        w.block(f"if ((unsigned long){self.var} % {self.divisor} == {self.rest})", self.body)

    def run(self, s, a, env):
        if env[self.var] % self.divisor == self.rest:
            for n in self.body:
                n.run(s, a, env)


class If:
    """A branch on a value that the compiler does not know; one way is never taken."""

    def __init__(self, taken, body, other):
        self.taken, self.body, self.other = taken, body, other

    def emit(self, w):
        w.block(f"if (hide({int(self.taken)}))", self.body)
        if self.other:
            w.block("else", self.other)

    def run(self, s, a, env):
        for n in self.body if self.taken else self.other:
            n.run(s, a, env)


class Call:
    """A call of a function of its own, with a pointer to one object."""

    def __init__(self, function, obj, body):
        self.function, self.obj, self.body = function, obj, body

    def emit(self, w):
        name = w.names[self.obj]
        w(f"acc = acc * 31 + {self.function}({'&' + name[:-1] if name.endswith('.') else name[:-2]});")

    def definition(self, globals_, type, inline):
        w = Writer({**globals_, self.obj: "p->"})
        for n in self.body:
            n.emit(w)
        head = f"static {'inline' if inline else 'NOINLINE'} unsigned long {self.function}({type} *p) {{"
        return [head, "  unsigned long acc = 0; long v; (void)v;"] + w.lines + ["  return acc;", "}"]

    def run(self, s, a, env):
        for n in self.body:
            n.run(s, a, env)


# ---- synchronization ------------------------------------------------------------------------------


class Sync:
    """An operation that is one line of C, and what it does in the model."""

    def __init__(self, line, effect, is_call=True):
        self.line, self.effect, self.is_call = line, effect, is_call

    def emit(self, w):
        w(self.line(w) if callable(self.line) else self.line)

    def run(self, s, a, env):
        if self.is_call:
            s.m.barrier(a)
        self.effect(a)
        if self.is_call:
            s.m.barrier(a)


class AtomicOp:
    """A load, store, exchange, compare-exchange or arithmetic on a scalar field, by clang's builtins."""

    def __init__(self, kind, at, order, fail=RELAXED, success=True, value=1):
        self.kind, self.at, self.order, self.fail, self.success, self.value = kind, at, order, fail, success, value

    def emit(self, w):
        x, t, o = self.at.c(w), self.at.field.type, ORDER[self.order]
        if self.kind == "load":
            w(f"acc = acc * 31 + (unsigned long)__atomic_load_n(&{x}, {o});")
        elif self.kind == "store":
            w(f"__atomic_store_n(&{x}, ({t}){self.value}, {o});")
        elif self.kind == "cas":
            w(f"{{ {t} want = ({t})(now_in(&{x}, sizeof {x}){'' if self.success else ' + 1'}); "
              f"__atomic_compare_exchange_n(&{x}, &want, ({t}){self.value}, {self.value % 2}, {o}, {ORDER[self.fail]}); }}")
        else:
            w(f"acc = acc * 31 + (unsigned long)__atomic_{self.kind}(&{x}, ({t}){self.value}, {o});")

    def run(self, s, a, env):
        low, size = self.at.bytes(env)
        var = s.atomic(self.at.obj, low)
        if self.kind != "store":
            s.m.barrier(a)
        if self.kind == "store":
            var.store(a, self.at.obj, low, size, self.order)
        elif self.kind == "load":
            var.load(a, self.at.obj, low, size, self.order)
        elif self.kind == "cas" and not self.success:
            var.load(a, self.at.obj, low, size, self.fail)
        else:
            var.modify(a, self.at.obj, low, size, self.order)
        a.touched.setdefault(self.at.obj, set()).update(range(low, low + size))  # a plain load may take the value


class Fence:
    def __init__(self, order):
        self.order = order

    def emit(self, w):
        w(f"__atomic_thread_fence({ORDER[self.order]});")

    def run(self, s, a, env):
        if model.acquires(self.order):
            s.m.barrier(a)
        model.fence(s.m, a, self.order)
