"""Traps, delegation, interrupts and returns, in programs that go on in a random privilege after each trap; and CSRs bit by bit."""

from difftest.riscv.known import INTERRUPT_REGISTERS, csr_masks
from difftest.riscv.program import FLAG_RANDOM_MODES, FLAG_START_SHIFT, FLAG_VECTORED
from difftest.riscv.generator import MACHINE
from difftest.riscv.integer import Integer

_READABLE = ("mstatus sstatus mepc sepc mcause scause mtval stval mtvec stvec medeleg mideleg mie sie satp mcounteren "
             "scounteren sscratch senvcfg").split()
_SUPERVISOR_SCRATCH = "sscratch scause stval".split()
_ECALL_FROM_S = 1 << 9  # never delegated: the harness's supervisor vectors call on M with it

# Fields of mstatus that programs change.
_SIE, _MIE, _SPIE, _MPIE, _SPP, _MPP, _FS = 1 << 1, 1 << 3, 1 << 5, 1 << 7, 1 << 8, 3 << 11, 3 << 13
_SUM, _MXR, _TVM, _TW, _TSR = (1 << n for n in range(18, 23))
_QUIET = (_SPIE, _MPIE, _SPP, _SUM, _MXR, _TVM, _TW, _TSR, _MPP, _FS)


class Traps(Integer):
    """Synchronous traps."""

    length = (20, 60)

    def __init__(self, name, xlen, seed):
        super().__init__(name, xlen, seed)
        start = self.pick((0, 1, 3, 3))
        self.flags = start << FLAG_START_SHIFT | FLAG_RANDOM_MODES | (FLAG_VECTORED if self.chance(0.5) else 0)

    def instruction(self):
        kind = self.random.random()
        if kind < 0.2:
            return super().instruction()
        return self.pick((self.trapping, self.trapping, self.read, self.write, self.status, self.delegate, self.machine_return,
                          self.supervisor_return, self.guarded, self.vectors))()

    def trapping(self):
        return [self.pick(("ecall", "ecall", "ebreak", ".2byte 0x9002", ".4byte 0", ".2byte 0", ".4byte 0xffffffff", "csrr x5, 0xfff",
                           "csrw 0xc00, x5", "csrr x6, 0x5c0", ".4byte 0x0000707f", "lr.w x5, (x4)\nsc.w x5, x5, (x4)"))]

    def read(self):
        return [f"csrr {self.work()}, {self.pick(_READABLE)}"]

    def write(self):
        name = self.pick(_SUPERVISOR_SCRATCH)
        operation = self.pick(("csrrw", "csrrs", "csrrc"))
        return [self.pick((f"{operation} {self.dest()}, {name}, {self.source()}",
                           f"{operation}i {self.dest()}, {name}, {self.random.getrandbits(5)}"))]

    def _mask(self, fields):
        mask = 0
        for _ in range(self.random.randrange(1, 4)):
            mask |= self.pick(fields)
        return mask

    def status(self, fields=_QUIET):
        mask = self._mask(fields)
        register = self.work()
        if self.chance(0.3):
            return [f"li {register}, {mask & (_SPIE | _SPP | _SUM | _MXR | _FS | _SIE):#x}",
                    f"csr{self.pick('sc')} sstatus, {register}"]
        if mask & _MPP:  # the value 2 is reserved: through 0 to a mode that there is
            lines = [f"li {register}, {_MPP:#x}", f"csrc mstatus, {register}"]
            mask = mask & ~_MPP | self.pick((0, 1, 3)) << 11
            return lines + [f"li {register}, {mask:#x}", f"csrs mstatus, {register}"]
        return [f"li {register}, {mask:#x}", f"csr{self.pick('sc')} mstatus, {register}"]

    def delegate(self):
        register = self.work()
        value = self.pick((0, 0xFFFF, 1 << self.random.randrange(16), self.random.getrandbits(16)))
        value &= csr_masks(self.xlen)["medeleg"] & ~_ECALL_FROM_S
        return [f"li {register}, {value:#x}", f"csr{self.pick('wsc')} medeleg, {register}"]

    def machine_return(self):
        return self._return("mepc", "mstatus", _MPP, self.pick((0, 1, 3)) << 11, "mret", _MPIE)

    def supervisor_return(self):
        return self._return("sepc", "sstatus", _SPP, self.random.getrandbits(1) << 8, "sret", _SPIE)

    def _return(self, epc, status, clear, mode, name, previous):
        label = f".L@_{self.new_group()}"
        register = self.work()
        # A trap on the way may change the mode and {epc}: then the return is left out, for it would lead anywhere.
        return [f"la {register}, {label}", f"csrw {epc}, {register}", f"li {register}, {clear | previous:#x}",
                f"csrc {status}, {register}", f"li {register}, {mode | (previous if self.chance(0.5) else 0):#x}",
                f"csrs {status}, {register}", "li x5, 0", f"csrr x5, {epc}", f"la x6, {label}", f"bne x5, x6, {label}", name,
                f"{label}:", "li x5, 0", "li x6, 0"]

    def guarded(self):
        """What mstatus and the counter enables permit or not. What is read is no matter."""
        register = self.work()
        if self.chance(0.3):
            value = self.pick((0, 7, self.random.getrandbits(3)))
            return [f"csrwi {self.pick(('mcounteren', 'scounteren'))}, {value}"]
        return [self.pick((f"csrr {register}, {self.pick(('cycle', 'time', 'instret'))}\nli {register}, 0", "sfence.vma",
                           f"csrr {register}, satp", "fence.i",
                           f"csrr {register}, fcsr", f"fmv.w.x f5, {register}"))]

    def vectors(self):
        register = self.work()
        name, vectors = self.pick((("mtvec", "machine_vectors"), ("stvec", "supervisor_vectors")))
        return [f"la {register}, {vectors}", f"addi {register}, {register}, {self.random.getrandbits(1)}", f"csrw {name}, {register}"]


