"""What all generators of AArch64 share: registers, addresses, branches, start states."""

from difftest.aarch64.program import BASE, COUNTER, MASKED, MODES, RESERVED, RESUME, SCRATCH, Program
from difftest.generator import Generator

CONDITIONS = "eq ne cs cc mi pl vs vc hi ls ge lt gt le".split()
_WINDOW = 4096 - 320  # accesses stay this far around BASE, whatever their size and offset

# FPCR: AHP, DN, FZ, RMode, FZ16
_FPCR_BITS = (1 << 26, 1 << 25, 1 << 24, 1 << 22, 1 << 23, 1 << 19)


def _float_lane(generator, exponent_bits, fraction_bits):
    """A number of one lane: special ones, neighbours of limits, sizes of integers, anything."""
    limit = (1 << exponent_bits) - 1
    bias = limit >> 1
    random = generator.random
    exponent = generator.pick((0, limit, limit - 1, 1, bias, bias + random.randrange(-3, 4), min(limit - 1, bias + random.randrange(66)),
                               random.getrandbits(exponent_bits), random.getrandbits(exponent_bits)))
    fraction = generator.pick((0, (1 << fraction_bits) - 1, 1 << random.randrange(fraction_bits), 1 << (fraction_bits - 1),
                               random.getrandbits(fraction_bits), random.getrandbits(fraction_bits)))
    return random.getrandbits(1) << (exponent_bits + fraction_bits) | exponent << fraction_bits | fraction


class A64Generator(Generator):
    """Programs of AArch64."""

    cpu = "max"
    flags = 0
    levels = (0, 1, 2, 3)
    fixed_setup = False

    def __init__(self, name, _xlen, seed):
        super().__init__(name, seed)
        self.setup = []
        self.pokes = []

    # ---- operands

    def number(self):
        """Of a register to write; 31 stands for none."""
        number = self.random.getrandbits(5)
        return number if number not in RESERVED else number - 8

    def dest(self, width="x"):
        number = self.number()
        return f"{width}{number if number != 31 else 'zr'}"

    def source(self, width="x"):
        number = self.random.getrandbits(5)
        return f"{width}{number if number != 31 else 'zr'}"

    def work(self, *but):
        """The number of a register to write that is there, and none of the given ones."""
        while True:
            number = self.random.randrange(0, 26)
            if number not in but:
                return number

    def some(self, count, *but):
        """Numbers of so many different registers to write."""
        found = []
        for _ in range(count):
            found.append(self.work(*but, *found))
        return found

    def vector(self):
        return self.random.getrandbits(5)

    def condition(self):
        return self.pick(CONDITIONS)

    def constant(self, register, value):
        """Lines that put a number into a register."""
        value &= 0xFFFFFFFFFFFFFFFF
        lines = [f"movz x{register}, #{value & 0xFFFF:#x}"]
        lines += [f"movk x{register}, #{value >> shift & 0xFFFF:#x}, lsl #{shift}" for shift in (16, 32, 48) if value >> shift & 0xFFFF]
        return lines

    # ---- addresses

    def place(self, align=1, misaligned=0.3):
        """An offset from BASE, often at the page boundary."""
        at = self.random.randrange(-20, 20) if self.chance(0.3) else self.random.randrange(-_WINDOW, _WINDOW)
        return at if self.chance(misaligned) else at & -align

    def point(self, register, offset):
        """Lines that make a register the address so far from BASE."""
        name = "sp" if register == 31 else f"x{register}"
        return [f"add {name}, x{BASE}, #{offset}" if offset >= 0 else f"sub {name}, x{BASE}, #{-offset}"]

    # ---- control flow

    def forward(self, label):
        kind = self.random.random()
        width = self.pick("wx")
        if kind < 0.35:
            return (f"b.{self.condition()} {label}",)
        if kind < 0.6:
            return (f"{self.pick(('cbz', 'cbnz'))} {self.source(width)}, {label}",)
        if kind < 0.8:
            return (f"{self.pick(('tbz', 'tbnz'))} {self.source(width)}, #{self.random.randrange(32 if width == 'w' else 64)}, {label}",)
        if kind < 0.9:
            return (f"{self.pick(('b', 'bl'))} {label}",)
        register = self.work()
        return (f"adr x{register}, {label}", f"{self.pick(('br', 'blr', 'ret'))} x{register}")

    def loop(self, label, rounds):
        # A loop that an exception led into, past its start, ends below zero.
        return ((f"mov x{COUNTER}, #{rounds}", f"{label}:"),
                (f"sub x{COUNTER}, x{COUNTER}, #1", f"tbnz x{COUNTER}, #63, {label}end", f"cbnz x{COUNTER}, {label}", f"{label}end:"))

    # ---- start states

    def float_register(self):
        kind = self.random.random()
        value = 0
        if kind < 0.3:
            for _ in range(2):
                value = value << 64 | _float_lane(self, 11, 52)
        elif kind < 0.6:
            for _ in range(4):
                value = value << 32 | _float_lane(self, 8, 23)
        elif kind < 0.75:
            for _ in range(8):
                value = value << 16 | _float_lane(self, 5, 10)
        elif kind < 0.9:
            value = self.integer() << 64 | self.integer()
        else:
            value = self.random.getrandbits(128)
        return value

    def float_mode(self):
        mode = 0
        if self.chance(0.6):
            for bit in _FPCR_BITS:
                mode |= bit if self.chance(0.4) else 0
        return mode

    def start_level(self):
        return self.pick(self.levels)

    def program(self):
        x = [self.initial_register() for _ in range(31)]
        x[COUNTER], x[RESUME], x[BASE] = 0, 0, SCRATCH
        v = [self.float_register() for _ in range(32)]
        items = self.items()
        pstate = MASKED | MODES[self.start_level()] | self.random.getrandbits(4) << 28
        program = Program(self.name, 64, items, x, v, self.float_mode(), 0, pstate, self.random.getrandbits(31) | 1, self.random.getrandbits(64),
                          self.flags, self.cpu, self.setup, self.pokes, self.fixed_setup)
        self.finish(program)
        return program
