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


@dataclasses.dataclass(frozen=True)
class Architecture:
    name: str
    board: str
    # Bare metal: compiler, the folder of guests/common with start-up code, flags and linker script, and how QEMU runs the program.
    compiler: str
    family: str
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

    @property
    def folder(self):
        return os.path.join(COMMON, self.family)

    @property
    def flag_files(self):
        return [os.path.join(COMMON, "all.flags"), os.path.join(self.folder, self.name + ".flags")]

    @property
    def runtime(self):
        """As guests/cmake/MedleyGuest.cmake has it: all there is."""
        return sorted(file for pattern in ("*.c", f"{self.family}/*.c", f"{self.family}/*.S") for file in glob.glob(os.path.join(COMMON, pattern)))


def _riscv(bits, **more):
    return Architecture(
        name=f"rv{bits}", board=f"virt-riscv{bits}", compiler="riscv64-unknown-elf-gcc", family="riscv",
        qemu=f"qemu-system-riscv{bits}", qemu_machine=("-M", "virt"), qemu_bare=("-bios", "none"), device_register=0x10000007,
        cpus="harts", **more)


ARCHITECTURES = {row.name: row for row in (
    _riscv(64, linux_compiler="riscv64-linux-gnu-gcc", kernel="linux-riscv64/Image",
           busybox="busybox-riscv64", firmware="opensbi/riscv64/fw_dynamic.bin"),
    _riscv(32),
    Architecture(
        name="aarch64", board="virt-aarch64", compiler="aarch64-linux-gnu-gcc", family="aarch64",
        # UARTIBRD. Medley's own boot protocol starts kernels at EL1, as QEMU does here.
        qemu="qemu-system-aarch64", qemu_machine=("-M", "virt", "-cpu", "cortex-a53"), qemu_bare=(), device_register=0x09000024, cpus="cpus",
        linux_compiler="aarch64-linux-gnu-gcc", kernel="linux-arm64/Image", busybox="busybox-arm64", append="console=ttyAMA0"),
)}


def kernel_names():
    """The kernels of bench/kernels."""
    names = (os.path.basename(file)[:-2] for file in glob.glob(os.path.join(BENCH, "kernels", "*.c")))
    return sorted(name for name in names if name != "harness")
