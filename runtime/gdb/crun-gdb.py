# SPDX-License-Identifier: Apache-2.0
# crun-gdb.py: goroutines in gdb, in a live process and in a core: `source` this file, then
#
#     info goroutines [REGEX]    every goroutine: number, name, state, where it is
#     goroutine N COMMAND        COMMAND (bt, info locals, frame 3, ...) with goroutine N's stack
#     goroutine all COMMAND      the same for each
#
# A parked goroutine's registers are on its own stack (arch/amd64/switch.S). gdb is shown them by an unwinder
# that, while COMMAND runs, makes them the caller of the current thread's frame 0; so frames count from 1. Nothing
# in the process is written to. A running goroutine is its thread.
import os
import re
import time

import gdb
from gdb.unwinder import Unwinder, register_unwinder

RUNNABLE, RUNNING, WAITING = 1, 2, 3  # enum g_status
COLOUR_BYTES, COLOURS, STACK_LEAST = 64, 16, 128 * 1024  # stack/stack.c, stack/stack.h
G0_BYTES = 512 * 1024  # sched/mstart.c, thread_start
MINUTE_NS = 60 * 10**9
BLOCKED_READERS, BLOCKED_BITS, OWNER_SHIFT = 4, 7, 4  # diag/deadlock/waitfor.h, sync/mutex.c

# The words of diag/dump/dump.c, by enum wait_reason.
REASONS = {
    "WAIT_NONE": "waiting", "WAIT_CHAN_RECV": "chan receive", "WAIT_CHAN_SEND": "chan send",
    "WAIT_CHAN_RECV_NIL": "chan receive (nil chan)", "WAIT_CHAN_SEND_NIL": "chan send (nil chan)",
    "WAIT_SELECT": "select", "WAIT_SELECT_EMPTY": "select (no cases)", "WAIT_SLEEP": "sleep",
    "WAIT_MUTEX": "sync.Mutex.Lock", "WAIT_RWMUTEX_R": "sync.RWMutex.RLock", "WAIT_RWMUTEX_W": "sync.RWMutex.Lock",
    "WAIT_WAITGROUP": "sync.WaitGroup.Wait", "WAIT_COND": "sync.Cond.Wait", "WAIT_SEMA": "semacquire",
    "WAIT_ONCE": "sync.Once.Do", "WAIT_IO": "IO wait",
}


# ---- the runtime's data --------------------------------------------------------------------------------

# of(FILE, NAME) is a variable of the runtime's; the program may have one of the same name.
def of(file, name):
    try:
        return gdb.parse_and_eval("'crun/runtime/%s'::%s" % (file, name))
    except gdb.error:
        raise gdb.GdbError("this program has no crun runtime, or none with its debug information")


def atomic(value):
    return int(value.cast(value.type.unqualified()))


class Goroutine:
    def __init__(self, value):
        self.value = value
        self.goid = int(value["goid"])
        self.name = value["name"].string(errors="replace")
        self.status = atomic(value["status"])
        self.is_thread = bool(value["is_thread"])

    def reason(self):
        fields = {f.enumval: f.name for f in gdb.lookup_type("enum wait_reason").fields()}
        name = fields.get(int(self.value["wait_reason"]), "")
        return REASONS.get(name, name)

    # The minutes that it has waited: by this machine's clock if the process runs here, else by the runtime's.
    def minutes(self, sched):
        since = max(atomic(self.value["wait_since_ns"]), atomic(sched["watched_ns"]))
        now = atomic(sched["coarse_ns"])
        if gdb.selected_inferior().pid and "native" in connection():
            now = max(now, time.clock_gettime_ns(time.CLOCK_MONOTONIC) + atomic(sched["ahead_ns"]))
        return max(0, now - since) // MINUTE_NS

    # The number of who has the lock that it waits for; 0: it waits for none, or for several readers.
    def owner(self):
        on = atomic(self.value["blocked_on"])
        if not on or on & BLOCKED_BITS == BLOCKED_READERS:
            return 0
        mutex = gdb.Value(on & ~BLOCKED_BITS).cast(gdb.lookup_type("cr_mutex").pointer())
        return atomic(mutex["word"]) >> OWNER_SHIFT

    def state(self, sched):
        if self.status == RUNNABLE:
            return "runnable"
        if self.status != WAITING:
            return "running"
        minutes, owner = self.minutes(sched), self.owner()
        return (self.reason() + (", %d minutes" % minutes if minutes else "") +
                (", owner goroutine %d" % owner if owner else ""))


