"""Everything at once: what a translator keeps in registers, defers and fuses meets what ends that."""

from difftest.aarch64.memory import Atomic, Memory
from difftest.aarch64.vector import Simd


class Mixed(Memory, Atomic, Simd):
    """Base instructions, memory, atomics, floating point and vectors in one program."""

    length = (40, 120)

    def instruction(self):
        return self.pick((Memory, Memory, Atomic, Simd, Simd)).instruction(self)

    def row(self):
        return Simd.row(self) if self.chance(0.5) else Memory.row(self)
