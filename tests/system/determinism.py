#!/usr/bin/env python3
"""Same board and images: same output, same instruction counts, whatever the host does and whatever the quantum is."""

import argparse
import multiprocessing
import pathlib
import re
import sys

import console

# Programs in which interrupts, timers and several harts take part.
SINGLE = [("virt-riscv64", "timer-rv64"), ("virt-riscv64", "plic-rv64"), ("virt-riscv64", "traps-rv64"), ("virt-riscv64", "paging-rv64"),
          ("virt-riscv32", "timer-rv32"), ("virt-riscv64", "hostile_poke-rv64"), ("virt-riscv64", "dma-rv64")]
MULTI = [("virt-riscv64", "smp-rv64", "-s", "harts=4")]
# What --stats says that depends on the host or on how the run is cut into quanta.
HOST_DEPENDENT = re.compile(r"^(wall|host|MIPS|.*\bMIPS|.*time).*$", re.IGNORECASE | re.MULTILINE)


def observe(medley, guests, row, *arguments):
    board, guest, *more = row
    command = [medley, "run", board, *more, "--load", pathlib.Path(guests) / f"{guest}.elf", "--stats", *arguments]
    status, text = console.run(command, 240)
    return status, HOST_DEPENDENT.sub("", text)


def instructions(observed):
    status, text = observed
    counts = re.findall(r"^(?:.*\.)?instructions: (\d+)$", text, re.MULTILINE)
    assert counts, "no instruction counts in:\n" + text
    output = text.split("instructions:")[0].rsplit("\n", 2)[0]
    return status, counts, output


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
        reference = instructions(observe(options.medley, options.guests, row, "--quantum", "1ms"))
        for length in ["1us", "10us", "137us", "10ms"]:
            seen = instructions(observe(options.medley, options.guests, row, "--quantum", length))
            good = same(f"{row[1]} at {length}", reference, seen, "output, status and instruction count") and good
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
