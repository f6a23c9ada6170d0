#!/usr/bin/env python3
"""Runs one of our own guest programs on a board and checks its transcript and its exit status."""

import argparse
import os
import random
import struct
import sys
import tempfile

import console

SEED_OFFSET = 0xf00000  # Where guests look for one, from the start of RAM.


def seed_image(text, path):
    """The file that gives a guest program its seed: a number, or 'fresh' for MEDLEY_SEED or else a new one."""
    if text == "fresh":
        text = os.environ.get("MEDLEY_SEED") or str(random.SystemRandom().randrange(1, 1 << 32))
    seed = int(text, 0) & 0xffffffff or 1  # Zero means none.
    print(f"seed {seed} (MEDLEY_SEED={seed} repeats this run where it is fresh)", flush=True)
    with open(path, "wb") as file:
        file.write(struct.pack("<I", seed))
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--medley", required=True)
    parser.add_argument("--status", type=int, default=0)
    parser.add_argument("--expect", default="PASS", help="text that must be in the output")
    parser.add_argument("--until", help="simulated time limit, for guests that never end")
    parser.add_argument("--timeout", type=int, default=120)
    parser.add_argument("--seed", action="append", default=[], help="[CPU:]NUMBER[@RAM] or [CPU:]fresh[@RAM]: the seed of a program "
                        "with random behaviour, where RAM is not that of --ram; may be repeated")
    parser.add_argument("--ram", type=lambda text: int(text, 0), default=0x80000000, help="where the board's RAM starts")
    parser.add_argument("board")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return run(options, folder)


def run(options, folder):
    command = [options.medley, "run", options.board] + options.arguments
    if options.until:
        command += ["--until", options.until]
    for number, spec in enumerate(options.seed):
        spec, _, ram = spec.partition("@")
        cpu, colon, seed = spec.rpartition(":")
        image = seed_image(seed, os.path.join(folder, f"seed{number}.bin"))
        command += ["--load", f"{cpu}{colon}{image}@{(int(ram, 0) if ram else options.ram) + SEED_OFFSET:#x}"]
    status, text = console.run(command, options.timeout)
    print(text)
    if status != options.status:
        print(f"exit status {status}, expected {options.status}")
        return 1
    if options.expect not in text:
        print(f"'{options.expect}' is not in the output")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