def connection():
    c = getattr(gdb.selected_inferior(), "connection", None)
    return c.type if c else "native"


# arena_goroutines gives those on the runtime's stacks: as stack.c's g_at.
def arena_goroutines(g_type):
    arenas = of("stack/stack.c", "arenas")
    for a in range(atomic(of("stack/stack.c", "narenas"))):
        arena = arenas[a]
        base, size = int(arena["base"]), STACK_LEAST << int(arena["class"])
        for i in range(atomic(arena["used"])):
            hi = base + (i + 1) * size - i % COLOURS * COLOUR_BYTES
            at = (hi - g_type.sizeof) & ~63
            yield gdb.Value(at).cast(g_type.pointer()).dereference()


def goroutines():
    main = of("sched/start.c", "main_g")
    gp = of("sched/start.c", "extra_g")  # main and those of the program's own threads
    while gp:
        yield Goroutine(gp.dereference())
        gp = gp["all_next"]
    for value in arena_goroutines(main.type):
        yield Goroutine(value)


def living():
    found = [g for g in goroutines() if g.status in (RUNNABLE, RUNNING, WAITING)]
    return sorted(found, key=lambda g: g.goid)


# m_of is the M that runs g, and its thread for gdb; None: none does.
def m_of(g):
    threads = {t.ptid[1] or t.ptid[0]: t for t in gdb.selected_inferior().threads()}
    mp = of("sched/sched.c", "sched")["all_m"]
    mp = mp.cast(mp.type.unqualified())
    while mp:
        if int(mp["curg"]) == int(g.value.address) and atomic(mp["tid"]) in threads:
            return mp, threads[atomic(mp["tid"])]
        mp = mp["all_next"]
    return None, None


# on_g0 tells whether the scheduler has the selected thread, mp's: then g's registers are on its stack.
def on_g0(mp):
    top = int(mp["g0_sp"])
    return top and 0 <= top + 256 - int(gdb.newest_frame().read_register("rsp")) < G0_BYTES


# ---- the stack of one that is parked -------------------------------------------------------------------

class FrameId:
    def __init__(self, sp, pc):
        self.sp, self.pc = sp, pc


class ParkedUnwinder(Unwinder):
    def __init__(self):
        super().__init__("crun goroutines")
        self.registers = None  # nil: gdb's own stacks

    def __call__(self, pending):
        if self.registers is None or pending.level() != 0:
            return None
        # Inner to all that follows, or gdb takes the stack for a broken one.
        info = pending.create_unwind_info(FrameId(gdb.Value(self.registers["rsp"] - 8), gdb.Value(self.registers["rip"])))
        for name, value in self.registers.items():
            info.add_saved_register(name, gdb.Value(value).cast(pending.read_register(name).type))
        return info


unwinder = ParkedUnwinder()
register_unwinder(None, unwinder, replace=True)


# registers_of is what switch.S left on the stack; None: the goroutine never ran.
def registers_of(g):
    word = gdb.lookup_type("unsigned long")
    sp = g.value["sp"].cast(word.pointer())
    entry = gdb.parse_and_eval("(unsigned long)&cr_go_entry")
    if int(sp[0]) == int(entry):
        return None
    names = ("r15", "r14", "r13", "r12", "rbx", "rbp", "rip")
    registers = {name: int(sp[i + 2]) for i, name in enumerate(names)}
    registers["rsp"] = int(sp + 9)
    return registers


# first_function is where a goroutine that never ran will begin.
def first_function(g):
    at = int(g.value["sp"]) + 8  # behind cr_go_entry
    pc = int(gdb.Value(at).cast(gdb.lookup_type("unsigned long").pointer()).dereference())
    block = gdb.block_for_pc(pc)
    return block.function.name if block and block.function else hex(pc)