class Interrupts(Traps):
    """Pending bits that software writes, enables and delegation of interrupts; the handlers disable what was taken."""

    def __init__(self, name, xlen, seed):
        super().__init__(name, xlen, seed)
        # External interrupts apart from the others: the oracle has another order of priorities.
        self.sources = self.pick(((1 << 1, 1 << 5), (1 << 1, 1 << 5), (1 << 9,)))

    def instruction(self):
        if self.chance(0.5):
            return super().instruction()
        return self.pick((self.pend, self.enable, self.enable, self.delegate_interrupts, self.allow, self.allow, self.wait))()

    def _sources(self):
        return self._mask(self.sources)

    def pend(self):
        register = self.work()
        return [f"li {register}, {self._sources():#x}",
                self.pick((f"csrs mip, {register}", f"csrc mip, {register}", f"csrw mip, {register}", f"csrs sip, {register}",
                           f"csrc sip, {register}", f"csrrw x0, sip, {register}"))]

    def enable(self):
        register = self.work()
        return [f"li {register}, {self._sources():#x}",
                self.pick((f"csrs mie, {register}", f"csrs mie, {register}", f"csrw mie, {register}", f"csrc mie, {register}",
                           f"csrs sie, {register}", f"csrc sie, {register}"))]

    def delegate_interrupts(self):
        register = self.work()
        return [f"li {register}, {self.pick((0, 0x222, self._sources())):#x}", f"csrw mideleg, {register}"]

    def allow(self):
        return self.status((_SIE, _MIE, _MPIE, _SPIE))

    def wait(self):
        return self._wait() if 2 in self.sources else self.enable()

    def _wait(self):
        """WFI where something is pending for sure: in M with interrupts off. Elsewhere the branch leaves it out, for what the
        preparation does not do there might never be pending."""
        label = f".L@_{self.new_group()}"
        return ["li x5, 0", "csrci mstatus, 8", "csrsi mip, 2", "csrsi mie, 2", "csrr x5, mie", "andi x5, x5, 2", f"beqz x5, {label}",
                "csrr x5, mip", "andi x5, x5, 2", f"beqz x5, {label}", "csrr x6, mstatus", "wfi", f"{label}:", "li x6, 0"]


class Csrs(Integer):
    """Write anything, read it back, in M."""

    jumps = False
    length = (20, 50)

    def __init__(self, name, xlen, seed):
        super().__init__(name, xlen, seed)
        self.pending = self.pick((0x22, 0x22, 0x200))  # as in Interrupts

    def instruction(self):
        masks = csr_masks(self.xlen)
        name = self.pick(list(masks))
        mask = masks[name]
        value = self.pick((0, (1 << self.xlen) - 1, 1 << self.random.randrange(self.xlen), self.random.getrandbits(self.xlen),
                           self.random.getrandbits(self.xlen), self.random.getrandbits(12)))
        operation = self.pick(("csrrw", "csrrs", "csrrc"))
        if name in ("mtvec", "stvec"):
            value &= ~2
        if name in INTERRUPT_REGISTERS + ("menvcfg", "menvcfgh"):
            value &= mask
        if name in ("mip", "sip"):
            value &= self.pending
        old, new = self.random.sample([f"x{n}" for n in range(8, 32)], 2)
        lines = ["csrci mstatus, 8", f"csrr x7, {name}", f"li x5, {value:#x}", f"{operation} {old}, {name}, x5", f"csrr {new}, {name}",
                 f"li x6, {mask:#x}", f"and {old}, {old}, x6", f"and {new}, {new}, x6"]
        if name in ("mscratch", "mtvec", "satp"):
            lines.append(f"csrw {name}, x7")
        return lines + ["li x7, 0", f"add x1, x1, {new}", f"slli x30, {new}, 1"]
