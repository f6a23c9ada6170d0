"""The base instruction set, M, A, C and the bit-manipulation extensions."""

from difftest.riscv.program import BASE, FLAG_FLOAT
from difftest.riscv.generator import RiscvGenerator

_REGISTER = "add sub sll slt sltu xor srl sra or and".split()
_REGISTER_64 = "addw subw sllw srlw sraw".split()
_IMMEDIATE = "addi slti sltiu xori ori andi".split()
_SHIFT = "slli srli srai".split()
_SHIFT_64 = "slliw srliw sraiw".split()
_LOADS = (("lb", 1), ("lbu", 1), ("lh", 2), ("lhu", 2), ("lw", 4))
_LOADS_64 = (("ld", 8), ("lwu", 4))
_STORES = (("sb", 1), ("sh", 2), ("sw", 4))
_STORES_64 = (("sd", 8),)


class Integer(RiscvGenerator):
    """RV32I and RV64I."""

    def instruction(self):
        return self.pick((self.register_operation, self.immediate_operation, self.immediate_operation, self.memory_operation,
                          self.memory_operation, self.other_operation))()

    def register_operation(self):
        names = _REGISTER + (_REGISTER_64 if self.xlen == 64 else [])
        return [f"{self.pick(names)} {self.dest()}, {self.source()}, {self.source()}"]

    def immediate_operation(self):
        kind = self.random.random()
        if kind < 0.5:
            names = _IMMEDIATE + (["addiw"] if self.xlen == 64 else [])
            return [f"{self.pick(names)} {self.dest()}, {self.source()}, {self.imm12()}"]
        if self.xlen == 64 and kind < 0.7:
            return [f"{self.pick(_SHIFT_64)} {self.dest()}, {self.source()}, {self.random.getrandbits(5)}"]
        return [f"{self.pick(_SHIFT)} {self.dest()}, {self.source()}, {self.random.randrange(self.xlen)}"]

    def memory_operation(self):
        if self.chance(0.55):
            name, size = self.pick(_LOADS + (_LOADS_64 if self.xlen == 64 else ()))
            lines, operand = self.address(size)
            return lines + [f"{name} {self.dest()}, {operand}"]
        name, size = self.pick(_STORES + (_STORES_64 if self.xlen == 64 else ()))
        lines, operand = self.address(size)
        return lines + [f"{name} {self.source()}, {operand}"]

    def other_operation(self):
        return [self.pick((f"lui {self.dest()}, {self.random.getrandbits(20):#x}", f"lui {self.dest()}, {self.random.getrandbits(20):#x}",
                           f"auipc {self.dest()}, {self.random.getrandbits(20):#x}", "fence rw, rw", "fence.i", "ebreak", "ecall",
                           "nop"))]


class Multiply(Integer):
    """M."""

    def instruction(self):
        if self.chance(0.3):
            return super().instruction()
        names = "mul mulh mulhsu mulhu div divu rem remu".split()
        if self.xlen == 64:
            names += "mulw divw divuw remw remuw".split()
        return [f"{self.pick(names)} {self.dest()}, {self.source()}, {self.source()}"]


class Atomic(Integer):
    """A: each kind of AMO, and LR/SC pairs that hold, that another store breaks (or not), and that do not match."""

    def instruction(self):
        if self.chance(0.3):
            return super().instruction()
        return self.pick((self.amo, self.amo, self.pair))()

    def _width(self):
        return self.pick((("w", 4), ("d", 8))) if self.xlen == 64 else ("w", 4)

    def _place(self, size, misaligned=0.1):
        """An address register and the line that sets it; misaligned now and then."""
        register = self.work()
        at = self.random.randrange(-64, 64) * 8 + self.pick((0, 0, 4 if size == 4 else 0))
        return register, f"addi {register}, x{BASE}, {at + (self.random.randrange(8) if self.chance(misaligned) else 0)}"

    def _order(self):
        return self.pick(("", "", ".aq", ".rl", ".aqrl"))

    def amo(self):
        width, size = self._width()
        register, line = self._place(size)
        if self.chance(0.1):
            return [line, f"lr.{width} {self.dest()}, ({register})"]
        name = self.pick("amoswap amoadd amoxor amoand amoor amomin amomax amominu amomaxu".split())
        return [line, f"{name}.{width}{self._order()} {self.dest()}, {self.source()}, ({register})"]

    def pair(self):
        width, size = self._width()
        register, line = self._place(size, misaligned=0)
        lines = [line, f"lr.{width}{self._order()} {self.dest_but(register)}, ({register})"]
        kind = self.random.random()
        if kind < 0.2:
            lines.append(f"addi {self.dest_but(register)}, {self.source()}, 1")
        elif kind < 0.3:
            register, line = self._place(size, misaligned=0)
            lines.append(line)
        elif kind < 0.4:
            lines.append(f"sc.{width} {self.dest_but(register)}, {self.source()}, ({register})")
        return lines + [f"sc.{width}{self._order()} {self.dest()}, {self.source()}, ({register})"]

    def dest_but(self, register):
        while (found := self.dest()) == register:
            pass
        return found


