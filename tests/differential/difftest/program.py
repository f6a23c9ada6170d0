"""What a generated program is: items of assembly, and the state that it starts from."""

from dataclasses import dataclass, field, replace

# harness.h has the same numbers.
SCRATCH = 0x80402000
TABLES = 0x80480000
TABLE_PAGES = 12
PAGES = 0x80490000
PAGE_COUNT = 8

FLAG_FLOAT = 1
FLAG_RANDOM_MODES = 2
FLAG_TABLES = 4
FLAG_VECTORED = 8
FLAG_START_SHIFT = 4
FLAG_LOCKED = 64

# Registers that no item may write: the counter of the innermost loop, and the middle of the scratch memory.
COUNTER = 3
BASE = 4


@dataclass(frozen=True)
class Item:
    """The unit of shrinking: lines of assembly that stay or go together. Items of one group, such as the two ends of a loop, also
    go together. '@' in a line stands for the number of the program in its image, which makes labels unique."""

    lines: tuple
    group: int = -1
    pinned: bool = False  # the program makes no sense without it


@dataclass
class Program:
    """One random program. `name` (suite-xlen-seed-index) is all that is needed to make it again."""

    name: str
    xlen: int
    items: list
    x: list
    f: list = field(default_factory=list)
    fcsr: int = 0
    memory_seed: int = 1
    modes: int = 0
    flags: int = 0
    compressed: bool = True
    alone: bool = False  # leaves the machine in a state that only a reset ends, so it is the only program of its image

    def features(self):
        """What shrinking may take away: ('unit', key) for items, ('x', n) and ('f', n) for registers that do not start as 0."""
        units = dict.fromkeys(self._unit(n) for n, item in enumerate(self.items) if not item.pinned)
        registers = [("x", n) for n in range(1, 32) if self.x[n] != 0 and n != BASE]
        registers += [("f", n) for n, value in enumerate(self.f) if value != 0]
        return [("unit", unit) for unit in units] + registers

    def reduced(self, kept):
        """The same program with only the given features."""
        kept = set(kept)
        return replace(
            self,
            items=[item for n, item in enumerate(self.items) if item.pinned or ("unit", self._unit(n)) in kept],
            x=[value if n == BASE or ("x", n) in kept else 0 for n, value in enumerate(self.x)],
            f=[value if ("f", n) in kept else 0 for n, value in enumerate(self.f)],
        )

    def _unit(self, n):
        group = self.items[n].group
        return ("item", n) if group < 0 else ("group", group)

    def text(self):
        """The program as a reader of a failure report wants it."""
        lines = [f"# start: flags={self.flags:#x} fcsr={self.fcsr:#x} memory_seed={self.memory_seed:#x} modes={self.modes:#x}"]
        lines += [f"# x{n} = {value:#x}" for n, value in enumerate(self.x) if value != 0 and n != 0]
        lines += [f"# f{n} = {value:#018x}" for n, value in enumerate(self.f) if value != 0]
        lines.append(".option rvc" if self.compressed else ".option norvc")
        for item in self.items:
            lines += [line.replace("@", "") for line in item.lines]
        return "\n".join(lines)
