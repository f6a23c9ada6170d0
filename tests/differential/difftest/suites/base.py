"""What all generators share: random operands, registers and control flow."""

import random

from difftest.program import BASE, COUNTER, FLAG_START_SHIFT, SCRATCH, Item, Program

MACHINE = 3
_WINDOW = 2048 - 16  # loads and stores stay this far around BASE, whatever their size

INTEGER_CORNERS = (0, 1, 2, 3, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x100000000,
                   0x7FFFFFFFFFFFFFFF, 0x8000000000000000, 0xFFFFFFFFFFFFFFFF, 0xFFFFFFFF80000000, 0xFFFFFFFF7FFFFFFF,
                   0x5555555555555555, 0xAAAAAAAAAAAAAAAA, 0x00FF00FF00FF00FF, 0x0123456789ABCDEF)


class Generator:
    """Makes one program. A suite derives from it and says in `instruction` what its instructions are."""

    length = (20, 60)
    jumps = True
    flags = MACHINE << FLAG_START_SHIFT

    def __init__(self, name, xlen, seed):
        self.name, self.xlen = name, xlen
        self.random = random.Random(seed)
        self.groups = 0
        self.compressed = self.random.random() < 0.5

    # ---- what suites say

    def instruction(self):
        """Lines of one item."""
        raise NotImplementedError

    def initial_register(self):
        return self.integer()

    def prologue(self):
        """Items at the start of the program."""
        return []

    def epilogue(self):
        """Items at its end."""
        return []

    def finish(self, program):
        """Last changes to the program's start state."""

    # ---- operands

    def pick(self, choices):
        return choices[int(self.random.random() * len(choices))]

    def chance(self, probability):
        return self.random.random() < probability

    def integer(self):
        kind = self.random.random()
        if kind < 0.3:
            return self.pick(INTEGER_CORNERS)
        if kind < 0.5:
            return (self.random.getrandbits(7) - 64) & 0xFFFFFFFFFFFFFFFF
        if kind < 0.6:
            return 1 << self.random.getrandbits(6)
        if kind < 0.75:
            value = self.random.getrandbits(32)
            return value | 0xFFFFFFFF00000000 if value >> 31 else value
        return self.random.getrandbits(64)

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

    def new_group(self):
        self.groups += 1
        return self.groups

    def branch(self):
        return f"{self.pick(('beq', 'bne', 'blt', 'bge', 'bltu', 'bgeu'))} {self.source()}, {self.source()}"

    def _forward(self, label):
        kind = self.random.random()
        if kind < 0.75:
            return (f"{self.branch()}, {label}",)
        if kind < 0.85:
            return (f"jal {self.pick(('x0', 'x1', 'x5'))}, {label}",)
        register = self.work()
        return (f"la {register}, {label}-8", f"jalr {self.pick(('x0', 'x1', register))}, 8({register})")

    def block(self, count, loops=True):
        items = []
        while count > 0:
            kind = self.random.random() if self.jumps and count >= 4 else 1
            if kind < 0.08:
                inner = self.random.randrange(1, min(count, 8))
                group = self.new_group()
                label = f".L@_{group}"
                items.append(Item(self._forward(label), group))
                items += self.block(inner, loops)
                items.append(Item((f"{label}:",), group))
                count -= inner + 1
            elif kind < 0.11 and loops:
                inner = self.random.randrange(1, min(count, 10))
                group = self.new_group()
                label = f".L@_{group}"
                items.append(Item((f"li x{COUNTER}, {self.random.randrange(1, 5)}", f"{label}:"), group))
                items += self.block(inner, False)
                items.append(Item((f"addi x{COUNTER}, x{COUNTER}, -1", f"bnez x{COUNTER}, {label}"), group))
                count -= inner + 2
            else:
                items.append(Item(tuple(self.instruction())))
                count -= 1
        return items

    def program(self):
        """The whole program."""
        x = [self.initial_register() for _ in range(32)]
        x[0], x[COUNTER], x[BASE] = 0, 0, SCRATCH
        items = [Item(tuple(lines), pinned=True) for lines in self.prologue()]
        items += self.block(self.random.randint(*self.length))
        items += [Item(tuple(lines)) for lines in self.epilogue()]
        program = Program(self.name, self.xlen, items, x, memory_seed=self.random.getrandbits(31) | 1,
                          modes=self.random.getrandbits(self.xlen), flags=self.flags, compressed=self.compressed)
        self.finish(program)
        return program