class Compressed(Integer):
    """C, by its own mnemonics, among instructions of full length at addresses that are no multiple of four."""

    def finish(self, program):
        program.compressed = True

    def instruction(self):
        if self.chance(0.2):
            return super().instruction()
        return self.pick((self.arithmetic, self.arithmetic, self.immediate, self.immediate, self.register_based, self.stack_based))()

    def _six(self):
        return self.random.getrandbits(6) - 32

    def _nonzero(self):
        return self._six() or 1

    def arithmetic(self):
        names = "c.sub c.xor c.or c.and".split() + (["c.addw", "c.subw"] if self.xlen == 64 else [])
        return [self.pick((f"{self.pick(names)} {self.small()}, {self.small()}",
                           f"c.mv {self.work()}, x{self.random.randrange(1, 32)}",
                           f"c.add {self.work()}, x{self.random.randrange(1, 32)}"))]

    def immediate(self):
        shift = self.random.randrange(1, self.xlen)
        lines = [f"c.addi {self.work()}, {self._nonzero()}", f"c.li {self.work()}, {self._six()}",
                 f"c.lui {self.work()}, {self.pick((1, 2, 31, 0xfffe0, 0xfffff, self.random.randrange(1, 32)))}",
                 f"c.andi {self.small()}, {self._six()}", f"c.srli {self.small()}, {shift}", f"c.srai {self.small()}, {shift}",
                 f"c.slli {self.work()}, {shift}", "c.nop", f"c.addi16sp sp, {16 * self._nonzero()}",
                 f"c.addi4spn {self.small()}, sp, {4 * self.random.randrange(1, 256)}"]
        if self.xlen == 64:
            lines.append(f"c.addiw {self.work()}, {self._six()}")
        return [self.pick(lines)]

    def _forms(self):
        """Mnemonic, scale of the offset, and whether data is a floating-point register."""
        forms = [("w", 4)]
        if self.xlen == 64:
            forms.append(("d", 8))
        return forms

    def register_based(self):
        width, scale = self.pick(self._forms())
        base, data = self.small(), self.small()
        offset = scale * self.random.getrandbits(5)
        at = self.offset(scale) - offset
        at = at if at >= -2048 else at + offset
        if self.chance(0.5):
            return [f"addi {base}, x{BASE}, {at}", f"c.l{width} {data}, {offset}({base})"]
        return [f"addi {base}, x{BASE}, {at}", f"c.s{width} {data}, {offset}({base})"]

    def stack_based(self):
        width, scale = self.pick(self._forms())
        offset = scale * self.random.getrandbits(6)
        at = max(-2048, self.offset(scale) - offset)
        if self.chance(0.5):
            return [f"addi sp, x{BASE}, {at}", f"c.l{width}sp {self.work()}, {offset}(sp)"]
        return [f"addi sp, x{BASE}, {at}", f"c.s{width}sp x{self.random.getrandbits(5)}, {offset}(sp)"]


class BitManipulation(Integer):
    """Zba, Zbb, Zbs, Zbc, Zbkb, Zbkx."""

    _two = ("sh1add sh2add sh3add andn orn xnor max maxu min minu rol ror bclr bext binv bset clmul clmulh clmulr pack packh "
            "xperm4 xperm8").split()
    _two_64 = "add.uw sh1add.uw sh2add.uw sh3add.uw rolw rorw packw".split()
    _one = "clz ctz cpop sext.b sext.h zext.h orc.b rev8 brev8".split()
    _one_64 = "clzw ctzw cpopw".split()
    _one_32 = "zip unzip".split()
    _immediate = "rori bclri bexti binvi bseti".split()

    def instruction(self):
        kind = self.random.random()
        if kind < 0.2:
            return super().instruction()
        if kind < 0.6:
            names = self._two + (self._two_64 if self.xlen == 64 else [])
            return [f"{self.pick(names)} {self.dest()}, {self.source()}, {self.source()}"]
        if kind < 0.8:
            name = self.pick(self._one + (self._one_64 if self.xlen == 64 else self._one_32))
            if name == "ctzw":
                register = self.work()
                return [f"ori {register}, {register}, 1024", f"ctzw {self.dest()}, {register}"]
            return [f"{name} {self.dest()}, {self.source()}"]
        if self.xlen == 64 and kind < 0.85:
            name = self.pick(("roriw", "slli.uw"))
            amount = self.random.randrange(64 if name == "slli.uw" else 32)
            return [f"{name} {self.dest()}, {self.source()}, {amount}"]
        return [f"{self.pick(self._immediate)} {self.dest()}, {self.source()}, {self.random.randrange(self.xlen)}"]


class Encodings(Integer):
    """Random bits in the operation opcodes: what is no instruction must be refused on both machines."""

    flags = Integer.flags | FLAG_FLOAT
    # OP-IMM, OP, OP-IMM-32, OP-32, AMO, OP-FP, MADD, MSUB, NMSUB, NMADD
    _opcodes = (0x13, 0x33, 0x1B, 0x3B, 0x2F, 0x53, 0x43, 0x47, 0x4B, 0x4F)
    _bits7 = (0, 0x20, 0x01, 0x04, 0x05, 0x10, 0x14, 0x24, 0x30, 0x34, 0x35)

    def instruction(self):
        opcode = self.pick(self._opcodes)
        rd = int(self.dest()[1:])
        word = self.random.getrandbits(32) & ~0xFFF | rd << 7 | opcode
        if self.chance(0.6):
            word = word & ~(0x7F << 25) | self.pick(self._bits7) << 25
        if word & 0xFFF0707F == 0x6010101B:  # ctzw (known.py)
            return self.instruction()
        lines = [f".4byte {word:#010x}"]
        if opcode == 0x2F:
            base = word >> 15 & 31
            if base in (0, 3):
                return self.instruction()
            if base != BASE:
                lines.insert(0, f"addi x{base}, x{BASE}, {self.random.randrange(-64, 64) * 8}")
        return lines
