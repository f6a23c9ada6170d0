"""Floating point, Advanced SIMD and cryptography, in sequences, with changes of FPCR among them."""

from difftest.aarch64.generator import A64Generator
from difftest.aarch64.program import BASE, RESERVED
from difftest.aarch64.rows import random_word, rows

_SIMD_TABLES = ("simd_same", "simd_misc", "simd_different", "simd_shift", "simd_move")


class _Rows(A64Generator):
    """Rows of some tables; registers are few, so that results are used again."""

    tables = ()

    def instruction(self):
        kind = self.random.random()
        if kind < 0.75:
            return [self.row()]
        if kind < 0.82:
            return self.mode()
        return self.traffic()

    def row(self):
        return random_word(self, self.pick(rows(*self.tables)), RESERVED)

    def mode(self):
        register = self.work()
        return self.pick((self.constant(register, self.float_mode()) + [f"msr fpcr, x{register}"], [f"mrs {self.dest()}, fpsr"],
                          [f"mrs {self.dest()}, fpcr"], self.constant(register, self.random.getrandbits(32) & 0x0800009F) + [f"msr fpsr, x{register}"]))

    def traffic(self):
        at = self.random.randrange(0, 128) * 16
        return [self.pick((f"ldr q{self.vector()}, [x{BASE}, #{at}]", f"str q{self.vector()}, [x{BASE}, #{at}]",
                           f"fmov d{self.vector()}, {self.source()}", f"fmov {self.dest()}, d{self.vector()}",
                           f"ldr d{self.vector()}, [x{BASE}, #{at}]", f"str s{self.vector()}, [x{BASE}, #{at}]",
                           f"mov v{self.vector()}.d[1], {self.source()}", f"dup v{self.vector()}.2d, {self.source()}"))]


class Float(_Rows):
    """Scalar floating point."""

    tables = ("fp",)


class Simd(_Rows):
    """Advanced SIMD, and some scalar floating point."""

    tables = (*_SIMD_TABLES, "fp")


class Crypto(_Rows):
    """AES, SHA, SM3, SM4, and the instructions that surround them."""

    tables = ("crypto",)

    def row(self):
        return super().row() if self.chance(0.7) else random_word(self, self.pick(rows(*_SIMD_TABLES)), RESERVED)
