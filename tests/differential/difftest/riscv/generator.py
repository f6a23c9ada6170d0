"""What all generators of RISC-V share: registers, addresses, branches."""

from difftest.generator import Generator
from difftest.riscv.program import BASE, COUNTER, FLAG_START_SHIFT, SCRATCH, Program

MACHINE = 3
_WINDOW = 2048 - 16  # loads and stores stay this far around BASE, whatever their size


class RiscvGenerator(Generator):
    """Programs of RV32 or RV64."""

    flags = MACHINE << FLAG_START_SHIFT

    def __init__(self, name, xlen, seed):
        super().__init__(name, seed)
        self.xlen = xlen
        self.compressed = self.random.random() < 0.5

    # ---- operands

    def source(self):
        return f"x{self.random.getrandbits(5)}"

    def dest(self):
        number = self.random.getrandbits(5)
        return f"x{number if number not in (COUNTER, BASE) else number + 8}"

    def work(self):
        """A destination that is not x0."""
        number = self.random.randrange(5, 32)
        return f"x{number}"

    def small(self):
        """A destination that three-bit fields of compressed instructions reach."""
        return f"x{self.random.randrange(8, 16)}"

    def imm12(self):
        return self.pick((0, 1, -1, 2047, -2048)) if self.chance(0.2) else self.random.getrandbits(12) - 2048

    def offset(self, align=1):
        """An offset from BASE; often right at the page boundary, mostly aligned."""
        at = self.random.randrange(-12, 13) if self.chance(0.3) else self.random.randrange(-_WINDOW, _WINDOW)
        return at if self.chance(0.35) else at & -align

    def address(self, align=1):
        """Lines that make an address, and the text of the operand that uses it."""
        if self.chance(0.5):
            return [], f"{self.offset(align)}(x{BASE})"
        base, part = self.work(), self.random.randrange(-64, 64) & -align
        whole = self.offset(align)
        if not -2048 <= whole - part <= 2047:
            part = 0
        return [f"addi {base}, x{BASE}, {whole - part}"], f"{part}({base})"

    # ---- control flow

    def branch(self):
        return f"{self.pick(('beq', 'bne', 'blt', 'bge', 'bltu', 'bgeu'))} {self.source()}, {self.source()}"

    def forward(self, label):
        kind = self.random.random()
        if kind < 0.75:
            return (f"{self.branch()}, {label}",)
        if kind < 0.85:
            return (f"jal {self.pick(('x0', 'x1', 'x5'))}, {label}",)
        register = self.work()
        return (f"la {register}, {label}-8", f"jalr {self.pick(('x0', 'x1', register))}, 8({register})")

    def loop(self, label, rounds):
        return ((f"li x{COUNTER}, {rounds}", f"{label}:"), (f"addi x{COUNTER}, x{COUNTER}, -1", f"bnez x{COUNTER}, {label}"))

    def program(self):
        x = [self.initial_register() for _ in range(32)]
        x[0], x[COUNTER], x[BASE] = 0, 0, SCRATCH
        items = self.items()
        program = Program(self.name, self.xlen, items, x, memory_seed=self.random.getrandbits(31) | 1,
                          modes=self.random.getrandbits(self.xlen), flags=self.flags, compressed=self.compressed)
        self.finish(program)
        return program
