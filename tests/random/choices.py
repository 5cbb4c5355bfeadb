# SPDX-License-Identifier: Apache-2.0
# choices.py chooses what an actor does next, of what is possible now and does not wait.

from cast import Counter, Runner, Thing
from model import join
from nodes import Sync, Writer


class Choices:
    """The part of a Scenario that chooses: each do_ returns a list of nodes, or None if it is not possible."""

    def sync(self, runner):
        """One operation that does not wait: a list of nodes, or None if the one that was thought of is not possible."""
        r, a = self.rnd, runner.actor.number
        if r.random() < self.atomicy:
            op = self.atomic_op()
            return [op] if op else None
        kind = r.choice(["mutex", "mutex", "pmutex", "rw", "rw", "chan", "chan", "chan", "chan", "select", "select", "wg", "wg",
                         "once", "sema", "sema", "go", "go", "timer", "nil", "free", "local"])
        return getattr(self, "do_" + kind)(runner, r, a)

    def do_mutex(self, runner, r, a):
        mine = [m for m in self.mutexes if m.holder == a and m.busy is None]
        free = [m for m in self.mutexes if m.holder is None and m.busy is None]
        others = [m for m in self.mutexes if m.holder not in (None, a) and m.busy is None]
        if mine and r.random() < 0.7:
            m = r.choice(mine)
            runner.held.remove(m)
            return [self.unlock(m)]
        if free:
            m = r.choice(free)
            runner.held.append(m)
            return [self.lock(m, r.choice(["mutex_lock(&{})", "mutex_trylock(&{})"]))]
        if others:
            return [self.failing(f"mutex_trylock(&{self.p}_m{r.choice(others).number})")]
        return None

    def do_pmutex(self, runner, r, a):
        for m in self.pmutexes:
            if m.holder == a:
                runner.held.remove(m)
                return [self.punlock(m)]
            if m.holder is None:
                runner.held.append(m)
                return [self.plock(m, r.choice(["lock", "trylock"]))]
            return [self.failing(f"pthread_mutex_trylock(&{self.p}_pm{m.number})")]
        return None

    def do_rw(self, runner, r, a):
        for m in self.rws:
            if m.busy is not None:
                return None
            if m.holder == a:
                runner.held.remove(m)
                return [self.wunlock(m)]
            if a in m.readers:
                runner.held.remove(m)
                return [self.runlock(m)]
            if m.holder is not None:
                return [self.failing(f"rw_{r.choice(['trylock', 'tryrlock'])}(&{self.p}_rw{m.number})")]
            if m.readers and r.random() < 0.2:
                return [self.failing(f"rw_trylock(&{self.p}_rw{m.number})")]
            runner.held.append(m)
            if m.readers or r.random() < 0.5:
                return [self.rlock(m, r.choice(["rlock", "tryrlock"]))]
            return [self.wlock(m, r.choice(["lock", "trylock"]))]
        return None

    def do_chan(self, runner, r, a):
        free = [c for c in self.chans if c.busy is None]
        if not free:
            return None
        c = r.choice(free)
        if c.closed is None and r.random() < 0.1:
            return [self.close(c)]
        if (c.count or c.closed is not None) and r.random() < 0.5:
            return [self.recv(c, r.choice(["chan_recv({}, {})", "chan_try_recv({}, {})", "chan_recv_timeout({}, {}, 0)"]))]
        if c.closed is None and c.count < c.cap:
            return [self.send(c, r.choice(["chan_send({}, {})", "chan_try_send({}, {})", "chan_send_timeout({}, {}, 0)"]))]
        if c.closed is None and c.count == c.cap and r.random() < 0.3:
            return [Sync(f"chan_try_send({self.c(c)}, 1);", lambda a: self.m.access(a, c.handle, 0, 1, False))]
        if c.closed is None and not c.count:
            return [self.failing(f"chan_try_recv({self.c(c)}, &v)")]
        return None

    def do_select(self, runner, r, a):
        n = self.select(runner)
        return [n] if n else None

    def do_nil(self, runner, r, a):
        return [self.failing(r.choice([f"chan_try_recv({self.p}_nil, &v)", f"chan_try_send({self.p}_nil, 1)"]))]

    def do_wg(self, runner, r, a):
        for w in self.wgs:
            if w.busy is not None:
                return None
            name = f"{self.p}_wg{w.number}"
            if w.count and r.random() < 0.6:
                def done(a):
                    w.count -= 1
                    w.clock = join(w.clock or self.nothing, self.m.publish(a))
                return [Sync(f"wg_done(&{name});", done)]
            if not w.count and r.random() < 0.5:
                return [Sync(f"wg_wait(&{name});", lambda a: self.m.learn(a, w.clock))]
            n = r.randint(1, 2)

            def add(a):
                w.count += n
                if w.count == n:
                    self.m.access(a, w.handle, 0, 1, False)
            return [Sync(f"wg_add(&{name}, {n});", add)]
        return None

    def do_once(self, runner, r, a):
        for o in self.onces:
            f = f"{self.p}_once_f"
            if not o.used:
                body = [self.one_access(r.choice([t for t in self.data() if t.where == "global"] or [None])) for _ in range(2)]
                globals_ = {x.number: f"{self.p}_g{x.number}.v." for x in self.things if x.where == "global"}
                if any(n.at.obj not in globals_ for n in body):
                    body = []
                w = Writer(globals_)
                for n in body:
                    n.emit(w)
                self.functions += [f"static void {f}(void) {{", "  unsigned long acc = 0;"] + w.lines + ["  sink(acc);", "}"]
                o.used = True

                def first(a):
                    for n in body:
                        n.run(self, a, {})
                    o.clock = self.m.publish(a)
                return [Sync(f"once_do(&{self.p}_once{o.number}, {f});", first)]
            return [Sync(f"once_do(&{self.p}_once{o.number}, {f});", lambda a: self.m.learn(a, o.clock))]
        return None

    def do_sema(self, runner, r, a):
        for s in self.semas:
            if s.busy is not None:
                return None
            if s.count and r.random() < 0.5:
                return [self.sema_acquire(s, r.choice(["acquire", "try_acquire"]))]
            if not s.count and r.random() < 0.3:
                return [self.failing(f"sema_try_acquire(&{self.p}_sema{s.number})")]
            return [self.sema_release(s)]
        return None

    def do_timer(self, runner, r, a):
        ready = [t for t in self.timers if not t.used]
        if ready and r.random() < 0.6:
            t = r.choice(ready)
            t.used = True
            return [Sync(f"chan_recv(timer_chan(placed({t.handle})), &when);", lambda a: self.m.learn(a, t.clock))]
        if len(self.timers) >= 2:
            return None
        t = Counter(len(self.timers))
        t.handle = 60 + t.number
        self.timers.append(t)

        def armed(a):
            t.clock = self.m.publish(a)
        return [Sync(f"place({t.handle}, timer_new(0));", armed)]

    def do_free(self, runner, r, a):
        heap = [t for t in self.data() if t.where == "heap"]
        if len(self.data()) < 2 or not heap or self.blocked or r.random() < 0.6:
            return None
        t = r.choice(heap)
        t.freed = True
        return [Sync(lambda w: f"free({w.names[t.number][:-2]});", lambda a: self.m.access(a, t.number, 0, t.size(), True))]

    def do_local(self, runner, r, a):
        if len(self.things) >= 6 or not runner.keeps:
            return None
        n = len(self.things)
        struct = r.choice(self.structs)
        where = r.choice(["heap", "local"])
        t = Thing(n, struct, where, a)
        self.things.append(t)
        type = f"struct {struct.name}"
        if where == "heap":
            return [self.failing(f"p{n} = malloc({t.size()}); object({n}, p{n}, {t.size()}); place({n}, p{n})")]
        runner.locals.append(f"{type} l{n};")
        return [self.failing(f"object({n}, &l{n}, {t.size()}); place({n}, &l{n})")]

    def do_go(self, runner, r, a):
        if len(self.runners) >= self.max_actors:
            return None
        n = len(self.runners)
        f = f"{self.p}_a{n}"
        new = Runner(None, f)
        new.keeps = r.random() < 0.7
        self.runners.append(new)

        def started(a):
            new.actor = self.m.spawn(a)
        how = r.choice([f"go({f}, NULL)", f"go({f}, NULL)", f"go({f}, NULL)", f"go_after_func(0, {f}, NULL)", f"thread({f})"])
        return [Sync(how + ";", started)]
