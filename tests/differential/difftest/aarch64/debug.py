"""Self-hosted debug: breakpoints, watchpoints, software steps, BRK, from and to every level. Arm ARM DDI 0487, D2."""

from difftest.aarch64.memory import Memory
from difftest.aarch64.program import FLAG_RANDOM_MODES, SCRATCH

_KDE, _MDE, _SS = 1 << 13, 1 << 15, 1
_TDE = 1 << 8
_EVENT_COUNTERS = 6  # MDCR_EL2.HPMN as the harness has it
# (SSC, HMC, PMC): what is not reserved and means the same to both machines (known.py).
_PRIVILEGES = ((0, 0, 1), (0, 0, 2), (0, 0, 3), (0, 1, 1), (0, 1, 3), (1, 0, 1), (1, 0, 2), (1, 0, 3), (2, 0, 3))
# Not watchpoints for EL0 alone: QEMU keeps that an earlier hit was at EL0 (known.py).
_WATCH_PRIVILEGES = tuple(each for each in _PRIVILEGES if each[2] != 2)
# (mnemonic, width, size)
_LOADS = (("ldrb", "w", 1), ("ldrsh", "x", 2), ("ldr", "w", 4), ("ldr", "x", 8), ("ldar", "x", 8), ("ldr", "h", 2), ("ldr", "d", 8), ("ldr", "q", 16),
          ("ldtr", "x", 8), ("ldtrsw", "x", 4), ("ldurb", "w", 1))
_STORES = (("strb", "w", 1), ("strh", "w", 2), ("str", "w", 4), ("str", "x", 8), ("stlr", "w", 4), ("str", "d", 8), ("sttr", "x", 8), ("sttrh", "w", 2))
_CONTEXT = (4, 5)  # the breakpoints that compare contexts; others link to them
# Without those of EL0's rights, where there are several watchpoints (known.py).
_PLAIN_LOADS, _PLAIN_STORES = (tuple(row for row in rows if not row[0].startswith(("ldtr", "sttr"))) for rows in (_LOADS, _STORES))
_CONTEXT_IDS = (0, 1, 0x12345678)


