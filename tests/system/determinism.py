#!/usr/bin/env python3
"""Same board and images: same output, same instruction counts, whatever the host does and whatever the quantum is."""

import argparse
import multiprocessing
import pathlib
import sys

from observation import independent_of_host, observe, same

# Programs in which interrupts, timers and several CPUs take part, by architecture: those of one CPU, those of several.
PROGRAMS = {
    "riscv": ([("virt-riscv64", "timer-rv64"), ("virt-riscv64", "plic-rv64"), ("virt-riscv64", "traps-rv64"), ("virt-riscv64", "paging-rv64"),
               ("virt-riscv32", "timer-rv32"), ("virt-riscv64", "hostile_poke-rv64"), ("virt-riscv64", "dma-rv64")],
              [("virt-riscv64", "smp-rv64", "-s", "harts=4")]),
    "aarch64": ([("virt-aarch64", "timer-aarch64", "-s", "gic=2"), ("virt-aarch64", "timer-aarch64", "-s", "gic=3"),
                 ("virt-aarch64", "traps-aarch64"), ("virt-aarch64", "gic-aarch64"), ("virt-aarch64", "hostile_garbage-aarch64")],
                [("virt-aarch64", "smp-aarch64", "-s", "cpus=4", "-s", "gic=3"), ("virt-aarch64", "events-aarch64", "-s", "cpus=2")]),
}


def seen_of(options, row, *arguments):
    """What a run of a program shows, without what depends on the host."""
    board, guest, *more = row
    status, console, statistics = observe(options.medley, board, "-s", f"cpus.*.accel={options.accel}", *more,
                                          "--load", pathlib.Path(options.guests) / f"{guest}.elf", *arguments)
    return status, console, independent_of_host(statistics)


def spin():
    while True:
        pass


def twice(options):
    return all([same(row[1], seen_of(options, row), seen_of(options, row), "output and counts") for row in options.single + options.multi])


def load(options):
    rows = options.single + options.multi
    quiet = [seen_of(options, row) for row in rows]
    burners = [multiprocessing.Process(target=spin, daemon=True) for _ in range(2 * multiprocessing.cpu_count())]
    for burner in burners:
        burner.start()
    try:
        busy = [seen_of(options, row) for row in rows]
    finally:
        for burner in burners:
            burner.kill()
    return all([same(row[1], a, b, "output and counts under load") for row, a, b in zip(rows, quiet, busy)])


def quantum(options):
    good = True
    for row in options.single:
        reference = seen_of(options, row, "--quantum", "1ms")
        for length in ["1us", "10us", "137us", "10ms"]:
            seen = seen_of(options, row, "--quantum", length)
            good = same(f"{row[1]} at {length}", reference, seen, "output, status, instruction count and registers") and good
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["twice", "load", "quantum"])
    parser.add_argument("--medley", required=True)
    parser.add_argument("--guests", required=True)
    parser.add_argument("--arch", choices=PROGRAMS, default="riscv")
    parser.add_argument("--accel", default="jit")
    options = parser.parse_args()
    options.single, options.multi = PROGRAMS[options.arch]
    return 0 if {"twice": twice, "load": load, "quantum": quantum}[options.what](options) else 1


if __name__ == "__main__":
    sys.exit(main())
