# SPDX-License-Identifier: Apache-2.0
# edges.py makes the operations that order actors, each with what it does in the model.

from model import ACQ_REL, ACQUIRE, CONSUME, RELAXED, RELEASE, SEQ_CST, join
from nodes import AtomicOp, Fence, Index, Lvalue, Sync


class Edges:
    """The part of a Scenario that makes operations. Whoever asks for one has seen that it is possible now."""

    # ---- what changes nobody's state but clocks ----

    def scalar(self):
        """A field that atomics can work on."""
        all_ = [(t, f) for t in self.data() if not t.struct.packed and not t.shift for f in t.struct.fields
                if not f.is_bit and not f.name.startswith("pad")]
        if not all_:
            return None
        t, f = self.rnd.choice(all_)
        return Lvalue(t.number, f, *[Index(self.rnd.choice([0, 0, n - 1])) for n in f.dims])

    def atomic_op(self):
        r = self.rnd
        at = self.scalar()
        if at is None:
            return None
        if r.random() < 0.2:
            return Fence(r.choice([ACQUIRE, RELEASE, ACQ_REL, SEQ_CST]))
        kind = r.choice(["load", "load", "store", "store", "exchange_n", "fetch_add", "fetch_xor", "fetch_nand", "add_fetch", "cas"])
        loads, stores = [RELAXED, CONSUME, ACQUIRE, SEQ_CST], [RELAXED, RELEASE, SEQ_CST]
        if kind == "load":
            return AtomicOp(kind, at, r.choice(loads))
        if kind == "store":
            var = self.atomic(at.obj, at.bytes({})[0])
            # Of a sequence with several heads the detector keeps all (race/atomic.c).
            return AtomicOp(kind, at, r.choice(stores if len(var.heads) < 2 else stores[1:]), value=self.value())
        order = r.choice([RELAXED, CONSUME, ACQUIRE, RELEASE, ACQ_REL, SEQ_CST])
        return AtomicOp(kind, at, order, r.choice(loads), r.random() < 0.6, self.value())

    def neutral(self, runner):
        r = self.rnd
        kinds = [("atomic", 3 if self.atomicy else 0), ("mutex", 1), ("pmutex", 1), ("rw", 1), ("rr", 1), ("sema", 1), ("chan", 1)]
        kind = r.choices([k for k, _ in kinds], [w for _, w in kinds])[0]
        free = [m for m in self.mutexes if m.holder is None and m.busy is None]
        if kind == "atomic":
            op = self.atomic_op()
            # In a loop a relaxed store would meet what the loop itself made.
            return [op] if op and not (isinstance(op, AtomicOp) and op.kind == "store" and op.order == RELAXED) else None
        if kind == "mutex" and free:
            m = r.choice(free)
            return [self.lock(m), self.unlock(m)]
        free = [m for m in self.pmutexes if m.holder is None]
        if kind == "pmutex" and free:
            return [self.plock(free[0]), self.punlock(free[0])]
        free = [m for m in self.rws if m.holder is None and not m.readers and m.busy is None]
        if kind == "rw" and free:
            return [self.wlock(free[0]), self.wunlock(free[0])]
        if kind == "rr" and free:
            return [self.rlock(free[0]), self.runlock(free[0])]
        if kind == "sema" and self.semas and not self.semas[0].busy:
            s = self.semas[0]
            return [self.sema_release(s), self.sema_acquire(s)]
        free = [c for c in self.chans if c.cap and c.busy is None and c.closed is None and c.count < c.cap]
        if kind == "chan" and free:
            c = r.choice(free)
            return [self.send(c), self.recv(c)]
        return None

    # ---- the operations ----

    def lock(self, m, line="mutex_lock(&{})"):
        def effect(a):
            m.holder = a.number
            self.m.learn(a, m.clock)
        return Sync(line.format(f"{self.p}_m{m.number}") + ";", effect)

    def unlock(self, m):
        def effect(a):
            m.clock, m.holder = self.m.publish(a), None
        return Sync(f"mutex_unlock(&{self.p}_m{m.number});", effect)

    def plock(self, m, how="lock"):
        def effect(a):
            m.holder = a.number
            self.m.learn(a, m.clock)
        return Sync(f"pthread_mutex_{how}(&{self.p}_pm{m.number});", effect)

    def punlock(self, m):
        def effect(a):
            m.clock, m.holder = self.m.publish(a), None
        return Sync(f"pthread_mutex_unlock(&{self.p}_pm{m.number});", effect)

    def wlock(self, m, how="lock"):
        def effect(a):
            m.holder = a.number
            self.m.learn(a, m.clock)
            self.m.learn(a, m.left)
        return Sync(f"rw_{how}(&{self.p}_rw{m.number});", effect)

    def wunlock(self, m):
        def effect(a):
            m.clock, m.holder = self.m.publish(a), None
        return Sync(f"rw_unlock(&{self.p}_rw{m.number});", effect)

    def rlock(self, m, how="rlock"):
        def effect(a):
            m.readers.add(a.number)
            self.m.learn(a, m.clock)
        return Sync(f"rw_{how}(&{self.p}_rw{m.number});", effect)

    def runlock(self, m):
        def effect(a):
            m.readers.discard(a.number)
            m.left = join(m.left or self.nothing, self.m.publish(a))
        return Sync(f"rw_runlock(&{self.p}_rw{m.number});", effect)

    def sema_release(self, s):
        def effect(a):
            s.count += 1
            s.clock = join(s.clock or self.nothing, self.m.publish(a))
        return Sync(f"sema_release(&{self.p}_sema{s.number});", effect)

    def sema_acquire(self, s, how="acquire"):
        def effect(a):
            s.count -= 1
            self.m.learn(a, s.clock)
        return Sync(f"sema_{how}(&{self.p}_sema{s.number});", effect)

    def failing(self, line):
        return Sync(line + ";", lambda a: None)

    def c(self, c):
        return f"{self.p}_c{c.number}"

    def swap(self, c, i, a):
        before, c.slots[i] = c.slots[i], None
        self.m.learn(a, before)
        c.slots[i] = self.m.publish(a)

    def sent(self, c, a):
        """A send into the ring: it reads the channel, takes what the slot's last receive left, leaves its own."""
        self.swap(c, c.sendx, a)
        c.sendx, c.count = (c.sendx + 1) % c.cap, c.count + 1

    def received(self, c, a, into):
        if c.count:
            self.swap(c, c.recvx, a)
            c.recvx, c.count = (c.recvx + 1) % c.cap, c.count - 1
        else:
            self.m.learn(a, c.closed)
        self.stored(a, into)

    def stored(self, a, into):
        if into is not None:
            self.m.access(a, into.obj, *into.bytes({}), True)

    def target(self):
        """Where a receive stores: mostly a variable of its own, else a long of an object."""
        longs = [(t, f) for t in self.data() for f in t.struct.fields if f.type == "long" and not f.dims and not t.struct.packed
                 and not t.shift]
        if self.in_call or not longs or self.rnd.random() < 0.6:
            return None
        t, f = self.rnd.choice(longs)
        return Lvalue(t.number, f)

    def into(self, lv):
        return (lambda w: f"&{lv.c(w)}") if lv else (lambda w: "&v")

    def send(self, c, line="chan_send({}, {})"):
        value = self.value()

        def effect(a):
            self.m.access(a, c.handle, 0, 1, False)
            self.sent(c, a)
        return Sync(line.format(self.c(c), value) + ";", effect)

    def recv(self, c, line="chan_recv({}, {})"):
        lv = self.target()
        into = self.into(lv)
        return Sync(lambda w: line.format(self.c(c), into(w)) + ";", lambda a: self.received(c, a, lv))

    def close(self, c):
        def effect(a):
            self.m.access(a, c.handle, 0, 1, True)
            c.closed = self.m.publish(a)
        return Sync(f"chan_close({self.c(c)});", effect)

    def met(self, c, sender, receiver, into):
        """An unbuffered hand-over: each learns of the other; the store is between."""
        self.m.learn(receiver, self.m.publish(sender))
        self.stored(receiver, into)
        self.m.learn(sender, self.m.publish(receiver))

    # ---- select ----

    def select(self, runner):
        """One case can go ahead, or none and there is a default: so it is known which."""
        r = self.rnd
        free = [c for c in self.chans if c.busy is None]
        if not free:
            return None
        cases, ready, sends = [], [], []
        for c in r.sample(free, r.randint(1, len(free))):
            can_recv = c.count > 0 or c.closed is not None
            can_send = c.closed is None and c.cap > c.count
            is_send = c.closed is None and r.random() < 0.5
            if (can_send if is_send else can_recv) and ready:
                continue
            lv = None if is_send else self.target()
            if is_send:
                sends.append(c)
            if can_send if is_send else can_recv:
                ready.append((c, is_send, lv))
            cases.append((c, is_send, lv))
        if r.random() < 0.3:
            cases.append((None, r.random() < 0.5, None))
        default = not ready or r.random() < 0.3
        value = self.value()

        def line(w):
            out = []
            for c, is_send, lv in cases:
                name = self.c(c) if c else f"{self.p}_nil"
                out.append(f"on_send({name}, {value}) {{ }}" if is_send else f"on_recv({name}, {self.into(lv)(w)}) {{ acc++; }}")
            return f"select {{ {' '.join(out)}{' on_default { }' if default else ''} }}"

        def effect(a):
            for c in sends:
                self.m.access(a, c.handle, 0, 1, False)
            for c, is_send, lv in ready:
                self.sent(c, a) if is_send else self.received(c, a, lv)
        return Sync(line, effect)
