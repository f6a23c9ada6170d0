"""The generic timers where time plays no part: what was due at once, is never due, or has wrapped; access from every level."""

from difftest.aarch64.integer import Integer
from difftest.aarch64.program import FLAG_RANDOM_MODES, HCR_E2H, HCR_TGE

_PENDING = 0x08000200  # GICD_ISPENDR0: the lines of the private interrupts are levels
_LINES = 0x7E000000  # those of the timers and what is beside them
_LATER = 1 << 40  # counts that no program lives to see
_ALL = (1 << 64) - 1
_COMPARES = (0, 0, _LATER, 1 << 62, 1 << 63, _ALL, _ALL - _LATER, (1 << 63) - 1)
_OFFSETS = (0, 0, 0, _LATER, 1 << 63, _ALL - _LATER, (1 << 63) + _LATER)
_TIMERS = ("cntp_{}_el0", "cntv_{}_el0", "cntp_{}_el0", "cntv_{}_el0", "cnthp_{}_el2", "cntps_{}_el1")


class Timers(Integer):
    """Compare values, masks, status, the lines to the interrupt controller, offsets of the virtual count, traps."""

    length = (20, 60)
    flags = FLAG_RANDOM_MODES
    cpu = "cortex-a57"
    timers = timers_by_value = _TIMERS
    connected = 0xFFFFFFFF

    def __init__(self, name, xlen, seed):
        super().__init__(name, xlen, seed)
        self.relative = self.chance(0.5)  # writes TVAL
        self.setup = [("cntkctl_el1", self.pick((0x303, 0x303, self.random.getrandbits(10) & 0x303))),
                      ("cnthctl_el2", self.pick((3, 3, 0))), ("cntvoff_el2", self.pick(_OFFSETS)),
                      ("scr_el3", 0x531 if self.chance(0.5) else 0xD31)]  # ST
        for timer in dict.fromkeys(_TIMERS):
            self.setup.append((timer.format("cval"), self._compare()))
            self.setup.append((timer.format("ctl"), self.random.getrandbits(2)))

    def _compare(self):
        return self.pick(_COMPARES)

    def instruction(self):
        if self.chance(0.1):
            return super().instruction()
        return self.pick((self.control, self.control, self.compare, self.compare, self.value, self.count, self.offset, self.lines, self.lines, self.access,
                          self.call))()

    def control(self):
        name, register = self.pick(self.timers).format("ctl"), self.work()
        if self.chance(0.6):
            return [f"mrs x{register}, {name}"] + self._status(register)
        return self.constant(register, self.pick((0, 1, 1, 2, 3, 7, _ALL))) + [f"msr {name}, x{register}"]

    def _status(self, register):
        """ISTATUS is UNKNOWN while ENABLE is 0."""
        other = self.work(register)
        return [f"sbfx x{other}, x{register}, #0, #1", f"and x{register}, x{register}, #7", f"orr x{other}, x{other}, #3",
                f"and x{register}, x{register}, x{other}"]

    def compare(self):
        name, register = self.pick(self.timers).format("cval"), self.work()
        if self.chance(0.3):
            # Where TVAL made it, the lower bits tell the time.
            return [f"mrs x{register}, {name}"] + ([f"lsr x{register}, x{register}, #38"] if self.relative else [])
        return self.constant(register, self._compare()) + [f"msr {name}, x{register}"]

    def value(self):
        """TVAL written makes CVAL: counts from now, with its sign. Half its range is more than a program lives."""
        if not self.relative:
            return self.control()
        name, register = self.pick(self.timers_by_value), self.work()
        lines = self.constant(register, self.pick((0, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x70000000, 0x123457FFFFFFF)))
        return [*lines, f"msr {name.format('tval')}, x{register}", f"mrs x{register}, {name.format('ctl')}", *self._status(register)]

    def count(self):
        """Counts go up; the virtual one is the physical one less the offset."""
        one, other = self.some(2)
        name = self.pick(("cntpct_el0", "cntvct_el0"))
        monotonous = [f"mrs x{one}, {name}", "isb", f"mrs x{other}, {name}", f"cmp x{one}, x{other}", f"cset x{one}, ls", f"mov x{other}, #0",
                      "cmp xzr, xzr"]
        upper = [f"mrs x{one}, {name}", f"lsr x{one}, x{one}, #38"]
        return self.pick((monotonous, upper, [f"mrs {self.dest()}, cntfrq_el0"]))

    def offset(self):
        register = self.work()
        write = self.constant(register, self.pick(_OFFSETS)) + [f"msr cntvoff_el2, x{register}"]
        return write if self.chance(0.5) else [f"mrs {self.dest()}, cntvoff_el2"]

    def lines(self):
        """What the interrupt controller sees. EL0 may not look."""
        pointer, value = self.some(2)
        return [*self.constant(pointer, _PENDING), "isb", f"ldr w{value}, [x{pointer}]", f"and w{value}, w{value}, #{_LINES:#x}",
                *([] if self.connected == 0xFFFFFFFF else [f"and w{value}, w{value}, #{self.connected:#x}"])]

    def access(self):
        """Who may; the registers keep what is writable of them."""
        name, value = self.pick((("cntkctl_el1", self.random.getrandbits(10) & 0x303), ("cnthctl_el2", self.pick((0, 3)))))
        register = self.work()
        return self.constant(register, value) + [f"msr {name}, x{register}"] if self.chance(0.6) else [f"mrs {self.dest()}, {name}"]

    def call(self):
        return [f"{self.pick(('svc', 'smc'))} #{self.random.getrandbits(16)}"]


_HOST_TCR = 25 | 1 << 8 | 1 << 10 | 3 << 12 | 25 << 16 | 1 << 23 | 2 << 32
_HOST_TIMERS = (*_TIMERS, "cnthv_{}_el2", "cntp_{}_el02", "cntv_{}_el02")
_HOST_ENABLES = (0xF03, 0xF03, 0x303, 0xC00)  # CNTHCTL_EL2: EL1's bits are behind EL0's


class HostTimers(Timers):
    """EL2 with FEAT_VHE's host extensions: whose timers the names of EL1 are, and the names that a host has for a guest's."""

    cpu = "max"
    timers = _HOST_TIMERS
    timers_by_value = (*_TIMERS, "cntp_{}_el02")  # QEMU takes the wrong offset for the others
    connected = ~(1 << 28) & 0xFFFFFFFF  # QEMU's board leaves the timer that came with FEAT_VHE unconnected
    fixed_setup = True

    def __init__(self, name, xlen, seed):
        super().__init__(name, xlen, seed)
        host = self.chance(0.5)
        if host:
            self.levels = (0, 2, 3)  # there is no EL1
        self.setup = [("hcr_el2", 1 << 31 | HCR_E2H | (HCR_TGE if host else 0)), ("tcr_el2", _HOST_TCR), ("cptr_el2", 3 << 20),
                      *(pair for pair in self.setup if pair[0] != "cnthctl_el2"), ("cnthctl_el2", self.pick(_HOST_ENABLES))]
        for part, value in (("cval", self._compare()), ("ctl", self.random.getrandbits(2))):
            self.setup.append((f"cnthv_{part}_el2", value))

    def access(self):
        name, value = self.pick((("cntkctl_el1", self.pick((0x303, 0x303, 0x300, 3))), ("cnthctl_el2", self.pick(_HOST_ENABLES)),
                                 ("cntkctl_el12", self.random.getrandbits(10) & 0x303)))
        register = self.work()
        return self.constant(register, value) + [f"msr {name}, x{register}"] if self.chance(0.6) else [f"mrs {self.dest()}, {name}"]
