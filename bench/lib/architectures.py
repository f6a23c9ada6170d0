"""What the runner has to know of a guest architecture: one row each."""

import dataclasses
import glob
import os

BENCH = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROOT = os.path.dirname(BENCH)
COMMON = os.path.join(ROOT, "guests", "common")

WARNINGS = ("-std=gnu11", "-Wall", "-Wextra", "-fno-strict-aliasing")
# Multiplications and additions are not fused, so that every architecture computes the same checksum.
OPTIMISE = ("-O2", "-ffp-contract=off")
FREESTANDING = ("-ffreestanding", "-fno-pic", "-fno-common", "-nostdlib", "-nostartfiles", "-static", "-Wl,--build-id=none",
                "-Wl,--no-warn-rwx-segments", "-DMAX_HARTS=8", "-DSTACK_BYTES=8192", "-DBARE_METAL")


@dataclasses.dataclass(frozen=True)
class Architecture:
    name: str
    board: str
    # Bare metal: compiler, its flags, start-up code and linker script, and how QEMU runs the program.
    compiler: str
    flags: tuple
    runtime: tuple
    include: str  # with the linker script, guest.ld
    qemu: str
    qemu_machine: tuple
    qemu_bare: tuple  # further arguments for a bare-metal program
    # A UART register that only holds a byte.
    device_register: int
    # The board's parameter for the number of CPUs.
    cpus: str
    # Linux: compiler of user programs; images below the folder of tools/fetch-guest-packages ("" where there are none).
    linux_compiler: str = ""
    kernel: str = ""
    busybox: str = ""
    firmware: str = ""
    # Added for a Linux boot, on both sides.
    append: str = "console=ttyS0"


def _riscv(bits, isa, abi, **more):
    return Architecture(
        name=f"rv{bits}", board=f"virt-riscv{bits}",
        compiler="riscv64-unknown-elf-gcc", flags=(f"-march={isa}", f"-mabi={abi}", "-misa-spec=2.2", "-mcmodel=medany"),
        runtime=tuple(os.path.join(COMMON, file) for file in
                      ("runtime.c", "memory.c", "riscv/crt0.S", "riscv/board.c", "riscv/trap.c")),
        include=os.path.join(COMMON, "riscv"),
        qemu=f"qemu-system-riscv{bits}", qemu_machine=("-M", "virt"), qemu_bare=("-bios", "none"), device_register=0x10000007,
        cpus="harts", **more)


ARCHITECTURES = {row.name: row for row in (
    _riscv(64, "rv64imafdc", "lp64d", linux_compiler="riscv64-linux-gnu-gcc", kernel="linux-riscv64/Image",
           busybox="busybox-riscv64", firmware="opensbi/riscv64/fw_dynamic.bin"),
    _riscv(32, "rv32imafdc", "ilp32d"),
    Architecture(
        name="aarch64", board="virt-aarch64",
        # Memory is device memory while nothing translates: no misaligned accesses.
        compiler="aarch64-linux-gnu-gcc", flags=("-march=armv8-a", "-mstrict-align", "-mno-outline-atomics"),
        runtime=tuple(os.path.join(COMMON, file) for file in
                      ("runtime.c", "memory.c", "aarch64/crt0.S", "aarch64/hyp.S", "aarch64/hyp.c", "aarch64/monitor.S", "aarch64/board.c", "aarch64/gic.c", "aarch64/trap.c")),
        include=os.path.join(COMMON, "aarch64"),
        # UARTIBRD. Medley's own boot protocol starts kernels at EL1, as QEMU does here.
        qemu="qemu-system-aarch64", qemu_machine=("-M", "virt", "-cpu", "cortex-a53"), qemu_bare=(), device_register=0x09000024, cpus="cpus",
        linux_compiler="aarch64-linux-gnu-gcc", kernel="linux-arm64/Image", busybox="busybox-arm64", append="console=ttyAMA0"),
)}


def kernel_names():
    """The kernels of bench/kernels."""
    names = (os.path.basename(file)[:-2] for file in glob.glob(os.path.join(BENCH, "kernels", "*.c")))
    return sorted(name for name in names if name != "harness")
