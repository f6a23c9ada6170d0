#!/usr/bin/env python3
"""Boots Debian's firmware and kernels and talks to them. One scenario a call."""

import argparse
import dataclasses
import os
import pathlib
import subprocess
import sys
import tempfile

import console
import linux_log

SOURCE = pathlib.Path(__file__).resolve().parents[2]


@dataclasses.dataclass(frozen=True)
class Architecture:
    board: str
    suffix: str  # of Debian's packages
    console: str
    cpus: str  # the board's parameter
    cpus_up: str  # what the kernel says of them


RISCV = Architecture("virt-riscv64", "riscv64", "ttyS0", "harts", "{n} cpu(s)")
AARCH64 = Architecture("virt-aarch64", "arm64", "ttyAMA0", "cpus", "Brought up 1 node, {n} CPU")


class Rig:
    def __init__(self, options):
        self.medley = options.medley
        self.guests = pathlib.Path(options.guests)
        self.extra = ["-s", f"cpus.*.accel={options.accel}"]

    def file(self, name):
        if not (self.guests / name).exists():
            sys.exit(f"{self.guests / name} is missing: run tools/fetch-guest-packages")
        return self.guests / name

    def initrd(self, folder, architecture):
        path = pathlib.Path(folder) / "initrd.gz"
        command = [SOURCE / "tools/make-initrd", path, "--busybox", self.file(f"busybox-{architecture.suffix}")]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return path

    def run(self, board, *arguments, timeout=600):
        return console.Console([self.medley, "run", board, *self.extra, *arguments], timeout)

    def linux(self, architecture, initrd, *arguments, timeout=600):
        return self.run(architecture.board, "--kernel", self.file(f"linux-{architecture.suffix}/Image"), "--initrd", initrd,
                        "--append", f"console={architecture.console}", *arguments, timeout=timeout)


def linux_shell(rig, architecture, cpus, *arguments):
    with tempfile.TemporaryDirectory() as folder:
        settings = ["-s", f"{architecture.cpus}={cpus}", *arguments]
        with rig.linux(architecture, rig.initrd(folder, architecture), *settings) as linux:
            linux.expect(architecture.cpus_up.format(n=cpus))
            linux.expect("#")
            linux.send("echo $((6*7)) is-the-answer; cat /proc/cpuinfo | grep -c processor\n")
            linux.expect("42 is-the-answer")
            linux.send("poweroff\n")
            assert linux.finish() == 0, "the exit status after poweroff is not 0\n" + linux.text
            complain(linux_log.complaints(linux.text), linux.text)
            return linux.text


def linux_at_el2(rig, gic):
    """The kernel finds EL2 and what KVM needs of the interrupt controller."""
    text = linux_shell(rig, AARCH64, 1, "-s", f"gic={gic}", "-s", "virtualization=on")
    interface = "vgic interrupt IRQ9" if gic == 2 else "GIC system register CPU interface enabled"
    for line in ("CPU: All CPU(s) started at EL2", interface, "mode initialized successfully"):
        assert line in text, f"'{line}' is not in the kernel's log\n" + text


def complain(lines, text):
    assert not lines, "the kernel complains:\n" + "\n".join(lines) + "\n--- its log\n" + text


def uboot_prompt(rig):
    with rig.run("virt-riscv64", "--load", f"{rig.file('u-boot/qemu-riscv64/u-boot.bin')}@0x80000000", timeout=300) as uboot:
        uboot.expect("U-Boot 20")
        uboot.expect("Hit any key")
        uboot.send("\n")
        uboot.expect("=> ")
        uboot.send("version\n")
        uboot.expect("U-Boot 20")
        uboot.expect("=> ")
        uboot.send("poweroff\n")


def uboot_under_opensbi(rig):
    with rig.run("virt-riscv64", "--kernel", rig.file("u-boot/qemu-riscv64_smode/u-boot.bin"), timeout=300) as uboot:
        uboot.expect("OpenSBI")
        uboot.expect("Hit any key")
        uboot.send("\n")
        uboot.expect("=> ")
        uboot.send("bdinfo\n")
        uboot.expect("=> ")


def opensbi_banner(rig, harts, folder):
    firmware = rig.file(f"{folder}/fw_jump.elf")
    with rig.run("virt-riscv64", "--firmware", firmware, "-s", f"harts={harts}", "-s", "cpus.*.isa=rv64imafdc_zba_zbb_sstc",
                 timeout=120) as sbi:
        sbi.expect(f"Platform HART Count         : {harts}")
        sbi.expect("Boot HART Base ISA")
        sbi.expect("rv64imafdc")
        sbi.expect("Boot HART MHPM")


def uboot_aarch64(rig):
    with rig.run("virt-aarch64", "--firmware", rig.file("u-boot/qemu_arm64/u-boot.bin"), timeout=300) as uboot:
        uboot.expect("U-Boot 20")
        uboot.expect("Hit any key")
        uboot.send("\n")
        uboot.expect("=> ")
        uboot.send("bdinfo\n")
        uboot.expect("-> size")
        uboot.expect("=> ")
        uboot.send("poweroff\n")
        assert uboot.finish() == 0, "the exit status after poweroff is not 0\n" + uboot.text


def installer(rig, architecture):
    folder = f"d-i/{architecture.suffix}"
    with rig.run(architecture.board, "--kernel", rig.file(f"{folder}/linux"), "--initrd", rig.file(f"{folder}/initrd.gz"),
                 "--append", f"console={architecture.console}", "-m", "1G", timeout=900) as linux:
        linux.expect("Select a language")


def aarch64_linux():
    """Every number of CPUs and interrupt controller, by name."""
    return {f"aarch64-linux-{cpus}-gicv{gic}": lambda rig, n=cpus, v=gic: linux_shell(rig, AARCH64, n, "-s", f"gic={v}")
            for cpus in (1, 4) for gic in (2, 3)} | {f"aarch64-linux-el2-gicv{gic}": lambda rig, v=gic: linux_at_el2(rig, v) for gic in (2, 3)}


SCENARIOS = {
    "linux-1": lambda rig: linux_shell(rig, RISCV, 1),
    "linux-4": lambda rig: linux_shell(rig, RISCV, 4),
    "linux-4-parallel": lambda rig: linux_shell(rig, RISCV, 4, "--parallel"),
    "aarch64-linux-4-parallel": lambda rig: linux_shell(rig, AARCH64, 4, "--parallel", "-s", "gic=3"),
    "uboot": uboot_prompt,
    "uboot-smode": uboot_under_opensbi,
    "opensbi-1": lambda rig: opensbi_banner(rig, 1, "opensbi/riscv64"),
    "opensbi-4": lambda rig: opensbi_banner(rig, 4, "opensbi/riscv64"),
    "opensbi-old": lambda rig: opensbi_banner(rig, 2, "opensbi-bookworm/riscv64"),
    "installer": lambda rig: installer(rig, RISCV),
    **aarch64_linux(),
    "aarch64-uboot": uboot_aarch64,
    "aarch64-installer": lambda rig: installer(rig, AARCH64),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario", choices=SCENARIOS)
    parser.add_argument("--medley", required=True)
    parser.add_argument("--accel", default="interp")
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    parser.add_argument("--guests", default=f"{cache}/medley/guests")
    options = parser.parse_args()
    try:
        SCENARIOS[options.scenario](Rig(options))
    except (console.Ended, AssertionError) as error:
        print(error)
        return 1
    print(f"{options.scenario}: as expected")
    return 0


if __name__ == "__main__":
    sys.exit(main())
