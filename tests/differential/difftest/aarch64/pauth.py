"""Pointer authentication with the architecture's algorithm (QARMA5): signatures that are right and wrong, for every key."""

from difftest.aarch64.integer import Integer
from difftest.aarch64.program import RESUME

_KEYS = tuple(f"s3_0_c2_c{crm}_{op2}" for crm, op2 in ((1, 0), (1, 1), (1, 2), (1, 3), (2, 0), (2, 1), (2, 2), (2, 3), (3, 0), (3, 1)))
_SCTLR = 0x30D00800 | 0x1005 | 1 << 26 | 1 << 18 | 1 << 16 | 1 << 15 | 1 << 14
_TCR = 25 | 25 << 16 | 1 << 8 | 1 << 10 | 3 << 12 | 1 << 23 | 2 << 32
_ENABLES = (31, 30, 27, 13)


class PointerAuthentication(Integer):
    """Keys, modifiers and pointers of all kinds."""

    def __init__(self, name, xlen, seed):
        super().__init__(name, xlen, seed)
        enabled = sum(1 << bit for bit in _ENABLES if self.chance(0.85)) or 1 << 31
        tagged = self.pick((0, 3 << 37, 3 << 37 | 3 << 51))
        self.setup = [(key, self.random.getrandbits(64)) for key in _KEYS]
        self.setup += [("sctlr_el1", _SCTLR | enabled), ("sctlr_el2", 0x30C50830 | 0x1005 | enabled), ("sctlr_el3", 0x30C50830 | 0x1005 | enabled),
                       ("tcr_el1", _TCR | tagged)]

    def initial_register(self):
        """Pointers of both halves, with tags and without, and anything."""
        kind = self.random.random()
        if kind < 0.4:
            return self.random.getrandbits(39)
        if kind < 0.6:
            return 0xFFFFFFFFFFFFFFFF ^ self.random.getrandbits(39)
        if kind < 0.8:
            return self.random.getrandbits(48) | self.random.getrandbits(8) << 56
        return super().initial_register()

    def instruction(self):
        kind = self.random.random()
        if kind < 0.15:
            return super().instruction()
        if kind < 0.8:
            return self.sign()
        return self.pick((self.jump, self.hint, self.load))()

    def _modifier(self):
        number = self.random.getrandbits(5)
        return "sp" if number == 31 else f"x{number}"

    def sign(self):
        key = self.pick(("ia", "ib", "da", "db"))
        register, modifier = self.work(), self._modifier()
        plain = [self.pick((f"pac{key} x{register}, {modifier}", f"aut{key} x{register}, {modifier}", f"pac{key[0]}z{key[1]} x{register}",
                            f"aut{key[0]}z{key[1]} x{register}", f"xpac{key[0]} x{register}", f"pacga x{register}, {self.source()}, {modifier}"))]
        if self.chance(0.5):
            return plain
        wrong = [f"eor x{register}, x{register}, #{1 << self.random.randrange(64):#x}"] if self.chance(0.3) else []
        modifier = modifier if modifier != f"x{register}" else "sp"
        return [f"pac{key} x{register}, {modifier}", *wrong, f"aut{key} x{register}, {modifier}"]

    def hint(self):
        return [self.pick("paciaz pacibz paciasp pacibsp autiaz autibz autiasp autibsp pacia1716 pacib1716 autia1716 autib1716 xpaclri".split())]

    def jump(self):
        """A combined branch: to the label, or to an address that cannot be fetched from, and then to the label all the same."""
        label = f".L@_{self.new_group()}"
        key = self.pick("ab")
        register, modifier = self.some(2)
        wrong = [f"eor x{register}, x{register}, #{1 << self.random.randrange(39, 64):#x}"] if self.chance(0.25) else []
        sign = f"paci{key} x{register}, x{modifier}"
        zero = f"paciz{key} x{register}"
        lines = self.pick(([sign, *wrong, f"bra{key} x{register}, x{modifier}"], [sign, *wrong, f"blra{key} x{register}, x{modifier}"],
                           [zero, *wrong, f"bra{key}z x{register}"], [zero, *wrong, f"blra{key}z x{register}"],
                           [f"mov x30, x{register}", f"paci{key}sp", f"reta{key}"]))
        return [f"adr x{RESUME}, {label}", f"adr x{register}, {label}", *lines, f"{label}:"]

    def load(self):
        pointer, data = self.some(2)
        key = self.pick("ab")
        wrong = [f"eor x{pointer}, x{pointer}, #{1 << self.random.randrange(40, 64):#x}"] if self.chance(0.25) else []
        part = self.random.randrange(-64, 64) * 8
        return self.point(pointer, self.random.randrange(-256, 256) * 8) + [f"pacdz{key} x{pointer}", *wrong,
                                                                             f"ldra{key} x{data}, [x{pointer}, #{part}]{self.pick(('', '!'))}"]
