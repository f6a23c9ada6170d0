"""Loads and stores in every addressing mode; atomic operations and exclusives."""

from difftest.aarch64.integer import Integer
from difftest.aarch64.program import BASE, FLAG_BIG_ENDIAN, FLAG_RANDOM_MODES

_SINGLE = (("strb", "w", 1), ("strh", "w", 2), ("str", "w", 4), ("str", "x", 8), ("ldrb", "w", 1), ("ldrh", "w", 2), ("ldr", "w", 4), ("ldr", "x", 8),
           ("ldrsb", "w", 1), ("ldrsb", "x", 1), ("ldrsh", "w", 2), ("ldrsh", "x", 2), ("ldrsw", "x", 4),
           ("str", "b", 1), ("str", "h", 2), ("str", "s", 4), ("str", "d", 8), ("str", "q", 16),
           ("ldr", "b", 1), ("ldr", "h", 2), ("ldr", "s", 4), ("ldr", "d", 8), ("ldr", "q", 16))
_PAIRS = (("stp", "w", 4), ("stp", "x", 8), ("stp", "s", 4), ("stp", "d", 8), ("stp", "q", 16), ("ldp", "w", 4), ("ldp", "x", 8), ("ldpsw", "x", 4),
          ("ldp", "s", 4), ("ldp", "d", 8), ("ldp", "q", 16), ("stnp", "x", 8), ("ldnp", "x", 8), ("stnp", "q", 16), ("ldnp", "q", 16))
_ORDERED = (("ldarb", "w", 1), ("ldarh", "w", 2), ("ldar", "w", 4), ("ldar", "x", 8), ("stlrb", "w", 1), ("stlrh", "w", 2), ("stlr", "w", 4),
            ("stlr", "x", 8), ("ldlar", "x", 8), ("stllr", "x", 8), ("ldaprb", "w", 1), ("ldapr", "w", 4), ("ldapr", "x", 8))
_ARRANGED = {"8b": 1, "16b": 1, "4h": 2, "8h": 2, "2s": 4, "4s": 4, "1d": 8, "2d": 8}


