#!/usr/bin/env python3
"""Each CPU of a board may have another accelerator: every assignment gives the same output, counts and registers."""

import argparse
import itertools
import sys

from observation import architectural, observe, same

# Two CPUs that work with each other, and what each loads ("{}" is the folder of the guests).
PAIRS = {
    "riscv": [("virt-riscv64", "-s", "harts=2", "--load", "{}/smp-rv64.elf"),
              ("virt-riscv32", "-s", "harts=2", "--load", "{}/smp-rv32.elf"),
              ("duo", "--firmware", "app:none", "--load", "app:{}/mailbox_app-rv64.elf", "--load", "mgr:{}/mailbox_mgr-rv32.elf"),
              ("duo", "--firmware", "app:none", "--load", "app:{}/hostile_poke-rv64.elf")],
    "aarch64": [("virt-aarch64", "-s", "cpus=2", "--load", "{}/smp-aarch64.elf"),
                ("virt-aarch64", "-s", "cpus=2", "-s", "gic=3", "--load", "{}/smp-aarch64.elf")],
}
ACCELERATORS = ["interp", "jit"]


def seen_of(options, board, arguments, pair):
    """Exit status, console, and what is architectural of the statistics."""
    choice = [text for number, name in enumerate(pair) for text in ("-s", f"cpus.{number}.accel={name}")]
    status, console, statistics = observe(options.medley, board, *choice, *(part.format(options.guests) for part in arguments))
    return status, console, architectural(statistics)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--medley", required=True)
    parser.add_argument("--guests", required=True)
    parser.add_argument("--arch", choices=PAIRS, default="riscv")
    options = parser.parse_args()
    good = True
    for board, *arguments in PAIRS[options.arch]:
        reference = None
        for pair in itertools.product(ACCELERATORS, repeat=2):
            seen = seen_of(options, board, arguments, pair)
            reference = reference or seen
            name = f"{board}, {arguments[-1].rpartition('/')[2]}, on {' and '.join(pair)}"
            good = same(name, reference, seen, "output, counts and registers") and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
