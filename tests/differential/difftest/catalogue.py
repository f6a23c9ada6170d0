"""The instruction sets, and the suites of all of them by name."""

from difftest.aarch64.isa import Aarch64
from difftest.riscv.isa import Riscv

ISAS = {isa.name: isa for isa in (Riscv(), Aarch64())}
SUITES = {suite: isa for isa in ISAS.values() for suite in isa.suites}


def generate(suite, xlen, seed, index):
    """The program of that name; the same on every host."""
    name = f"{suite}-{xlen}-{seed}-{index}"
    return SUITES[suite].suites[suite](name, xlen, name).program()
