#!/usr/bin/env python3
"""Runs random programs on QEMU and on Medley and compares what they leave behind. `--help` tells the options."""

import sys

from difftest.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
