"""Programs of RISC-V: where they lie, what they start from."""

from dataclasses import dataclass, field

from difftest.program import BaseProgram

# harness/riscv/harness.h has the same numbers.
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


@dataclass
class Program(BaseProgram):
    """A program of RV32 or RV64."""

    x: list
    f: list = field(default_factory=list)
    fcsr: int = 0
    memory_seed: int = 1
    modes: int = 0
    flags: int = 0
    compressed: bool = True
    alone: bool = False  # leaves the machine in a state that only a reset ends, so it is the only program of its image

    def state_features(self):
        registers = [("x", n) for n in range(1, 32) if self.x[n] != 0 and n != BASE]
        return registers + [("f", n) for n, value in enumerate(self.f) if value != 0]

    def reduced_state(self, kept):
        return {"x": [value if n == BASE or ("x", n) in kept else 0 for n, value in enumerate(self.x)],
                "f": [value if ("f", n) in kept else 0 for n, value in enumerate(self.f)]}

    def text(self):
        """The program as a reader of a failure report wants it."""
        lines = [f"# start: flags={self.flags:#x} fcsr={self.fcsr:#x} memory_seed={self.memory_seed:#x} modes={self.modes:#x}"]
        lines += [f"# x{n} = {value:#x}" for n, value in enumerate(self.x) if value != 0 and n != 0]
        lines += [f"# f{n} = {value:#018x}" for n, value in enumerate(self.f) if value != 0]
        lines.append(".option rvc" if self.compressed else ".option norvc")
        return "\n".join(lines + self.item_lines())
