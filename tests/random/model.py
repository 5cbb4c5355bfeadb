# SPDX-License-Identifier: Apache-2.0
# model.py is the judge: what happened before what, and which bytes had a race, from the whole history.
"""Nothing is ever forgotten or shortened here. Every access is an event with its actor, the actor's own count of events,
and its bytes; a clock says for each actor how many of its events happened before. Two events race if their bytes
overlap, one writes, not both are atomic, and neither is in the other's past. The edges are those of docs/memory-model.md."""


def join(a, b):
    return [max(x, y) for x, y in zip(a, b)]


class Actor:
    """One goroutine or thread."""

    def __init__(self, number, clock):
        self.number = number
        self.clock = clock          # of each actor: how many of its events happened before my next one
        self.seen = None            # clocks that relaxed loads saw since the last acquire fence
        self.fence = None           # my clock at the last release fence
        self.touched = {}           # object: bytes accessed since something that no load is moved across


class Event:
    __slots__ = ("actor", "count", "low", "high", "write", "atomic", "sure")

    def __init__(self, actor, count, low, high, write, atomic, sure):
        self.actor, self.count, self.low, self.high = actor, count, low, high
        self.write, self.atomic, self.sure = write, atomic, sure

    def conflicts(self, other):
        return (self.write or other.write) and not (self.atomic and other.atomic)


MAYBE, UNLESS_OPTIMIZED, SURE = range(3)  # an access need not be made this time; a compiler may leave it out; is made


class Model:
    ACTORS = 12

    def __init__(self):
        self.actors = [Actor(0, [0] * self.ACTORS)]
        self.history = {}           # object: its events
        self.races = {}             # (object, byte): set of frozenset(actors)
        self.sure = {}              # (object, byte): how sure the race is, of those below

    # ---- accesses ----

    def access(self, a, obj, low, size, write, atomic=False, sure=SURE):
        a.clock[a.number] += 1
        event = Event(a.number, a.clock[a.number], low, low + size, write, atomic, sure)
        for old in self.history.setdefault(obj, []):
            if old.low < event.high and event.low < old.high and old.conflicts(event):
                if old.actor != a.number and old.count > a.clock[old.actor]:
                    self.raced(obj, old, event)
        self.history[obj].append(event)

    def raced(self, obj, old, new):
        for byte in range(max(old.low, new.low), min(old.high, new.high)):
            self.races.setdefault((obj, byte), set()).add(frozenset((old.actor, new.actor)))
            self.sure[obj, byte] = max(self.sure.get((obj, byte), MAYBE), min(old.sure, new.sure))

    def read(self, a, obj, low, size):
        """A load of bytes that this actor accessed before may be served from a register, even past a release."""
        touched = a.touched.setdefault(obj, set())
        again = not touched.isdisjoint(range(low, low + size))
        self.access(a, obj, low, size, False, sure=UNLESS_OPTIMIZED if again else SURE)
        touched.update(range(low, low + size))

    def write(self, a, obj, low, size):
        a.touched.setdefault(obj, set()).update(range(low, low + size))
        self.access(a, obj, low, size, True)

    def barrier(self, a):
        """No load is moved across this: an unknown call, an acquire."""
        a.touched.clear()

    # ---- edges ----

    def spawn(self, parent):
        child = Actor(len(self.actors), list(parent.clock))
        self.actors.append(child)
        return child

    def publish(self, a):
        return list(a.clock)

    def learn(self, a, clock):
        if clock is not None:
            a.clock = join(a.clock, clock)

    def nothing(self):
        return [0] * self.ACTORS


RELAXED, CONSUME, ACQUIRE, RELEASE, ACQ_REL, SEQ_CST = range(6)


def acquires(order):
    return order in (CONSUME, ACQUIRE, ACQ_REL, SEQ_CST)


def releases(order):
    return order in (RELEASE, ACQ_REL, SEQ_CST)


class Atomic:
    """What a load of the present value synchronizes with (C11 5.1.2.4), and who heads its release sequence."""

    def __init__(self, model):
        self.model, self.clock, self.heads = model, model.nothing(), set()

    def saw(self, a, order):
        if acquires(order):
            self.model.learn(a, self.clock)
        else:
            a.seen = join(a.seen or self.model.nothing(), self.clock)

    def load(self, a, obj, low, size, order):
        self.saw(a, order)
        self.model.access(a, obj, low, size, False, atomic=True)

    def store(self, a, obj, low, size, order):
        self.model.access(a, obj, low, size, True, atomic=True)
        if releases(order):
            self.clock, self.heads = self.model.publish(a), {a.number}
        else:
            if a.number not in self.heads:
                self.clock, self.heads = self.model.nothing(), set()
            self.by_fence(a)

    def modify(self, a, obj, low, size, order):
        self.saw(a, order)
        self.model.access(a, obj, low, size, True, atomic=True)
        if releases(order):
            self.clock = join(self.clock, self.model.publish(a))
            self.heads.add(a.number)
        else:
            self.by_fence(a)

    def by_fence(self, a):
        if a.fence is not None:
            self.clock = join(self.clock, a.fence)
            self.heads.add(a.number)


def fence(model, a, order):
    if acquires(order) and a.seen is not None:
        model.learn(a, a.seen)
        a.seen = None
    if releases(order):
        a.fence = model.publish(a)
