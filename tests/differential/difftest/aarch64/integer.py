"""Base instructions that work on general registers."""

from difftest.aarch64.generator import A64Generator
from difftest.aarch64.program import BASE, RESERVED
from difftest.aarch64.rows import random_word, rows

_LOADS = (("ldrb", "w", 1), ("ldrh", "w", 2), ("ldr", "w", 4), ("ldr", "x", 8), ("ldrsb", "w", 1), ("ldrsb", "x", 1), ("ldrsh", "w", 2),
          ("ldrsh", "x", 2), ("ldrsw", "x", 4))
_STORES = (("strb", "w", 1), ("strh", "w", 2), ("str", "w", 4), ("str", "x", 8))
_TWO = "add sub adds subs and orr eor ands bic orn eon bics".split()
_FLAGS = "adc adcs sbc sbcs".split()


class Integer(A64Generator):
    """Rows of the register and immediate tables, what compilers make most of, and a few loads and stores."""

    def instruction(self):
        kind = self.random.random()
        if kind < 0.4:
            return [self.row()]
        if kind < 0.6:
            return self.common()
        if kind < 0.75:
            return self.conditional()
        return self.access()

    def row(self):
        return random_word(self, self.pick(rows("register", "immediate")), RESERVED)

    def common(self):
        """Without unallocated encodings, and with operands that meet."""
        width = self.pick("wx")
        dest, one, other = self.dest(width), self.source(width), self.source(width)
        immediate = self.pick((0, 1, 4095, self.random.getrandbits(12)))
        return [self.pick((f"{self.pick(_TWO)} {dest}, {one}, {other}", f"{self.pick(_FLAGS)} {dest}, {one}, {other}",
                           f"cmp {one}, {other}", f"cmn {one}, {other}", f"cmp {self.pick((one.replace('zr', '3'),))}, #{immediate}",
                           f"madd {dest}, {one}, {other}, {self.source(width)}", f"udiv {dest}, {one}, {other}", f"sdiv {dest}, {one}, {other}",
                           f"smulh x{self.work()}, {self.source()}, {self.source()}", f"lslv {dest}, {one}, {other}",
                           f"ror {dest}, {one}, {other}", f"clz {dest}, {one}", f"rbit {dest}, {one}", f"rev {dest}, {one}"))]

    def conditional(self):
        width = self.pick("wx")
        dest, one, other, condition = self.dest(width), self.source(width), self.source(width), self.condition()
        return [self.pick((f"{self.pick(('csel', 'csinc', 'csinv', 'csneg'))} {dest}, {one}, {other}, {condition}",
                           f"{self.pick(('ccmp', 'ccmn'))} {one}, {other}, #{self.random.getrandbits(4)}, {condition}",
                           f"{self.pick(('ccmp', 'ccmn'))} {one}, #{self.random.getrandbits(5)}, #{self.random.getrandbits(4)}, {condition}",
                           f"cset {dest}, {condition}", f"mrs {self.dest()}, nzcv", f"msr nzcv, {self.source()}"))]

    def access(self):
        load = self.chance(0.55)
        name, width, size = self.pick(_LOADS if load else _STORES)
        data = self.dest(width) if load else self.source(width)
        at = self.place(size)
        if 0 <= at < 4096 * size and at % size == 0 and self.chance(0.4):
            return [f"{name} {data}, [x{BASE}, #{at}]"]
        pointer = self.work()
        return self.point(pointer, at) + [f"{name} {data}, [x{pointer}]"]
