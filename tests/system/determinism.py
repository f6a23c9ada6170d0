#!/usr/bin/env python3
"""Same board and images: same output, same instruction counts, whatever the host does and whatever the quantum is."""

import argparse
import multiprocessing
import pathlib
import re
import subprocess
import sys

# Programs in which interrupts, timers and several harts take part.
SINGLE = [("virt-riscv64", "timer-rv64"), ("virt-riscv64", "plic-rv64"), ("virt-riscv64", "traps-rv64"), ("virt-riscv64", "paging-rv64"),
          ("virt-riscv32", "timer-rv32"), ("virt-riscv64", "hostile_poke-rv64"), ("virt-riscv64", "dma-rv64")]
MULTI = [("virt-riscv64", "smp-rv64", "-s", "harts=4")]
# What --stats says of the host and of how a run was cut into pieces: the console's threads may cut it anywhere, without an
# effect on the guest.
HOST_DEPENDENT = re.compile(r"^(wall_seconds|host_cpu_seconds|mips|.*\.(runs|synchronisations|waits|block lookups|resyncs|links made)): .*\n",
                            re.MULTILINE)


def observe(medley, guests, row, *arguments):
    """Exit status, console, and statistics with all registers at the end."""
    board, guest, *more = row
    command = [medley, "run", board, *more, "--load", pathlib.Path(guests) / f"{guest}.elf", "--stats", "--registers", *arguments]
    done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=240)
    assert "instructions: " in done.stderr, done.stderr
    return done.returncode, done.stdout, HOST_DEPENDENT.sub("", done.stderr)


def same(name, first, second, what):
    if first == second:
        print(f"{name}: same {what}")
        return True
    print(f"{name}: different {what}\n--- first\n{first}\n--- second\n{second}")
    return False


def spin():
    while True:
        pass


def twice(options):
    return all([same(row[1], observe(options.medley, options.guests, row), observe(options.medley, options.guests, row),
                     "output and counts") for row in SINGLE + MULTI])


def load(options):
    quiet = [observe(options.medley, options.guests, row) for row in SINGLE + MULTI]
    burners = [multiprocessing.Process(target=spin, daemon=True) for _ in range(2 * multiprocessing.cpu_count())]
    for burner in burners:
        burner.start()
    try:
        busy = [observe(options.medley, options.guests, row) for row in SINGLE + MULTI]
    finally:
        for burner in burners:
            burner.kill()
    return all([same(row[1], a, b, "output and counts under load") for row, a, b in zip(SINGLE + MULTI, quiet, busy)])


def quantum(options):
    good = True
    for row in SINGLE:
        reference = observe(options.medley, options.guests, row, "--quantum", "1ms")
        for length in ["1us", "10us", "137us", "10ms"]:
            seen = observe(options.medley, options.guests, row, "--quantum", length)
            good = same(f"{row[1]} at {length}", reference, seen, "output, status, instruction count and registers") and good
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["twice", "load", "quantum"])
    parser.add_argument("--medley", required=True)
    parser.add_argument("--guests", required=True)
    options = parser.parse_args()
    return 0 if {"twice": twice, "load": load, "quantum": quantum}[options.what](options) else 1


if __name__ == "__main__":
    sys.exit(main())
