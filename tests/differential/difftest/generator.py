"""What the generators of all instruction sets share: random numbers and control flow."""

import random

from difftest.program import Item

INTEGER_CORNERS = (0, 1, 2, 3, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x100000000,
                   0x7FFFFFFFFFFFFFFF, 0x8000000000000000, 0xFFFFFFFFFFFFFFFF, 0xFFFFFFFF80000000, 0xFFFFFFFF7FFFFFFF,
                   0x5555555555555555, 0xAAAAAAAAAAAAAAAA, 0x00FF00FF00FF00FF, 0x0123456789ABCDEF)


class Generator:
    """Makes one program. An instruction set derives from it, and its suites from that; a suite says in `instruction` what its
    instructions are."""

    length = (20, 60)
    jumps = True

    def __init__(self, name, seed):
        self.name = name
        self.random = random.Random(seed)
        self.groups = 0

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

    # ---- what an instruction set says

    def forward(self, label):
        """Lines of a jump to a label further on, mostly conditional."""
        raise NotImplementedError

    def loop(self, label, rounds):
        """Lines at both ends of a loop."""
        raise NotImplementedError

    def program(self):
        """The whole program."""
        raise NotImplementedError

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

    # ---- control flow

    def new_group(self):
        self.groups += 1
        return self.groups

    def block(self, count, loops=True):
        items = []
        while count > 0:
            kind = self.random.random() if self.jumps and count >= 4 else 1
            if kind < 0.08:
                inner = self.random.randrange(1, min(count, 8))
                group = self.new_group()
                label = f".L@_{group}"
                items.append(Item(self.forward(label), group))
                items += self.block(inner, loops)
                items.append(Item((f"{label}:",), group))
                count -= inner + 1
            elif kind < 0.11 and loops:
                inner = self.random.randrange(1, min(count, 10))
                group = self.new_group()
                label = f".L@_{group}"
                start, end = self.loop(label, self.random.randrange(1, 5))
                items.append(Item(start, group))
                items += self.block(inner, False)
                items.append(Item(end, group))
                count -= inner + 2
            else:
                items.append(Item(tuple(self.instruction())))
                count -= 1
        return items

    def items(self):
        """Prologue, instructions and epilogue."""
        items = [Item(tuple(lines), pinned=True) for lines in self.prologue()]
        items += self.block(self.random.randint(*self.length))
        return items + [Item(tuple(lines)) for lines in self.epilogue()]