class Debug(Memory):
    """Accesses around what is watched, in programs some of whose instructions have breakpoints or are stepped."""

    length = (15, 40)
    flags = FLAG_RANDOM_MODES

    def __init__(self, name, xlen, seed):
        super().__init__(name, xlen, seed)
        self.watched = [self.random.randrange(-48, 48) for _ in range(4)]
        self.stepped = self.chance(0.3)
        self.watch_control = self._control(_WATCH_PRIVILEGES) | self._link()  # of all (known.py)
        mdscr = (_KDE if self.chance(0.6) else 0) | (_MDE if self.chance(0.9) else 0) | (_SS if self.stepped else 0)
        self.setup = [("contextidr_el1", self.pick(_CONTEXT_IDS)), ("mdcr_el2", _EVENT_COUNTERS | (_TDE if self.chance(0.2) else 0))]
        for number in range(4):
            self.setup += self._breakpoint(number) if self.chance(0.6) else []
            self.setup += self._watchpoint(number) if self.chance(0.7) else []
        watchpoints = sum(name.startswith("dbgwcr") for name, _ in self.setup)
        self.loads, self.stores = (_LOADS, _STORES) if watchpoints < 2 else (_PLAIN_LOADS, _PLAIN_STORES)
        for number in _CONTEXT:
            self.setup += self._context(number) if self.chance(0.5) else []
        self.setup.append(("mdscr_el1", mdscr))

    def _control(self, among=_PRIVILEGES):
        state, higher, privileges = self.pick(among)
        return state << 14 | higher << 13 | privileges << 1 | (1 if self.chance(0.9) else 0)

    def _link(self):
        """LBN and the bit that links, which a breakpoint's type and a watchpoint's WT have at the same place."""
        return self.pick(_CONTEXT) << 16 | 1 << 20 if self.chance(0.3) else 0

    def _breakpoint(self, number):
        control = 0xF << 5 | self._control() | self._link()
        return [(f"dbgbvr{number}_el1", f"entry_@+{4 * self.random.randrange(80)}"), (f"dbgbcr{number}_el1", control)]

    def _context(self, number):
        return [(f"dbgbvr{number}_el1", self.pick(_CONTEXT_IDS)), (f"dbgbcr{number}_el1", 3 << 20 | 0xF << 5 | self._control())]

    def _watchpoint(self, number):
        """Any run of bytes of a double word or, with bit 2 of the address, of the word there; or 8 bytes to 2 GiB by MASK."""
        address = SCRATCH + self.watched[number]
        control = self.watch_control | self.pick((1, 2)) << 3
        if self.chance(0.25):
            mask = self.pick((3, 3, 4, 5, 8, 12, 31))
            return [(f"dbgwvr{number}_el1", address & ~((1 << mask) - 1)), (f"dbgwcr{number}_el1", control | mask << 24 | 0xFF << 5)]
        size = 4 if address & 4 else 8
        first = self.random.randrange(size)
        count = self.random.randrange(1, size - first + 1)
        return [(f"dbgwvr{number}_el1", address & ~3), (f"dbgwcr{number}_el1", control | ((1 << count) - 1) << first << 5)]

    def place(self, align=1, _misaligned=0):
        """Aligned, as far as anyone asks for it: QEMU 7.2 takes misaligned accesses for larger ones here (known.py)."""
        if self.chance(0.2):
            return super().place(align, 0)
        return self.pick(self.watched) + self.random.randrange(-12, 12) & -align

    def finish(self, program):
        if self.chance(0.5):
            program.pstate &= ~(1 << 9)  # D
        if self.stepped:
            program.pstate |= 1 << 21  # SS

    def instruction(self):
        return self.pick((self.load, self.load, self.store, self.store, self.load_pair, self.plain, self.load_exclusive, self.call, self.state))()

    def plain(self):
        return [self.row()]

    def load(self):
        name, width, size = self.pick(self.loads)
        pointer = self.work()
        return self.point(pointer, self.place(size)) + [f"{name} {self._data(width, pointer)}, [x{pointer}]"]

    def store(self):
        """Of at most 8 bytes: of more, a part may have been stored."""
        name, width, size = self.pick(self.stores)
        pointer = self.work()
        return self.point(pointer, self.place(size)) + [f"{name} {self._data(width, pointer)}, [x{pointer}]"]

    def load_pair(self):
        name, width, size = self.pick((("ldp", "w", 4), ("ldp", "x", 8), ("ldpsw", "x", 4)))
        pointer = self.work()
        one, other = self.some(2, pointer)
        return self.point(pointer, self.place(size)) + [f"{name} {width}{one}, {width}{other}, [x{pointer}]"]

    def load_exclusive(self):
        pointer, one, other = self.some(3)
        return self.point(pointer, self.place(16, 0)) + [self.pick((f"ldxr x{one}, [x{pointer}]", f"ldaxrb w{one}, [x{pointer}]",
                                                                   f"ldxp x{one}, x{other}, [x{pointer}]", "clrex"))]

    def call(self):
        return [f"{self.pick(('svc', 'smc', 'brk', 'brk'))} #{self.random.getrandbits(16)}"]

    def state(self):
        register = self.work()
        context = self.constant(register, self.pick(_CONTEXT_IDS)) + [f"msr contextidr_el1, x{register}", "isb"]
        mask = "msr daifclr, #8" if self.stepped else self.pick(("msr daifset, #8", "msr daifclr, #8"))
        return self.pick(([mask], context, [f"mrs {self.dest()}, mdscr_el1"],
                          [f"mrs {self.dest()}, dbgwcr{self.random.randrange(4)}_el1"], [f"mrs {self.dest()}, dbgwvr{self.random.randrange(4)}_el1"]))
