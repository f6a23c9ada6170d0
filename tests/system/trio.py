#!/usr/bin/env python3
"""Board `trio`: two Linux systems of two instruction sets and a manager talk to each other, as in the demo. With several assignments of
accelerators to CPUs, output, instruction counts and registers must be the same for all."""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from observation import architectural, observe, same

SOURCE = pathlib.Path(__file__).resolve().parents[2]
TOOLS = SOURCE / "tools"
CPUS = ["a64.0", "rv64", "mgr"]
EXPECTED = [
    r"^\[a64\] sent 0x2A, the manager answered 0x0000002B",
    r"^\[a64\] sent 0xCAFE0000, the manager answered 0xCAFE0001",
    r"^\[mgr\] manager: got 0x0000002a from a64, answered 0x0000002b",
    r"^\[rv64\] the other Linux says: Hello from Linux \S+ on aarch64",
    r"^\[rv64\] sent 0x1234, the manager answered 0x00001235",
    r"^\[mgr\] manager: got 0x00001234 from rv64, answered 0x00001235",
    r"^\[a64\] the other Linux answered: Hello back from Linux \S+ on riscv64",
    r"^\[a64\] demo.sh ended with status 0",
]


def make_initrd(path, *arguments):
    command = [TOOLS / "make-initrd", path, "--file", f"{TOOLS}/trio-messages.sh=messages.sh", *arguments]
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)


def arguments_of(options, folder, accelerators):
    for name in ("linux-arm64/Image", "linux-riscv64/Image", "busybox-arm64", "busybox-riscv64"):
        if not (options.guests / name).exists():
            sys.exit(f"{options.guests / name} is missing: run tools/fetch-guest-packages")
    first, second = folder / "a64.gz", folder / "rv64.gz"
    make_initrd(first, "--busybox", options.guests / "busybox-arm64", "--script", TOOLS / "trio-demo-a64.sh", "--no-shell")
    make_initrd(second, "--busybox", options.guests / "busybox-riscv64", "--script", TOOLS / "trio-demo-rv64.sh")
    arguments = ["--kernel", f"a64:{options.guests}/linux-arm64/Image", "--initrd", f"a64:{first}",
                 "--kernel", f"rv64:{options.guests}/linux-riscv64/Image", "--initrd", f"rv64:{second}"]
    for number, accelerator in enumerate(accelerators):
        arguments += ["-s", f"cpus.{number}.accel={accelerator}"]
    return arguments


def talk(options, accelerators):
    """Output, and what the accelerators may not change of the statistics."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = arguments_of(options, pathlib.Path(folder), accelerators)
        status, output, statistics = observe(options.medley, "trio", *arguments, timeout=options.timeout)
    output = output.replace("\r", "")
    assert status == 0, f"exit status {status}\n{output}\n{statistics}"
    missing = [line for line in EXPECTED if not re.search(line, output, re.MULTILINE)]
    assert not missing, "missing:\n" + "\n".join(missing) + "\n--- the output\n" + output
    unlabelled = [line for line in output.splitlines() if line.strip() and not re.match(r"\[(a64|rv64|mgr)\] ", line)]
    assert not unlabelled, "lines without a label:\n" + "\n".join(unlabelled)
    return output, architectural(statistics)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--medley", required=True)
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    parser.add_argument("--guests", type=pathlib.Path, default=cache / "medley/guests")
    parser.add_argument("--timeout", type=float, default=600, help="seconds for each run")
    parser.add_argument("accelerators", nargs="+", help="of the CPUs " + ", ".join(CPUS) + ", with commas between: jit,jit,interp")
    options = parser.parse_args()
    first = None
    for assignment in options.accelerators:
        result = talk(options, assignment.split(","))
        print(f"{assignment}: they talked")
        if first is not None and not same(assignment, first, result, "output, counts and registers"):
            return 1
        first = first or result
    return 0


if __name__ == "__main__":
    sys.exit(main())
