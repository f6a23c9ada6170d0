#!/usr/bin/env python3
"""Board `trio`: what users get wrong is said, one line each, exit status 2, before anything runs."""

import argparse
import pathlib
import re
import struct
import subprocess
import sys
import tempfile


def cases(guests, folder):
    big = folder / "big.bin"
    big.write_bytes(bytes(3 << 20))
    far = folder / "far.image"
    far.write_bytes(struct.pack("<QQQ32x4s", 0, 2**64 - 2**31, 4096, b"ARM\x64").ljust(4096, b"\0"))
    a64, rv64 = guests / "hello-aarch64.elf", guests / "hello-rv64.elf"
    return [
        (["-s", "cpus=0"], r"parameter 'cpus': 0 is out of range, expected 1 to 8"),
        (["-s", "cpus=9"], r"parameter 'cpus': 9 is out of range, expected 1 to 8"),
        (["-s", "cpus=two"], r"parameter 'cpus': expected an integer .*found 'two'"),
        (["-s", "harts=2"], r"unknown key 'harts'; known: "),
        (["-s", "quantum=0"], r"quantum: expected a time"),
        (["-s", "counter.frequency=0"], r"counter: frequency: expected 1Hz"),
        (["-s", "cpus.a64.accel=nope"], r"CPU 'a64': unknown accelerator 'nope'; known: interp, jit"),
        (["-s", "cpus.x.accel=jit"], r"there is no 'x' in cpus; known: a64, rv64, mgr"),
        (["-s", "cpus.9.accel=jit"], r"there is no CPU 9"),
        (["-s", "cpus.mgr.model=rv128"], r"CPU 'mgr': unknown model 'rv128'"),
        (["-s", "cpus.a64.el2=maybe"], r"CPU 'a64': parameter 'el2': 'maybe' is neither on nor off"),
        (["-s", "cpus.mgr.cluster-size=3"], r"CPU 'mgr': unknown key 'cluster-size'; known: "),
        ([], r"CPU 'a64' has nothing to run: give --kernel, --firmware or --load a64:FILE"),
        (["--kernel", "x86:/dev/null"], r"there is no CPU 'x86'; known: a64, rv64, mgr"),
        (["--kernel", f"a64:{folder}/none"], r"none: no such file"),
        (["--load", f"a64:{folder}"], r": not a file"),
        (["--initrd", f"a64:{big}"], r"CPU 'a64' has no kernel that could take it; give --kernel"),
        (["--load", f"mgr:{a64}"], r"an ELF file for aarch64 with 64 bits, but CPU 'mgr' executes riscv with 32 bits"),
        (["--load", f"a64:{rv64}"], r"an ELF file for riscv with 64 bits, but CPU 'a64' executes aarch64 with 64 bits"),
        (["--load", f"mgr:{rv64}"], r"an ELF file for riscv with 64 bits, but CPU 'mgr' executes riscv with 32 bits"),
        # The place was computed round the end of the address space, and lay in the flash.
        (["--kernel", f"a64:{far}"], r"is to lie 0xffffffff80000000 bytes behind the start of RAM, of which CPU 'a64' has "),
        (["--load", f"mgr:{big}@0x80000000"], r"does not fit: larger than every memory of its CPU \(the largest has 1 MiB\)"),
        (["--load", f"a64:{big}@0x10000000"], r"are not within one memory of CPU 'a64'"),
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--medley", required=True)
    parser.add_argument("--guests", type=pathlib.Path, required=True)
    options = parser.parse_args()
    good = True
    with tempfile.TemporaryDirectory() as folder:
        for arguments, expected in cases(options.guests, pathlib.Path(folder)):
            command = [options.medley, "run", "trio", "--until", "1us", *arguments]
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
            lines = done.stderr.splitlines()
            in_lines = all(line.startswith("medley: ") for line in lines) and any(re.search(expected, line) for line in lines)
            if done.returncode == 2 and done.stdout == "" and in_lines:
                continue
            print(f"{' '.join(arguments)}: exit status {done.returncode}, expected 2 and '{expected}'\n{done.stdout}{done.stderr}")
            good = False
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