class Memory(Integer):
    """Every kind of access, each on an address of its own."""

    def instruction(self):
        if self.chance(0.2):
            return super().instruction()
        return self.pick((self.single, self.single, self.indexed, self.by_register, self.pair, self.pair, self.ordered, self.structure, self.structure,
                          self.lane, self.unprivileged, self.other))()

    def _data(self, width, *but):
        """A data register that is not one of those that make the address."""
        return f"{width}{self.vector() if width in 'bhsdq' else self.work(*but)}"

    def _pointer(self):
        return 31 if self.chance(0.1) else self.work()

    @staticmethod
    def _name(register):
        return "sp" if register == 31 else f"x{register}"

    def single(self):
        name, width, size = self.pick(_SINGLE)
        pointer = self._pointer()
        at = self.place(size) if pointer != 31 else self.place(16, 0)
        part = self.random.randrange(-256, 256)
        if pointer == 31:
            part &= -16
        if self.chance(0.5):
            unscaled = name.replace("ldr", "ldur").replace("str", "stur")
            return self.point(pointer, self._in_window(at - part)) + [f"{unscaled} {self._data(width, pointer)}, [{self._name(pointer)}, #{part}]"]
        scaled = self.random.randrange(0, 16) * size
        return self.point(pointer, at) + [f"{name} {self._data(width, pointer)}, [{self._name(pointer)}, #{scaled}]"]

    @staticmethod
    def _in_window(offset):
        return max(-4080, min(4080, offset))

    def indexed(self):
        name, width, size = self.pick(_SINGLE)
        pointer = self._pointer()
        at = self.place(size) if pointer != 31 else self.place(16, 0)
        part = self.random.randrange(-256, 256) & (-16 if pointer == 31 else -1)
        mode = f"[{self._name(pointer)}], #{part}" if self.chance(0.5) else f"[{self._name(pointer)}, #{part}]!"
        return self.point(pointer, at) + [f"{name} {self._data(width, pointer)}, {mode}"]

    def by_register(self):
        name, width, size = self.pick(_SINGLE)
        pointer, index = self.some(2)
        shift = size.bit_length() - 1 if self.chance(0.5) else 0
        extend = self.pick(("uxtw", "sxtw", "lsl", "sxtx"))
        value = self.random.randrange(0, 256) >> shift
        if extend in ("sxtw", "sxtx") and self.chance(0.5):
            value = -value
        bits = value & 0xFFFFFFFF | self.random.getrandbits(32) << 32 if extend in ("uxtw", "sxtw") else value
        register = f"{'w' if extend in ('uxtw', 'sxtw') else 'x'}{index}"
        amount = f" #{shift}" if shift or (extend != "lsl" and size > 1) else ""
        operand = register if extend == "lsl" and not shift else f"{register}, {extend}{amount}"
        return self.constant(index, bits) + self.point(pointer, self.place(size)) + [
            f"{name} {self._data(width, pointer, index)}, [x{pointer}, {operand}]"]

    def pair(self):
        name, width, size = self.pick(_PAIRS)
        pointer = self._pointer()
        at = self.place(size) if pointer != 31 else self.place(16, 0)
        part = self.random.randrange(-16, 16) * size & (-16 if pointer == 31 else -1)
        if width in "wx":
            one, other = (f"{width}{n}" for n in self.some(2, pointer))
        else:
            one = self.vector()
            one, other = f"{width}{one}", f"{width}{(one + self.random.randrange(1, 32)) % 32}"
        kind = self.random.random() if name not in ("stnp", "ldnp") else 0
        base = self._name(pointer)
        operand = f"[{base}, #{part}]" if kind < 0.4 else f"[{base}, #{part}]!" if kind < 0.7 else f"[{base}], #{part}"
        return self.point(pointer, at) + [f"{name} {one}, {other}, {operand}"]

    def ordered(self):
        name, width, size = self.pick(_ORDERED)
        pointer = self.work()
        misaligned = 0 if name.startswith("ldapr") else 0.1
        return self.point(pointer, self.place(size, misaligned)) + [f"{name} {self._data(width, pointer)}, [x{pointer}]"]

    def _list(self, count, arrangement):
        first = self.vector()
        return ", ".join(f"v{(first + n) % 32}.{arrangement}" for n in range(count))

    def _after(self, pointer, size):
        """The end of an operand with post-indexing, and what it needs."""
        kind = self.random.random()
        if kind < 0.5:
            return [], ""
        if kind < 0.75:
            return [], f", #{size}"
        index = self.work(pointer)
        return self.constant(index, self.random.randrange(-300, 300)), f", x{index}"

    def structure(self):
        count = self.random.randrange(1, 5)
        arrangement = self.pick(list(_ARRANGED))
        whole = 16 if arrangement in ("16b", "8h", "4s", "2d") else 8
        operation = self.pick(("ld", "st", "st"))
        pointer = self.work()
        kind = self.random.random()
        if kind < 0.3:
            name, size = f"{operation}1", whole * count
        elif kind < 0.75 and (arrangement != "1d" or count == 1):
            name, size = f"{operation}{count}", whole * count
        else:
            name, size = f"ld{count}r", _ARRANGED[arrangement] * count
        lines, after = self._after(pointer, size)
        return self.point(pointer, self.place(_ARRANGED[arrangement])) + lines + [f"{name} {{{self._list(count, arrangement)}}}, [x{pointer}]{after}"]

    def lane(self):
        count = self.random.randrange(1, 5)
        letter, size = self.pick((("b", 1), ("h", 2), ("s", 4), ("d", 8)))
        pointer = self.work()
        lines, after = self._after(pointer, size * count)
        operand = f"{{{self._list(count, letter)}}}[{self.random.randrange(16 // size)}], [x{pointer}]{after}"
        return self.point(pointer, self.place(size)) + lines + [f"{self.pick(('ld', 'st'))}{count} {operand}"]

    def unprivileged(self):
        name, width, size = self.pick([row for row in _SINGLE if row[1] in "wx"])
        pointer = self.work()
        part = self.random.randrange(-256, 256)
        return self.point(pointer, self._in_window(self.place(size) - part)) + [
            f"{name.replace('ldr', 'ldtr').replace('str', 'sttr')} {self._data(width, pointer)}, [x{pointer}, #{part}]"]

    def other(self):
        pointer = self.work()
        return self.point(pointer, self.place()) + [self.pick((f"dc zva, x{pointer}", f"prfm pldl1keep, [x{pointer}]", f"dc cvac, x{pointer}",
                                                               f"dc civac, x{pointer}", "dmb ish", "dsb ish", "isb", "dmb ld",
                                                               f"ldr {self.dest()}, .Lliteral@_{self._literal()}"))] + self._literals()

    def _literal(self):
        return self.new_group()

    def _literals(self):
        group = self.groups
        return [f"b .Lbehind@_{group}", f".Lliteral@_{group}: .inst {self.random.getrandbits(32):#x}, {self.random.getrandbits(32):#x}",
                f".Lbehind@_{group}:"]


_OPERATIONS = "ldadd ldclr ldeor ldset ldsmax ldsmin ldumax ldumin swp cas".split()


