"""Exceptions: what provokes them at each level, what sends them elsewhere, and the returns from them."""

from difftest.aarch64.integer import Integer
from difftest.aarch64.program import FLAG_RANDOM_MODES, RESUME

SCTLR_EL1 = 0x30D00800 | 0x1005 | 1 << 9
SCTLR_EL2 = 0x30C50830 | 0x1005
# A, DZE, UCT, nTWI, nTWE, UCI
_CONTROLS = (1 << 1, 1 << 14, 1 << 15, 1 << 16, 1 << 18, 1 << 26)
_HCR = 1 << 31
# TID1, TID2, TID3, TACR, TSW, TVM, TTLB, TGE apart, TDZ, TRVM, and TSC apart
_TRAPS = (1 << 16, 1 << 17, 1 << 18, 1 << 21, 1 << 22, 1 << 26, 1 << 25, 1 << 28, 1 << 30)

# Registers whose values both machines know.
_READABLE = ("sctlr_el1 ttbr0_el1 ttbr1_el1 tcr_el1 mair_el1 vbar_el1 esr_el1 far_el1 contextidr_el1 tpidr_el0 tpidr_el1 tpidrro_el0 spsr_el1 "
             "sp_el0 elr_el1 par_el1 cpacr_el1 daif nzcv currentel spsel cntkctl_el1 mdscr_el1 afsr0_el1 afsr1_el1 "
             "hcr_el2 sctlr_el2 vbar_el2 elr_el2 spsr_el2 tpidr_el2 ttbr0_el2 tcr_el2 mair_el2 vttbr_el2 vtcr_el2 cptr_el2 esr_el2 sp_el1 "
             "scr_el3 vbar_el3 sctlr_el3 cptr_el3 sp_el2 elr_el3 fpcr fpsr").split()
_KEPT = ("elr_el3", "daif", "currentel")  # what says where the program is, or is the harness's
_WRITABLE = "tpidr_el0 tpidr_el1 tpidrro_el0 contextidr_el1 far_el1 afsr0_el1 tpidr_el2 far_el2 nzcv".split()
_IDENTIFICATION = "s3_0_c0_c4_4 id_aa64afr0_el1 id_aa64afr1_el1 aidr_el1 revidr_el1".split()
_UNALLOCATED = ("udf #1", ".inst 0x00000000", ".inst 0xffffffff", "mrs x5, s3_0_c0_c0_1", "msr s3_0_c0_c0_0, x5", ".inst 0x1e000000", ".inst 0xd4a00000", ".inst 0xd503401f", "hlt #1", "dcps1 #3", "dcps3", "drps")


