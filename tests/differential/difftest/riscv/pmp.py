"""Physical memory protection without translation."""

from difftest.riscv.program import FLAG_FLOAT, FLAG_LOCKED, FLAG_TABLES, PAGES
from difftest.riscv.probes import HOLE, MACHINE, PROBES, PROBES_64, SUPERVISOR, USER, Prober

OFF, TOR, NA4, NAPOT = range(4)
_OPEN = 15  # the entry that harness.c leaves open over everything, with the lowest priority


class Pmp(Prober):
    """Random entries over the first pages; accesses near their limits."""

    length = (15, 45)
    flags = Prober.flags | FLAG_TABLES | FLAG_FLOAT
    locks = False

    def __init__(self, name, xlen, seed):
        super().__init__(name, xlen, seed)
        self.limits = [PAGES]

    def _place(self):
        """Somewhere in the first three pages, in multiples of four."""
        if self.chance(0.3):
            return PAGES + 4096 * self.random.randrange(4)
        return PAGES + (self.random.randrange(3 * 4096) & -4)

    def prologue(self):
        lines = super().prologue()
        if self.chance(0.3):  # without an entry that matches, S and U may do nothing: only the stubs are open to them
            lines.append(self._entry(self.random.randrange(12, 15), NAPOT, 0x80000000 >> 2 | (1 << 19) - 1, 5))
            lines.append(self._configure(_OPEN, OFF, 0))
        for _ in range(self.random.randrange(1, 6)):
            lines.append(self._random_entry())
        return lines

    def _random_entry(self):
        mode = self.pick((OFF, TOR, TOR, NA4, NAPOT, NAPOT))
        number = self.random.randrange(1 if self.locks else 0, 12)  # pmp0 as TOR starts at address 0: locked, it would close the harness
        place = self._place()
        self.limits.append(place)
        value = place >> 2
        if mode == NAPOT:
            size = 8 << self.random.randrange(11)
            value = (place & -size) >> 2 | size // 8 - 1
            self.limits += [place & -size, (place & -size) + size]
        rights = self.pick((0, 1, 3, 4, 5, 7))
        lock = 0x80 if self.locks and self.chance(0.5) else 0
        lines = []
        if mode == TOR and number > 0 and (self.locks or self.chance(0.7)):
            below = self._place()
            self.limits.append(below)
            lines = [f"li t0, {below >> 2:#x}", f"csrw pmpaddr{number - 1}, t0"]
        return lines + self._entry(number, mode, value, rights | lock)

    def _entry(self, number, mode, address, rights):
        return [f"li t0, {address:#x}", f"csrw pmpaddr{number}, t0", f"csrr t2, pmpaddr{number}"] + self.record() + \
            self._configure(number, mode, rights)

    def _configure(self, number, mode, rights):
        per_register = self.xlen // 8
        register = number // per_register * (2 if self.xlen == 64 else 1)
        shift = number % per_register * 8
        return [f"li t0, {0xFF << shift:#x}", f"csrc pmpcfg{register}, t0", f"li t0, {(mode << 3 | rights) << shift:#x}",
                f"csrs pmpcfg{register}, t0", f"csrr t2, pmpcfg{register}"] + self.record() + self._settle()

    def _settle(self):
        """The oracle notices a new lower limit of a TOR region only when the configuration is written again (difftest/known.py)."""
        lines = []
        for register in (0, 2) if self.xlen == 64 else (0, 1, 2, 3):
            lines += [f"csrr t0, pmpcfg{register}", f"csrw pmpcfg{register}, t0"]
        return lines + ["sfence.vma"]

    def _near(self, size):
        limit = self.pick(self.limits)
        at = limit + self.random.randrange(-12, 12)
        at = self.within_word(at, size) if self.chance(0.2) else at & -size
        return max(PAGES, min(at, PAGES + 5 * 4096))

    def instruction(self):
        kind = self.random.random()
        name, size = self.pick(PROBES_64 if self.xlen == 64 else PROBES)
        if kind < 0.03:
            return self.borrowed(name, HOLE + 8 * self.random.randrange(64), MACHINE, 0)
        if kind < 0.45:
            return self.borrowed(name, self._near(size), self.pick((USER, SUPERVISOR, SUPERVISOR, MACHINE)), self.status_bits())
        if kind < 0.65:
            return self.visit(f"la a0, stub_{name}", self._near(size), self.pick((USER, SUPERVISOR, MACHINE)), 0)
        if kind < 0.8:
            return self._random_entry()
        # Code may have been overwritten: each fetch first puts a word there that comes back.
        address = max(PAGES, self.pick(self.limits) + 4 * self.random.randrange(-2, 3))
        return [f"li t0, {address:#x}", "li t1, 0x73", "sw t1, (t0)", "fence.i"] + self.fetch(address, self.pick((USER, SUPERVISOR, MACHINE)))


class PmpLock(Pmp):
    """With locked entries, which bind M too and last until reset."""

    locks = True
    flags = Pmp.flags | FLAG_LOCKED

    def finish(self, program):
        program.alone = True
