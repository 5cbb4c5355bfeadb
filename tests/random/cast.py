# SPDX-License-Identifier: Apache-2.0
# cast.py: what scenarios are made of, as the generator knows it: structs, objects, channels, locks, actors.


INTS = [("char", 1), ("short", 2), ("int", 4), ("long", 8)]


class Field:
    def __init__(self, name, type, size, offset, dims=(), is_bit=False):
        self.name, self.type, self.size, self.offset, self.dims, self.is_bit = name, type, size, offset, dims, is_bit

    def bytes(self):
        n = self.size
        for d in self.dims:
            n *= d
        return n


class Struct:
    """A struct without holes; packed ones have fields at any offset."""

    def __init__(self, rnd, name):
        self.name, self.fields, self.lines = name, [], []
        self.packed, self.end, self.pads = rnd.random() < 0.3, 0, 0
        for k in range(rnd.randint(1, 5)):
            self.add(rnd, k)
        self.pad(8)

    def pad(self, align):
        hole = -self.end % align
        if hole and not self.packed:
            self.lines.append(f"char pad{self.pads}[{hole}];")
            self.fields.append(Field(f"pad{self.pads}", "char", 1, self.end, (hole,)))
            self.pads += 1
            self.end += hole

    def add(self, rnd, k):
        type, size = rnd.choice(INTS)
        kind = rnd.choice("ssssaabm")
        if kind == "b":
            self.lines.append(f"unsigned char b{k}:3, c{k}:4, d{k}:1;")
            self.fields += [Field(f"{n}{k}", "unsigned char", 1, self.end, (), True) for n in "bcd"]
            self.lines.append(f"char z{k};")  # neighbouring bit-fields are one memory location
            self.fields.append(Field(f"z{k}", "char", 1, self.end + 1))
            self.end += 2
            return
        dims = {"s": (), "a": (rnd.randint(2, 40),), "m": (rnd.randint(2, 6), rnd.randint(2, 6))}[kind]
        self.pad(size)
        self.lines.append(f"{type} f{k}{''.join(f'[{d}]' for d in dims)};")
        self.fields.append(Field(f"f{k}", type, size, self.end, dims))
        self.end += self.fields[-1].bytes()

    def c(self):
        attribute = "__attribute__((packed)) " if self.packed else ""
        return [f"struct {attribute}{self.name} {{"] + ["  " + line for line in self.lines] + ["};"]


class Thing:
    """An object: of a struct, or a text; global, on the heap, or a local of an actor's."""

    def __init__(self, number, struct, where, owner=None, shift=0):
        self.number, self.struct, self.where, self.owner, self.shift = number, struct, where, owner, shift
        self.freed = False

    def size(self):
        return self.struct.end if self.struct else 16


class Chan:
    def __init__(self, number, cap, nothing):
        self.number, self.cap, self.count, self.closed = number, cap, 0, None
        self.slots, self.sendx, self.recvx, self.busy = [nothing] * max(cap, 1), 0, 0, None
        self.handle = None


class Lock:
    def __init__(self, number):
        self.number, self.holder, self.clock, self.busy = number, None, None, None
        self.readers, self.left = set(), None


class Counter:  # a waitgroup, a semaphore, a once, a timer
    def __init__(self, number):
        self.number, self.count, self.clock, self.busy = number, 0, None, None
        self.handle, self.used = None, False


class Waiting:
    """What an actor waits for: ends(runner) returns the nodes by which that one ends the wait, or None."""

    def __init__(self, ends):
        self.ends = ends


class Runner:
    """What the generator knows of an actor."""

    def __init__(self, actor, function):
        self.actor, self.function, self.lines = actor, function, []
        self.waits, self.held, self.ended, self.keeps = None, [], False, False
        self.locals, self.done_wg, self.first = [], None, True
