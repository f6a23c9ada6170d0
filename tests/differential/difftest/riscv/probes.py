"""Parts of programs in M that access memory as another privilege, and record what came of it."""

from difftest.riscv.program import PAGE_COUNT, PAGES
from difftest.riscv.generator import RiscvGenerator

USER, SUPERVISOR, MACHINE = 0, 1, 3
MPRV, SUM, MXR = 0x20000, 0x40000, 0x80000
ECALL = 0x73
HOLE = 0x90000000  # neither RAM nor device on both machines

# Mnemonic with its operands, and the bytes that it accesses.
PROBES = (("lb", 1), ("lbu", 1), ("lh", 2), ("lhu", 2), ("lw", 4), ("lw", 4), ("sb", 1), ("sh", 2), ("sw", 4), ("sw", 4),
          ("lr_w", 4), ("amoswap_w", 4), ("amoadd_w", 4), ("flw", 4), ("fsw", 4), ("fld", 8), ("fsd", 8))
PROBES_64 = PROBES + (("ld", 8), ("ld", 8), ("lwu", 4), ("sd", 8), ("sd", 8), ("amoor_d", 8), ("lr_d", 8))


class Prober(RiscvGenerator):
    """Programs of this kind have a stack, for they call."""

    jumps = False

    def prologue(self):
        return [["la sp, program_stack_top"]]

    def record(self):
        return ["mv a0, t2", "call record_value"]

    def status_bits(self):
        return (SUM if self.chance(0.5) else 0) | (MXR if self.chance(0.3) else 0)

    def data_offset(self, size):
        """Within a page: a place for data, often at an end of the page. The rest of a page is code (harness.c)."""
        kind = self.random.random()
        if kind < 0.2:
            return (-self.random.randrange(1, 9)) & 0xFFF
        at = self.random.randrange(1024 - 16) + self.pick((0, 3072))
        return at if self.chance(0.15) else at & -size

    @staticmethod
    def within_word(at, size):
        """An address that is misaligned only where the access stays within a word. Beyond that, whether the parts of a misaligned access are
        checked against PMP one by one or together is the implementation's choice (Privileged 3.7.1)."""
        return at if at % 4 + size <= 4 else at & -size

    def borrowed(self, probe, address, mode, bits):
        """A load or store of M with the rights of another mode (MPRV)."""
        text = {"lr": "{} t2, (t1)", "am": "{} t2, t2, (t1)", "fl": "{} ft0, (t1)", "fs": "{} ft0, (t1)"}.get(probe[:2], "{} t2, (t1)")
        return [f"li t1, {address:#x}", f"li t2, {ECALL}", "li t0, 0xe1800", "csrc mstatus, t0",
                f"li t0, {MPRV | bits | mode << 11:#x}", "csrs mstatus, t0", text.format(probe.replace("_", ".")),
                f"li t0, {MPRV:#x}", "csrc mstatus, t0"] + self.record()

    def visit(self, place, address, mode, bits):
        """The other mode itself runs what is at `place`, with an address in t1."""
        return [f"li t1, {address:#x}", f"li t2, {ECALL}", place, f"li a1, {mode}", f"li a2, {bits:#x}", "call run_at"] + self.record()

    def fetch(self, address, mode, bits=0):
        """The other mode runs code of a page, which comes back at once."""
        return self.visit(f"li a0, {address:#x}", 0, mode, bits)

    def code_offset(self):
        """Within a page: a place for code. Mostly whole words: between them there is other code, which is no harm."""
        return self.random.randrange(1024, 3072) & (-2 if self.chance(0.1) else -4)

    def a_page(self):
        return PAGES + 4096 * self.random.randrange(PAGE_COUNT)
