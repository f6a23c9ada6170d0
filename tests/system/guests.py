#!/usr/bin/env python3
"""Runs one of our own guest programs on a board and checks its transcript and its exit status."""

import argparse
import sys

import console


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--medley", required=True)
    parser.add_argument("--status", type=int, default=0)
    parser.add_argument("--expect", default="PASS", help="text that must be in the output")
    parser.add_argument("--until", help="simulated time limit, for guests that never end")
    parser.add_argument("--timeout", type=int, default=120)
    parser.add_argument("board")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    command = [options.medley, "run", options.board] + options.arguments
    if options.until:
        command += ["--until", options.until]
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
