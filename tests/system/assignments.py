#!/usr/bin/env python3
"""Each CPU of a board may have another accelerator: every assignment gives the same output, counts and registers."""

import argparse
import itertools
import re
import subprocess
import sys

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
# What no accelerator may change: counts of instructions, time, transactions and interrupts, and all registers.
ARCHITECTURAL = re.compile(r"^(?:(?:instructions|simulated_seconds|.*\.(?:instructions|interrupts|bus reads|bus writes|bus errors|faults raised)): .*|"
                           r".*: 0x[0-9a-f]+)$", re.MULTILINE)


def observe(options, board, arguments, pair):
    """Exit status, console, and what is architectural of the statistics."""
    choice = [text for number, name in enumerate(pair) for text in ("-s", f"cpus.{number}.accel={name}")]
    command = [options.medley, "run", board, *choice, *(part.format(options.guests) for part in arguments), "--stats", "--registers"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=240)
    assert "instructions: " in done.stderr, done.stderr
    return done.returncode, done.stdout, "\n".join(match.group(0) for match in ARCHITECTURAL.finditer(done.stderr))


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
            seen = observe(options, board, arguments, pair)
            reference = reference or seen
            name = f"{board}, {arguments[-1].rpartition('/')[2]}, on {' and '.join(pair)}"
            print(f"{name}: {'the same' if seen == reference else 'different'}")
            if seen != reference:
                print(f"--- first\n{reference}\n--- this\n{seen}")
                good = False
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