class Exceptions(Integer):
    """Synchronous exceptions from all levels; each returns to a random one."""

    length = (20, 60)
    flags = FLAG_RANDOM_MODES
    cpu = "cortex-a57"

    def __init__(self, name, xlen, seed):
        super().__init__(name, xlen, seed)
        self.setup = [("sctlr_el1", SCTLR_EL1 | self._some(_CONTROLS, 0.6)), ("sctlr_el2", SCTLR_EL2 | self._some((1 << 1,), 0.3)),
                      ("sctlr_el3", SCTLR_EL2 | self._some((1 << 1,), 0.3)),
                      ("hcr_el2", _HCR | self._some(_TRAPS, 0.15 if self.chance(0.5) else 0) | self._some((1 << 19,), 0.1)),
                      ("cptr_el2", 0x33FF | self._some((1 << 10, 1 << 31), 0.1)), ("cptr_el3", self._some((1 << 31,), 0.1)),
                      ("cpacr_el1", self.pick((3, 3, 3, 1, 0, 2)) << 20), ("mdcr_el2", 6 | self._some((1 << 8, 1 << 9, 1 << 10, 1 << 11), 0.1))]

    def _some(self, bits, probability):
        value = 0
        for bit in bits:
            value |= bit if self.chance(probability) else 0
        return value

    def instruction(self):
        kind = self.random.random()
        if kind < 0.2:
            return super().instruction()
        return self.pick((self.call, self.call, self.unallocated, self.read, self.read, self.write, self.identify, self.floating, self.misaligned,
                          self.jump, self.erets, self.maintain, self.state, self.translate, self.user_registers))()

    def call(self):
        number = self.pick((0, 1, 0xFFFF, self.random.getrandbits(16)))
        name = self.pick(("svc", "svc", "hvc", "smc", "brk"))
        return [f"{name} #{number}"] if name != "hvc" else self.below_el3(f"hvc #{number}")

    def below_el3(self, *lines):
        """Left out at EL3, and at EL0, where reading the level is an exception that may lead there."""
        label = f".L@_{self.new_group()}"
        return ["mov x5, #12", "mrs x5, currentel", "cmp x5, #12", f"b.eq {label}", *lines, f"{label}:"]

    def unallocated(self):
        return [self.pick(_UNALLOCATED)]

    def read(self):
        name = self.pick(_READABLE)
        register = self.work()
        lines = [f"mrs x{register}, {name}"]
        if name not in _WRITABLE:
            lines.append(f"mov x{register}, #0")  # the trap counts, not the value
        if name == "contextidr_el1":
            lines.append(f"mov w{register}, w{register}")
        return lines

    def write(self):
        register = self.work()
        return self.pick(([f"msr {self.pick(_WRITABLE)}, {self.source()}"],
                          self.constant(register, self.random.getrandbits(32) & 0x0800009F) + [f"msr fpsr, x{register}"]))

    def identify(self):
        return [f"mrs {self.dest()}, {self.pick(_IDENTIFICATION)}"]

    def user_registers(self):
        register = self.work()
        name = self.pick("ctr_el0 dczid_el0 cntvct_el0 cntpct_el0 cntfrq_el0 cntp_ctl_el0 cntv_ctl_el0 cntp_cval_el0 cntv_cval_el0 pmccntr_el0 pmcr_el0 "
                         "pmuserenr_el0 daif".split())
        return [f"mrs x{register}, {name}", f"mov x{register}, #0"]

    def floating(self):
        return [self.pick((f"fmov d{self.vector()}, {self.source()}", f"fadd s{self.vector()}, s{self.vector()}, s{self.vector()}",
                           f"add v{self.vector()}.4s, v{self.vector()}.4s, v{self.vector()}.4s", f"mrs {self.dest()}, fpsr",
                           f"ldr q{self.vector()}, [x28]", "msr fpsr, xzr", f"aese v{self.vector()}.16b, v{self.vector()}.16b"))]

    def misaligned(self):
        pointer, status = self.some(2)
        return self.point(pointer, self.place(16, 0.7)) + [self.pick((
            f"ldr {self.dest()}, [x{pointer}]", f"str w{self.number() % 31}, [x{pointer}]", f"ldxr x{status}, [x{pointer}]",
            f"ldar w{status}, [x{pointer}]", f"stlr x{status}, [x{pointer}]",
            f"ldp x{status}, x{self.work(status, pointer)}, [x{pointer}]", f"ldrh w{status}, [x{pointer}], #3",
            f"dc zva, x{pointer}"))]

    def jump(self):
        """To addresses that cannot be fetched from."""
        label = f".L@_{self.new_group()}"
        register = self.work()
        place = self.pick((self.constant(register, self.pick((0x40800000, 0x40600000, 0x80000000, 0x100000000000, 0xFFFF000000000000, 0x8000000000,
                                                              0x09000000, self.random.getrandbits(64)))),
                           [f"adr x{register}, {label}+{self.random.randrange(1, 4)}"]))
        return [f"adr x{RESUME}, {label}", *place, f"{self.pick(('br', 'blr', 'ret'))} x{register}", f"{label}:"]

    def erets(self):
        """ERET at EL1 or EL2, also to what there is not; elsewhere it is undefined."""
        label = f".L@_{self.new_group()}"
        register = self.work()
        level = self.pick((1, 2))
        mode = self.pick((0, 0, 4, 5, 5, 8, 9, 9, 1, 2, 3, 6, 7, 10, 11, 12, 13, 14, 15))
        state = mode | 0x3C0 | self.random.getrandbits(4) << 28 | (1 << 20 if self.chance(0.1) else 0)
        # An exception on the way may change the level and ELR: then the return is left out, for it would lead anywhere.
        other = self.work(register)
        return [f"adr x{RESUME}, {label}", f"adr x{register}, {label}", f"msr elr_el{level}, x{register}", *self.constant(register, state),
                f"msr spsr_el{level}, x{register}", f"mov x{register}, #0", f"mrs x{register}, currentel", f"cmp x{register}, #{level * 4}",
                f"b.ne {label}", f"mrs x{register}, elr_el{level}", f"adr x{other}, {label}", f"cmp x{register}, x{other}", f"b.ne {label}", "eret",
                f"{label}:"]

    def maintain(self):
        pointer = self.work()
        return self.point(pointer, self.place()) + [self.pick((
            "ic iallu", "ic ialluis", f"ic ivau, x{pointer}", f"dc cvau, x{pointer}", f"dc cvac, x{pointer}", f"dc civac, x{pointer}",
            f"dc zva, x{pointer}", "tlbi vmalle1", "tlbi vmalle1is", f"tlbi vae1, x{pointer}", f"tlbi aside1, x{pointer}", "tlbi alle2", "tlbi alle1", "tlbi alle3",
            f"tlbi ipas2e1, x{pointer}", "tlbi vmalls12e1", "dc isw, xzr", "dc csw, xzr", "dc cisw, xzr"))]

    def state(self):
        return [self.pick(("msr daifset, #15", "msr daifset, #2", "msr daifclr, #0", "mrs x5, daif", "msr spsel, #0", "mrs x5, spsel", "isb",
                           "msr nzcv, x6", "mrs x7, nzcv"))]

    def translate(self):
        """AT: the result without what an implementation may choose."""
        pointer, result = self.some(2)
        operation = self.pick("s1e1r s1e1w s1e0r s1e0w s1e2r s1e2w s12e1r s12e1w s12e0r s12e0w s1e3r s1e3w".split())
        place = self.pick((self.point(pointer, self.place()), self.constant(pointer, self.pick((0x40400000, 0x40200000, 0x40800000, 0x80000000, 0x1000,
                                                                                                0x09000000, 1 << 45)))))
        return [*place, f"at {operation}, x{pointer}", f"mrs x{result}, par_el1", f"and x{result}, x{result}, #0x7f",
                f"mrs x{pointer}, par_el1", f"ubfx x{pointer}, x{pointer}, #12, #28"]


class MaxExceptions(Exceptions):
    """The same on the largest model."""

    cpu = "max"
