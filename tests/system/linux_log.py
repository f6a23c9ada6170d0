#!/usr/bin/env python3
"""What a Linux kernel complains of. As a command: compares Medley's log with QEMU's, line by line, without numbers."""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import pathlib

import console

COMPLAINT = re.compile(r"WARNING|BUG|Oops|Kernel panic|Firmware Bug|Unable to|[Ee]rror|[Ff]ailed|rcu: INFO|Unexpected|Call trace|unhandled")
# What the same kernels say on QEMU's boards, too.
ALLOWED = re.compile(r"cacheinfo: Unable to detect cache hierarchy for CPU")
STAMP = re.compile(r"^\[ *\d+\.\d+\] ")


def kernel_lines(text):
    return [STAMP.sub("", line).strip() for line in text.replace("\r", "").splitlines() if STAMP.match(line)]


def complaints(text):
    """Lines of the kernel that complain of something, except what QEMU's boards give reason for as well."""
    return [line for line in kernel_lines(text) if COMPLAINT.search(line) and not ALLOWED.search(line)]


def shape(line):
    """A line without what differs from run to run: numbers and addresses."""
    return re.sub(r"(0x)?[0-9a-f]*\d[0-9a-f]*", "#", line)


# --- The comparison by hand

SOURCE = pathlib.Path(__file__).resolve().parents[2]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--medley", default=SOURCE / "build/release/medley")
    parser.add_argument("--accel", default="jit")
    parser.add_argument("--cpus", type=int, default=1)
    parser.add_argument("--gic", type=int, default=2)
    parser.add_argument("--virtualization", choices=("on", "off"), default="off", help="whether the kernel is entered at EL2")
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    parser.add_argument("--guests", type=pathlib.Path, default=pathlib.Path(cache) / "medley/guests")
    return parser.parse_args()


def main():
    options = arguments()
    with tempfile.TemporaryDirectory() as folder:
        initrd = pathlib.Path(folder) / "initrd.gz"
        subprocess.run([SOURCE / "tools/make-initrd", initrd, "--no-shell", "--busybox", options.guests / "busybox-arm64"], check=True,
                       stdout=subprocess.DEVNULL)
        kernel = options.guests / "linux-arm64/Image"
        commands = {
            "QEMU": ["qemu-system-aarch64", "-M", f"virt,gic-version={options.gic},virtualization={options.virtualization}", "-cpu", "cortex-a53", "-smp", options.cpus, "-m", "512M",
                     "-nographic", "-kernel", kernel, "-initrd", initrd, "-append", "console=ttyAMA0"],
            "Medley": [options.medley, "run", "virt-aarch64", "-s", f"gic={options.gic}", "-s", f"cpus={options.cpus}", "-m", "512M",
                       "-s", f"virtualization={options.virtualization}",
                       "-s", f"cpus.*.accel={options.accel}", "--kernel", kernel, "--initrd", initrd, "--append", "console=ttyAMA0"],
        }
        logs = {name: kernel_lines(console.run(command, 600)[1]) for name, command in commands.items()}
    for mine, other in (("Medley", "QEMU"), ("QEMU", "Medley")):
        known = {shape(line) for line in logs[other]}
        print(f"--- only {mine} says")
        for line in logs[mine]:
            if shape(line) not in known:
                print(("! " if COMPLAINT.search(line) else "  ") + line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