class Atomic(Integer):
    """LSE, compare and swap of pairs, and exclusives: pairs that hold, that a store breaks, that do not match."""

    def instruction(self):
        if self.chance(0.25):
            return super().instruction()
        return self.pick((self.operation, self.operation, self.swap_pair, self.exclusive, self.exclusive, self.store_form))()

    def _width(self):
        return self.pick((("b", "w", 1), ("h", "w", 2), ("", "w", 4), ("", "x", 8)))

    def _place(self, size):
        return self.place(size, 0.05) if self.chance(0.5) else self.random.randrange(-4, 4) * 16

    def operation(self):
        suffix, width, size = self._width()
        pointer = self.work()
        order = self.pick(("", "a", "l", "al"))
        name = f"{self.pick(_OPERATIONS)}{order}{suffix}"
        lines = self.point(pointer, self._place(size))
        one = self.work(pointer)
        if name.startswith("cas") and self.chance(0.5):  # one that succeeds
            lines.append(f"ldr{suffix} {width}{one}, [x{pointer}]")
        return lines + [f"{name} {width}{one}, {self.dest(width) if not name.startswith('cas') else self.source(width)}, [x{pointer}]"]

    def store_form(self):
        suffix, width, size = self._width()
        pointer = self.work()
        name = f"{self.pick('stadd stclr steor stset stsmax stsmin stumax stumin'.split())}{self.pick(('', 'l'))}{suffix}"
        return self.point(pointer, self._place(size)) + [f"{name} {self.source(width)}, [x{pointer}]"]

    def swap_pair(self):
        width, size = self.pick((("w", 8), ("x", 16)))
        compare, data = (2 * n for n in self.random.sample(range(12), 2))
        pointer = self.work(compare, compare + 1, data, data + 1)
        lines = self.point(pointer, self._place(size))
        if self.chance(0.5):
            lines.append(f"ldp {width}{compare}, {width}{compare + 1}, [x{pointer}]")
        return lines + [f"casp{self.pick(('', 'a', 'l', 'al'))} {width}{compare}, {width}{compare + 1}, {width}{data}, {width}{data + 1}, [x{pointer}]"]

    def exclusive(self):
        if self.chance(0.3):
            return self._exclusive_pair()
        suffix, width, size = self._width()
        pointer, loaded, status, data = self.some(4)
        load = f"ld{self.pick(('', 'a'))}xr{suffix} {width}{loaded}, [x{pointer}]"
        if self.chance(0.1):
            return self.point(pointer, self._place(size)) + [load, "clrex"]
        lines = self.point(pointer, self.place(16, 0)) + [load]
        lines += self._between(width, pointer, loaded, data, [f"stxr{suffix} w{status}, {width}{data}, [x{pointer}]"])
        return lines + [f"st{self.pick(('', 'l'))}xr{suffix} w{status}, {width}{data}, [x{pointer}]"]

    def _between(self, width, pointer, loaded, data, store):
        kind = self.random.random()
        if kind < 0.3:
            return [f"add {width}{data}, {width}{loaded}, #1"]
        if kind < 0.4:
            return ["clrex"]
        if kind < 0.5:
            return store if self.chance(0.5) else [f"add x{pointer}, x{BASE}, #512"]
        return []

    def _exclusive_pair(self):
        width = self.pick("wx")
        pointer, one, other, status, data, more = self.some(6)
        store = f"st{self.pick(('', 'l'))}xp w{status}, {width}{data}, {width}{more}, [x{pointer}]"
        return self.point(pointer, self.place(16, 0)) + [f"ld{self.pick(('', 'a'))}xp {width}{one}, {width}{other}, [x{pointer}]"] + self._between(
            width, pointer, one, data, [store]) + [store]


_SCTLR_EL1 = 0x30D00800 | 0x1005 | 1 << 26 | 1 << 18 | 1 << 16 | 1 << 15 | 1 << 14 | 1 << 9


class BigEndian(Memory, Atomic):
    """Data accesses of EL0 in the other order of bytes."""

    levels = (0,)

    def __init__(self, name, xlen, seed):
        super().__init__(name, xlen, seed)
        self.setup = [("sctlr_el1", _SCTLR_EL1 | 1 << 24)]  # E0E

    def instruction(self):
        return self.pick((Memory, Memory, Atomic)).instruction(self)


class BigEndianLevels(BigEndian):
    """Each level in the one order or the other; translation tables follow (SCTLR_ELx.EE)."""

    levels = (0, 1, 2, 3)

    def __init__(self, name, xlen, seed):
        super().__init__(name, xlen, seed)
        ee = 1 << 25
        user = self.pick((0, 1 << 24))
        order = self.random.randrange(1, 8)
        self.setup = []
        for level, bits in ((1, _SCTLR_EL1 | user), (2, 0x30C50830 | 0x1005)):
            big = order >> level & 1
            self.setup.append((f"sctlr_el{level}", bits | ee if big else bits))
            if big:
                self.setup.append((f"ttbr0_el{level}", "flat_root_big"))
        self.flags = FLAG_RANDOM_MODES | (FLAG_BIG_ENDIAN if order & 1 else 0)
