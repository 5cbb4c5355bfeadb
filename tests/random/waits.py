# SPDX-License-Identifier: Apache-2.0
# waits.py makes the operations that wait, and those of others that end the wait.

from cast import Waiting
from model import MAYBE, join
from nodes import Sync


class Waits:
    """The part of a Scenario that waits: each wait_ returns (nodes, Waiting, objects that are busy until it is over), or None.
    Of the nodes the last one waits."""

    def others(self, runner):
        return [x for x in self.runners if x is not runner and x.waits is None and not x.ended and x.actor]

    def wait(self, runner):
        """An operation that waits: (nodes of the operation, its Waiting), or None."""
        if not self.others(runner) or runner.held:
            return None
        kind = self.rnd.choice(["chan", "chan", "chan", "select", "mutex", "rw", "wg", "sema", "cond"])
        return getattr(self, "wait_" + kind)(runner, self.rnd)

    def wait_mutex(self, runner, r):
        held = [m for m in self.mutexes if m.holder is not None and m.busy is None]
        if not held:
            return None
        m = r.choice(held)
        m.busy = runner
        holder = self.runners[m.holder]

        def end(by):
            if by is not holder:
                return None
            by.held.remove(m)

            def effect(a):
                self.unlock(m).effect(a)
                self.lock(m).effect(runner.actor)
            runner.held.append(m)
            return [Sync(f"mutex_unlock(&{self.p}_m{m.number});", effect)]
        return [self.failing(f"mutex_lock(&{self.p}_m{m.number})")], Waiting(end), [m]

    def wait_rw(self, runner, r):
        for m in self.rws:
            if m.busy is not None or (m.holder is None and len(m.readers) != 1):
                return None
            by_writer = m.holder is not None
            holder = self.runners[m.holder if by_writer else next(iter(m.readers))]
            write = not by_writer or r.random() < 0.5
            m.busy = runner

            def end(by):
                if by is not holder:
                    return None
                by.held.remove(m)
                op = self.wunlock(m) if by_writer else self.runlock(m)

                def effect(a):
                    op.effect(a)
                    (self.wlock(m) if write else self.rlock(m)).effect(runner.actor)
                runner.held.append(m)
                return [Sync(op.line, effect)]
            return [self.failing(f"rw_{'lock' if write else 'rlock'}(&{self.p}_rw{m.number})")], Waiting(end), [m]
        return None

    def wait_wg(self, runner, r):
        for w in self.wgs:
            if w.busy is not None or w.count == 0:
                return None
            w.busy = runner
            self.m.access(runner.actor, w.handle, 0, 1, True, sure=MAYBE)  # if the counter is not 0 yet when it gets there

            def end(by):
                n = w.count

                def effect(a):
                    w.clock = join(w.clock or self.nothing, self.m.publish(a))
                    w.count = 0
                    self.m.learn(runner.actor, w.clock)
                return [Sync(f"wg_add(&{self.p}_wg{w.number}, -{n});", effect)]
            return [self.failing(f"wg_wait(&{self.p}_wg{w.number})")], Waiting(end), [w]
        return None

    def wait_sema(self, runner, r):
        for s in self.semas:
            if s.busy is not None or s.count:
                return None
            s.busy = runner

            def end(by):
                def effect(a):
                    self.sema_release(s).effect(a)
                    self.sema_acquire(s).effect(runner.actor)
                return [Sync(self.sema_release(s).line, effect)]
            return [self.failing(f"sema_acquire(&{self.p}_sema{s.number})")], Waiting(end), [s]
        return None

    def wait_cond(self, runner, r):
        free = [m for m in self.mutexes if m.holder is None and m.busy is None]
        if not free or not self.conds or self.conds[0].busy is not None:
            return None
        m, k = free[0], self.conds[0]
        m.busy = k.busy = runner
        self.lock(m).effect(runner.actor)
        self.unlock(m).effect(runner.actor)  # by the wait
        names = f"&{self.p}_cond{k.number}", f"&{self.p}_m{m.number}"

        def end(by):
            def relock(a):
                self.unlock(m).effect(a)
                self.lock(m).effect(runner.actor)
            runner.held.append(m)
            between = [self.one_access() for _ in range(r.randint(0, 2))]
            return ([self.lock(m)] + between + [self.failing(f"cond_{r.choice(['signal', 'broadcast'])}({names[0]})"),
                                                Sync(f"mutex_unlock({names[1]});", relock)])
        return [self.failing(f"mutex_lock({names[1]})"), self.failing(f"cond_wait({', '.join(names)})")], Waiting(end), [m, k]

    def chan_end(self, runner, c, waits_to_send, lv):
        """How another actor ends the wait on c: by the opposite operation, or for a receiver by closing."""
        r = self.rnd

        def end(by):
            value, me = self.value(), runner.actor
            if waits_to_send:
                into = self.target()

                def effect(a):
                    if c.cap:
                        self.received(c, a, into)
                        self.sent(c, me)
                    else:
                        self.met(c, me, a, into)
                how = r.choice(["chan_recv({}, {});", "select {{ on_recv({}, {}) {{ acc++; }} }}"])
                return [Sync(lambda w: how.format(self.c(c), self.into(into)(w)), effect)]
            if r.random() < 0.15:
                def closed(a):
                    self.close(c).effect(a)
                    self.received(c, me, lv)
                return [Sync(f"chan_close({self.c(c)});", closed)]

            def effect(a):
                self.m.access(a, c.handle, 0, 1, False)
                if c.cap:
                    self.sent(c, a)
                    self.received(c, me, lv)
                else:
                    self.met(c, a, me, lv)
            how = r.choice(["chan_send({}, {});", "select {{ on_send({}, {}) {{ acc++; }} }}"])
            return [Sync(how.format(self.c(c), value), effect)]
        return end

    def wait_chan(self, runner, r):
        free = [c for c in self.chans if c.busy is None and c.closed is None and c.count in (0, c.cap)]
        if not free:
            return None
        c = r.choice(free)
        to_send = c.count == c.cap and (c.count > 0 or r.random() < 0.5)
        c.busy = runner
        lv = None if to_send else self.target()
        if to_send:
            self.m.access(runner.actor, c.handle, 0, 1, False)
            op = self.failing(f"chan_send({self.c(c)}, {self.value()})")
        else:
            op = Sync(lambda w: f"chan_recv({self.c(c)}, {self.into(lv)(w)});", lambda a: None)
        return [op], Waiting(self.chan_end(runner, c, to_send, lv)), [c]

    def wait_select(self, runner, r):
        free = [c for c in self.chans if c.busy is None and c.closed is None and c.count in (0, c.cap)]
        if not free:
            return None
        cases, ends = [], []
        for c in free:
            to_send = c.count == c.cap and (c.count > 0 or r.random() < 0.5)
            lv = None if to_send else self.target()
            c.busy = runner
            if to_send:
                self.m.access(runner.actor, c.handle, 0, 1, False)
            cases.append((c, to_send, lv, self.value()))
            ends.append(self.chan_end(runner, c, to_send, lv))

        def line(w):
            out = [f"on_send({self.c(c)}, {v}) {{ }}" if to_send else f"on_recv({self.c(c)}, {self.into(lv)(w)}) {{ acc++; }}"
                   for c, to_send, lv, v in cases]
            return f"select {{ {' '.join(out)} on_recv({self.p}_nil, &v) {{ }} }}"
        return [Sync(line, lambda a: None)], Waiting(r.choice(ends)), free
