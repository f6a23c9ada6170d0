"""RISC-V: its cross tools, and how machines of it are started."""

from difftest.riscv.floating import Double, Half, Single
from difftest.riscv.integer import Atomic, BitManipulation, Compressed, Encodings, Integer, Multiply
from difftest.riscv.known import DIFFERENCES
from difftest.riscv.paging import Paging, PagingPmp
from difftest.riscv.pmp import Pmp, PmpLock
from difftest.riscv.privileged import Csrs, Interrupts, Traps

_PREFIX = "riscv64-unknown-elf-"
_ABI = {32: "ilp32", 64: "lp64"}
_EXTENSIONS = "imafdc_zicsr_zifencei_zfh_zba_zbb_zbc_zbs_zbkb_zbkc_zbkx_svinval"

# What the oracle is told to be; suites are generated for no more than this. The hypervisor extension, which is on by default there,
# changes many CSRs.
_QEMU_CPU = ("h=off,v=off,Zfh=on,zba=on,zbb=on,zbc=on,zbs=on,zbkb=on,zbkc=on,zbkx=on,sstc=on,svinval=on,svnapot={sv},svpbmt={sv},"
            "Zihintpause=on")
_MEDLEY_ISA = {32: "rv32imafdc_zicntr_zihpm_zihintpause_zfh_zba_zbb_zbc_zbkb_zbkc_zbkx_zbs_sstc_svadu_svinval",
              64: "rv64imafdc_zicntr_zihpm_zihintpause_zfh_zba_zbb_zbc_zbkb_zbkc_zbkx_zbs_sstc_svadu_svinval_svnapot_svpbmt"}


def _initial_state(number, program, dump):
    word = ".dword" if program.xlen == 64 else ".word"
    mask = (1 << program.xlen) - 1
    header = [program.flags, program.fcsr, program.memory_seed, program.modes, number, int(dump)]
    lines = [".balign 8", f"program_{number}: {word} entry_{number}, end_{number}, " + ", ".join(hex(v & mask) for v in header)]
    lines.append(f"{word} " + ", ".join(hex(v & mask) for v in program.x))
    lines.append(".dword " + ", ".join(hex(v) for v in program.f or [0] * 32))
    return lines


def assembly(programs, dump=False):
    """The image's assembly but for the harness."""
    lines = [".option norelax"]
    for number, program in enumerate(programs):
        lines += ['.section .programs, "ax"', ".balign 4", ".option rvc" if program.compressed else ".option norvc", f"entry_{number}:"]
        for item in program.items:
            lines += [line.replace("@", str(number)) for line in item.lines]
        lines += [".option norvc", f"end_{number}: ecall", ".data"]
        lines += _initial_state(number, program, dump)
    word = ".dword" if programs[0].xlen == 64 else ".word"
    lines += [".balign 8", ".globl programs, program_count", "programs:"]
    lines += [f"{word} program_{number}" for number in range(len(programs))]
    lines += [f"program_count: {word} {len(programs)}", ""]
    return "\n".join(lines)


class Riscv:
    """What the machinery asks of an instruction set."""

    name = "riscv"
    xlens = (32, 64)
    differences = DIFFERENCES
    suites = {
    "int": Integer,
    "mul": Multiply,
    "atomic": Atomic,
    "compressed": Compressed,
    "bitmanip": BitManipulation,
    "encodings": Encodings,
    "float": Single,
    "double": Double,
    "half": Half,
    "priv-traps": Traps,
    "priv-interrupts": Interrupts,
    "csr": Csrs,
    "pmp": Pmp,
    "pmp-lock": PmpLock,
    "paging": Paging,
    "paging-pmp": PagingPmp,
    }
    # Where there are known differences now and then, for all that the suite avoids.
    not_fresh = ("pmp-lock", "paging", "paging-pmp")

    def compiler(self, source, xlen):
        letters = "imafdc" if source == "entry.S" else "imac"
        return [_PREFIX + "gcc", f"-march=rv{xlen}{letters}_zicsr_zifencei", f"-mabi={_ABI[xlen]}", "-mcmodel=medany"]

    def assembler(self, xlen):
        return [_PREFIX + "as", "-mno-arch-attr", f"-march=rv{xlen}{_EXTENSIONS}", f"-mabi={_ABI[xlen]}"]

    def linker(self, xlen):
        return [_PREFIX + "ld", f"-melf{xlen}lriscv", "--no-warn-rwx-segments"]

    def assembly(self, programs, dump):
        return assembly(programs, dump)

    def qemu(self, elf, program):
        cpu = _QEMU_CPU.format(sv="on" if program.xlen == 64 else "off")
        return [f"qemu-system-riscv{program.xlen}", "-M", "virt", "-cpu", f"rv{program.xlen},{cpu}", "-m", "128", "-bios", "none", "-kernel", elf]

    def medley(self, elf, program, accel):
        return [f"virt-riscv{program.xlen}", "--load", elf, "-s", f"cpus.0.accel={accel}", "-s", f"cpus.0.isa={_MEDLEY_ISA[program.xlen]}"]
