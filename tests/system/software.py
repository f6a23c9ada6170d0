#!/usr/bin/env python3
"""Boots Debian's firmware and kernels and talks to them. One scenario a call."""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

import console

SOURCE = pathlib.Path(__file__).resolve().parents[2]
LOGIN = "/ #"


class Rig:
    def __init__(self, options):
        self.medley = options.medley
        self.guests = pathlib.Path(options.guests)
        self.extra = ["-s", f"cpus.*.accel={options.accel}"]
        for name in ["linux-riscv64/Image", "busybox-riscv64", "opensbi"]:
            if not (self.guests / name).exists():
                sys.exit(f"{self.guests / name} is missing: run tools/fetch-guest-packages")

    def initrd(self, folder, script=None):
        path = pathlib.Path(folder) / "initrd.gz"
        command = [SOURCE / "tools/make-initrd", path, "--busybox", self.guests / "busybox-riscv64"]
        if script:
            (pathlib.Path(folder) / "demo.sh").write_text(script)
            command += ["--script", pathlib.Path(folder) / "demo.sh"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return path

    def run(self, board, *arguments, timeout=600):
        return console.Console([self.medley, "run", board, *self.extra, *arguments], timeout)

    def linux(self, board, initrd, *arguments, timeout=600):
        return self.run(board, "--kernel", self.guests / "linux-riscv64/Image", "--initrd", initrd, *arguments, timeout=timeout)


def linux_shell(rig, harts):
    with tempfile.TemporaryDirectory() as folder:
        with rig.linux("virt-riscv64", rig.initrd(folder), "-s", f"harts={harts}") as linux:
            linux.expect(f"{harts} cpu(s)")
            linux.expect("#")
            linux.send("echo $((6*7)) is-the-answer; cat /proc/cpuinfo | grep -c processor\n")
            linux.expect("42 is-the-answer")
            linux.send("poweroff\n")
            assert linux.finish() == 0, "the exit status after poweroff is not 0\n" + linux.text
            for bad in ["Kernel panic", "Oops", "BUG:", "WARNING:", "rcu: INFO"]:
                assert bad not in linux.text, f"'{bad}' in the kernel's log\n" + linux.text


def uboot_prompt(rig):
    with rig.run("virt-riscv64", "--load", rig.guests / "u-boot/qemu-riscv64/u-boot.bin@0x80000000", timeout=300) as uboot:
        uboot.expect("U-Boot 20")
        uboot.expect("Hit any key")
        uboot.send("\n")
        uboot.expect("=> ")
        uboot.send("version\n")
        uboot.expect("U-Boot 20")
        uboot.expect("=> ")
        uboot.send("poweroff\n")


def uboot_under_opensbi(rig):
    with rig.run("virt-riscv64", "--kernel", rig.guests / "u-boot/qemu-riscv64_smode/u-boot.bin", timeout=300) as uboot:
        uboot.expect("OpenSBI")
        uboot.expect("Hit any key")
        uboot.send("\n")
        uboot.expect("=> ")
        uboot.send("bdinfo\n")
        uboot.expect("=> ")


def opensbi_banner(rig, harts, folder):
    firmware = rig.guests / folder / "fw_jump.elf"
    with rig.run("virt-riscv64", "--firmware", firmware, "-s", f"harts={harts}", "-s", "cpus.*.isa=rv64imafdc_zba_zbb_sstc",
                 timeout=120) as sbi:
        sbi.expect(f"Platform HART Count         : {harts}")
        sbi.expect("Boot HART Base ISA")
        sbi.expect("rv64imafdc")
        sbi.expect("Boot HART MHPM")


def installer(rig):
    with rig.run("virt-riscv64", "--kernel", rig.guests / "d-i/riscv64/linux", "--initrd", rig.guests / "d-i/riscv64/initrd.gz",
                 "-m", "1G", timeout=900) as linux:
        linux.expect("Select a language")


SCENARIOS = {
    "linux-1": lambda rig: linux_shell(rig, 1),
    "linux-4": lambda rig: linux_shell(rig, 4),
    "uboot": uboot_prompt,
    "uboot-smode": uboot_under_opensbi,
    "opensbi-1": lambda rig: opensbi_banner(rig, 1, "opensbi/riscv64"),
    "opensbi-4": lambda rig: opensbi_banner(rig, 4, "opensbi/riscv64"),
    "opensbi-old": lambda rig: opensbi_banner(rig, 2, "opensbi-bookworm/riscv64"),
    "installer": installer,
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
