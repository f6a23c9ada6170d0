"""Programs of AArch64: where they lie, what they start from."""

from dataclasses import dataclass, field

from difftest.program import BaseProgram

# harness/aarch64/harness.h has the same numbers.
SCRATCH = 0x40601000
TABLES = 0x40800000
PAGES = 0x40900000

HCR_E2H, HCR_TGE = 1 << 34, 1 << 27

FLAG_RANDOM_MODES = 1
FLAG_BIG_ENDIAN = 2
FLAG_TABLES_SHIFT = 8
FLAG_PAGES_SHIFT = 20

# Registers that no item may write: the counter of the innermost loop, where to go on when an address cannot be fetched from, and the middle
# of the scratch memory.
COUNTER = 26
RESUME = 27
BASE = 28
RESERVED = (COUNTER, RESUME, BASE)

# PSTATE.M of the levels as programs have them (the harness has SP_EL3), and with D, A, I and F masked.
MODES = {0: 0x0, 1: 0x5, 2: 0x9, 3: 0xC}
MASKED = 0x3C0


@dataclass
class Program(BaseProgram):
    """A program, and the machine that it wants."""

    x: list
    v: list = field(default_factory=lambda: [0] * 32)
    fpcr: int = 0
    fpsr: int = 0
    pstate: int = MASKED
    memory_seed: int = 1
    modes: int = 0
    flags: int = 0
    cpu: str = "max"
    setup: list = field(default_factory=list)  # (system register, value or symbol), written at EL3 beforehand
    pokes: list = field(default_factory=list)  # (address, value), double words
    fixed_setup: bool = False  # the program means something else, perhaps something that is left open, without part of it

    def state_features(self):
        keys = [("x", n) for n in range(31) if self.x[n] != 0 and n != BASE]
        keys += [("v", n) for n, value in enumerate(self.v) if value != 0]
        if not self.fixed_setup:
            keys += [("setup", n) for n in range(len(self.setup))]
        if self.fpcr:
            keys.append(("fpcr", 0))
        return keys

    def reduced_state(self, kept):
        return {"x": [value if n == BASE or ("x", n) in kept else 0 for n, value in enumerate(self.x)],
                "v": [value if ("v", n) in kept else 0 for n, value in enumerate(self.v)],
                "setup": [pair for n, pair in enumerate(self.setup) if self.fixed_setup or ("setup", n) in kept],
                "fpcr": self.fpcr if ("fpcr", 0) in kept else 0}

    def text(self):
        """The program as a reader of a failure report wants it."""
        lines = [f"# start: cpu={self.cpu} pstate={self.pstate:#x} flags={self.flags:#x} fpcr={self.fpcr:#x} fpsr={self.fpsr:#x} "
                 f"memory_seed={self.memory_seed:#x} modes={self.modes:#x}"]
        lines += [f"# x{n} = {value:#x}" for n, value in enumerate(self.x) if value != 0]
        lines += [f"# v{n} = {value:#034x}" for n, value in enumerate(self.v) if value != 0]
        lines += [f"# {name} = {value if isinstance(value, str) else hex(value)}" for name, value in self.setup]
        lines += [f"# [{address:#x}] = {value:#x}" for address, value in self.pokes]
        return "\n".join(lines + self.item_lines())
