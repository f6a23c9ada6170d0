"""F, D, Zfh and the compressed floating-point loads and stores."""

from difftest.riscv.program import BASE, FLAG_FLOAT
from difftest.riscv.integer import Integer

_LAYOUT = {"h": (16, 5, 10), "s": (32, 8, 23), "d": (64, 11, 52)}
_MODES = ("rne", "rtz", "rdn", "rup", "rmm")


def special(random, form):
    """Bits of a value where arithmetic has its corners."""
    width, exponent_bits, fraction_bits = _LAYOUT[form]
    top = (1 << exponent_bits) - 1
    bias = top >> 1
    fraction = random.choice((0, 1, 2, 3, (1 << fraction_bits) - 1, (1 << fraction_bits) - 2, 1 << (fraction_bits - 1),
                              (1 << (fraction_bits - 1)) + 1, (1 << (fraction_bits - 1)) - 1, random.getrandbits(fraction_bits)))
    exponent = random.choice((0, 0, 1, 2, top, top, top - 1, top - 2, bias, bias, bias - 1, bias + 1, bias - fraction_bits,
                              bias + fraction_bits, bias + fraction_bits + 1, min(top, bias + 31), min(top, bias + 32),
                              min(top, bias + 63), min(top, bias + 64), random.getrandbits(exponent_bits)))
    return random.getrandbits(1) << (width - 1) | exponent << fraction_bits | fraction


class Single(Integer):
    """F."""

    forms = ("s",)
    flags = Integer.flags | FLAG_FLOAT
    _move = {"h": "h", "s": "w", "d": "d"}

    def finish(self, program):
        program.f = [self._initial_float() for _ in range(32)]
        program.fcsr = self.random.getrandbits(5) * self.random.getrandbits(1) | self.random.randrange(5) << 5

    def _initial_float(self):
        form = self.pick(self.forms)
        value = special(self.random, form)
        if form == "d":
            return value
        boxed = 0xFFFFFFFFFFFFFFFF << _LAYOUT[form][0] & 0xFFFFFFFFFFFFFFFF
        return value | (boxed if self.chance(0.9) else self.random.getrandbits(64) & boxed)

    def initial_register(self):
        return special(self.random, self.pick(self.forms)) if self.chance(0.5) else self.integer()

    def freg(self):
        return f"f{self.random.getrandbits(5)}"

    def mode(self):
        return self.pick(_MODES) if self.chance(0.6) else "dyn"

    def instruction(self):
        kind = self.random.random()
        if kind < 0.1:
            return super().instruction()
        form = self.pick(self.forms)
        if kind < 0.4:
            return self.arithmetic(form)
        if kind < 0.55:
            return self.fused(form)
        if kind < 0.7:
            return self.conversion(form)
        if kind < 0.8:
            return self.comparison(form)
        if kind < 0.88:
            return self.float_memory(form)
        if kind < 0.95:
            return self.status()
        return self.reserved_mode(form)

    def arithmetic(self, form):
        if self.chance(0.2):
            return [f"fsqrt.{form} {self.freg()}, {self.freg()}, {self.mode()}"]
        name = self.pick(("fadd", "fsub", "fmul", "fdiv"))
        return [f"{name}.{form} {self.freg()}, {self.freg()}, {self.freg()}, {self.mode()}"]

    def fused(self, form):
        name = self.pick(("fmadd", "fmsub", "fnmadd", "fnmsub"))
        return [f"{name}.{form} {self.freg()}, {self.freg()}, {self.freg()}, {self.freg()}, {self.mode()}"]

    def conversion(self, form):
        integers = ["w", "wu"] + (["l", "lu"] if self.xlen == 64 else [])
        kind = self.random.random()
        if kind < 0.4:
            return [f"fcvt.{self.pick(integers)}.{form} {self.dest()}, {self.freg()}, {self.mode()}"]
        if kind < 0.7 or len(self.forms) == 1:
            integer = self.pick(integers)
            rounding = "" if form == "d" and integer in ("w", "wu") else f", {self.mode()}"
            return [f"fcvt.{form}.{integer} {self.freg()}, {self.source()}{rounding}"]
        other = self.pick([found for found in self.forms if found != form])
        rounding = f", {self.mode()}" if _LAYOUT[form][0] < _LAYOUT[other][0] else ""
        return [f"fcvt.{form}.{other} {self.freg()}, {self.freg()}{rounding}"]

    def comparison(self, form):
        move = self._move[form]
        lines = [f"{self.pick(('feq', 'flt', 'fle'))}.{form} {self.dest()}, {self.freg()}, {self.freg()}",
                 f"{self.pick(('fmin', 'fmax'))}.{form} {self.freg()}, {self.freg()}, {self.freg()}",
                 f"{self.pick(('fsgnj', 'fsgnjn', 'fsgnjx'))}.{form} {self.freg()}, {self.freg()}, {self.freg()}",
                 f"fclass.{form} {self.dest()}, {self.freg()}"]
        if form != "d" or self.xlen == 64:
            lines += [f"fmv.x.{move} {self.dest()}, {self.freg()}", f"fmv.{move}.x {self.freg()}, {self.source()}"]
        return [self.pick(lines)]

    def float_memory(self, form):
        letter = {"h": "h", "s": "w", "d": "d"}[form]
        lines, operand = self.address(_LAYOUT[form][0] // 8)
        return lines + [f"f{self.pick('ls')}{letter} {self.freg()}, {operand}"]

    def status(self):
        return [self.pick((f"fsrmi {self.dest()}, {self.random.randrange(5)}", f"fsrm {self.dest()}, {self.source()}",
                           f"frflags {self.dest()}", f"fsflags {self.dest()}, {self.source()}", f"frcsr {self.dest()}",
                           f"fscsr {self.dest()}, {self.source()}", f"csrrs {self.dest()}, fcsr, {self.source()}",
                           f"csrrc {self.dest()}, fflags, {self.source()}", "fsrmi 0", "fsrmi 0", "fsrmi 2"))]

    def reserved_mode(self, form):
        code = {"s": 0, "d": 1, "h": 2}[form]
        function = self.pick((0x00, 0x04, 0x08, 0x0C))
        return [f".insn r 0x53, {self.pick((5, 6))}, {function | code:#x}, {self.freg()}, {self.freg()}, {self.freg()}"]


class Double(Single):
    """D, with the conversions from and to F, and the compressed loads and stores."""

    forms = ("s", "d", "d")

    def float_memory(self, form):
        if self.chance(0.6):
            return super().float_memory(form)
        letter, scale = ("w", 4) if self.xlen == 32 and self.chance(0.5) else ("d", 8)
        direction = self.pick("ls")
        if self.chance(0.5):
            offset = scale * self.random.getrandbits(5)
            base = self.small()
            return [f"addi {base}, x{BASE}, {max(-2048, self.offset(scale) - offset)}",
                    f"c.f{direction}{letter} f{self.random.randrange(8, 16)}, {offset}({base})"]
        offset = scale * self.random.getrandbits(6)
        return [f"addi sp, x{BASE}, {max(-2048, self.offset(scale) - offset)}", f"c.f{direction}{letter}sp {self.freg()}, {offset}(sp)"]

    def finish(self, program):
        super().finish(program)
        program.compressed = True


class Half(Single):
    """Zfh, with the conversions from and to F and D."""

    forms = ("h", "h", "s", "d")
