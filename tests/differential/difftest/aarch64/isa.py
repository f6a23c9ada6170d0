"""AArch64: its cross tools, and how machines of it are started."""

from difftest.aarch64.debug import Debug
from difftest.aarch64.integer import Integer
from difftest.aarch64.known import DIFFERENCES
from difftest.aarch64.memory import Atomic, BigEndian, BigEndianLevels, Memory
from difftest.aarch64.mixed import Mixed
from difftest.aarch64.paging import HostPaging, MaxPaging, MaxStage2, Paging, Stage2
from difftest.aarch64.pauth import PointerAuthentication
from difftest.aarch64.program import SCRATCH
from difftest.aarch64.system import Exceptions, MaxExceptions
from difftest.aarch64.timers import HostTimers, Timers
from difftest.aarch64.vector import Crypto, Float, Simd

_PREFIX = "aarch64-linux-gnu-"
_EXTENSIONS = ("armv8.6-a+crc+lse+fp16+simd+crypto+aes+sha2+sha3+sm4+dotprod+rdma+fp16fml+bf16+i8mm+flagm+pauth+rcpc+sb+ssbs+predres+"
               "memtag+profile")

# What `max` has on both sides: no scalable vectors, and the architecture's algorithm for pointer authentication.
_QEMU_CPU = {"max": "max,sve=off,sme=off,pauth-impdef=off,lpa2=off"}


def _double_words(values):
    return ".dword " + ", ".join(hex(value & 0xFFFFFFFFFFFFFFFF) for value in values)


def _setup(number, program):
    if not program.setup:
        return []
    lines = [f"setup_{number}:"]
    for register, value in program.setup:
        text = value.replace("@", str(number)) if isinstance(value, str) else f"{value & 0xFFFFFFFFFFFFFFFF:#x}"
        lines += [f"ldr x0, ={text}", f"msr {register}, x0"]
    return [*lines, "isb", "ret", ".ltorg"]


def _initial_state(number, program, dump):
    setup = f"setup_{number}" if program.setup else "0"
    pokes = f"pokes_{number}" if program.pokes else "0"
    lines = [".data", ".balign 16",
             f"program_{number}: .dword entry_{number}, end_{number}",
             _double_words([program.flags, program.memory_seed, program.modes, number, int(dump)]),
             f".dword {setup}, {pokes}",
             _double_words([len(program.pokes), program.pstate, program.fpcr, program.fpsr, SCRATCH]),
             _double_words([*program.x, 0])]
    for value in program.v:
        lines.append(_double_words([value, value >> 64]))
    if program.pokes:
        lines.append(f"pokes_{number}:")
        lines += [_double_words(pair) for pair in program.pokes]
    return lines


class Aarch64:
    """What the machinery asks of an instruction set."""

    name = "aarch64"
    xlens = (64,)
    differences = DIFFERENCES
    suites = {
        "a64-int": Integer,
        "a64-memory": Memory,
        "a64-atomic": Atomic,
        "a64-pauth": PointerAuthentication,
        "a64-float": Float,
        "a64-simd": Simd,
        "a64-crypto": Crypto,
        "a64-endian": BigEndian,
        "a64-endian-levels": BigEndianLevels,
        "a64-mixed": Mixed,
        "a64-exceptions": Exceptions,
        "a64-exceptions-max": MaxExceptions,
        "a64-debug": Debug,
        "a64-timers": Timers,
        "a64-timers-host": HostTimers,
        "a64-paging": Paging,
        "a64-paging-max": MaxPaging,
        "a64-paging-host": HostPaging,
        "a64-stage2": Stage2,
        "a64-stage2-max": MaxStage2,
    }
    not_fresh = ()

    def compiler(self, _source, _xlen):
        return [_PREFIX + "gcc", "-march=armv8-a", "-mgeneral-regs-only", "-mstrict-align", "-fno-pic", "-fno-stack-protector", "-mno-outline-atomics"]

    def assembler(self, _xlen):
        return [_PREFIX + "as", f"-march={_EXTENSIONS}"]

    def linker(self, _xlen):
        return [_PREFIX + "ld"]

    def assembly(self, programs, dump):
        """The image's assembly but for the harness."""
        lines = []
        for number, program in enumerate(programs):
            lines += ['.section .programs, "ax"', ".balign 16", f"entry_{number}:"]
            for item in program.items:
                lines += [line.replace("@", str(number)) for line in item.lines]
            lines += [f"end_{number}: udf #0"] + _setup(number, program) + _initial_state(number, program, dump)
        lines += [".balign 8", ".globl programs, program_count", "programs:"]
        lines += [f".dword program_{number}" for number in range(len(programs))]
        lines += [f"program_count: .dword {len(programs)}", ""]
        return "\n".join(lines)

    def qemu(self, elf, program):
        return ["qemu-system-aarch64", "-M", "virt,virtualization=on,secure=on,gic-version=2", "-cpu", _QEMU_CPU.get(program.cpu, program.cpu),
                "-m", "128", "-semihosting-config", "enable=on,target=native", "-kernel", elf]

    def medley(self, elf, program, accel):
        command = ["virt-aarch64", "--load", elf, "-s", "secure=on"]
        for key, value in (("accel", accel), ("model", program.cpu), ("el2", "on"), ("psci", "none"), ("semihosting", "on")):
            command += ["-s", f"cpus.0.{key}={value}"]
        return command