# with_stack calls fn with g's stack as gdb's, and its innermost frame of the program's own selected; None: there
# is no stack to be had.
def with_stack(g, fn):
    thread, frame = gdb.selected_thread(), gdb.selected_frame()
    try:
        parked = not g.is_thread and g.status != RUNNING
        if not parked:
            mp, target = m_of(g)
            if target is None:
                return None
            target.switch()
            parked = on_g0(mp)
        if parked:
            unwinder.registers = registers_of(g)
            if unwinder.registers is None:
                return None
            gdb.invalidate_cached_frames()
            gdb.newest_frame().older().select()
        select_place()
        return fn()
    finally:
        unwinder.registers = None
        gdb.invalidate_cached_frames()
        thread.switch()
        if frame.is_valid():
            frame.select()


def is_runtime(frame):
    sal = frame.find_sal()
    if frame.name() in ("cr_mcall", "cr_go_entry"):
        return True
    return bool(sal.symtab) and sal.symtab.filename.startswith(("crun/runtime/", "crun/race/"))


def is_libc(frame):
    library = os.path.basename(gdb.solib_name(frame.pc()) or "")
    return re.match(r"(libc\W|libpthread\W|ld-)", library) is not None


# select_place selects the innermost frame of the program's own, if there is one.
def select_place():
    frame = gdb.selected_frame()
    while frame and (is_runtime(frame) or is_libc(frame)):
        frame = frame.older()
    if frame:
        frame.select()


def place():
    frame = gdb.selected_frame()
    symtab, line = frame.find_sal().symtab, frame.find_sal().line
    name = frame.name() or hex(frame.pc())
    return "%s (%s:%d)" % (name, os.path.basename(symtab.filename), line) if symtab else name


def where(g):
    if g.status == RUNNABLE and registers_of(g) is None:
        return "%s, not begun" % first_function(g)
    return with_stack(g, place) or "on a thread that gdb does not show"


# ---- the commands --------------------------------------------------------------------------------------

def is_current(g):
    thread = m_of(g)[1]
    return thread is not None and thread.num == gdb.selected_thread().num


class InfoGoroutines(gdb.Command):
    """info goroutines [REGEX]: number, name, state and place of each goroutine, or of those whose line matches."""

    def __init__(self):
        super().__init__("info goroutines", gdb.COMMAND_STACK)

    def invoke(self, arg, from_tty):
        sched = of("sched/sched.c", "sched")
        for g in living():
            name = ' "%s"' % g.name if g.name else ""
            mark = "*" if is_current(g) else " "
            line = "%s %d%s [%s] %s" % (mark, g.goid, name, g.state(sched), where(g))
            if re.search(arg, line):
                print(line)


# without_first is a backtrace without its frame 0, which is a thread's.
def without_first(text):
    at = re.search(r"^#1 ", text, re.M)
    return text[at.start():] if at else text


def run(g, command):
    def execute():
        if unwinder.registers and re.match(r"(bt|backtrace|where)\b", command):
            print(without_first(gdb.execute(command, False, True)), end="")
        else:
            gdb.execute(command)
        return True

    if with_stack(g, execute) is None:
        print("goroutine %d: %s" % (g.goid, where(g)))


class GoroutineCommand(gdb.Command):
    """goroutine N COMMAND: run COMMAND with the stack of goroutine N; `goroutine all COMMAND`: of each."""

    def __init__(self):
        super().__init__("goroutine", gdb.COMMAND_STACK)

    def invoke(self, arg, from_tty):
        number, _, command = arg.strip().partition(" ")
        command = command.strip() or "bt"
        if number != "all" and not number.isdigit():
            raise gdb.GdbError("usage: goroutine N|all COMMAND")
        chosen = [g for g in living() if number == "all" or g.goid == int(number)]
        if not chosen:
            raise gdb.GdbError("there is no goroutine %s" % number)
        for g in chosen:
            if number == "all":
                print("\ngoroutine %d:" % g.goid)
            run(g, command)


InfoGoroutines()
GoroutineCommand()
