"""Where the time of a kernel goes in `jit`: perf's samples beside the IR and host code of the hottest blocks."""

import collections
import os
import re
import shlex
import shutil
import subprocess

from . import build
from .build import Failure

HOTTEST = 3
INSTRUCTION = re.compile(r"  ([0-9a-f]{8,16})  (.*)")


def _record(options, kernel, data, log):
    """Runs a kernel under perf; the accelerator writes what it made."""
    program = build.bare_metal(options, kernel, 0)
    command = ["perf", "record", "-q", "-e", "cpu-clock", "-F", "2000", "-o", data, options.medley, "run", options.board, "--load", program,
               "-s", "cpus.*.accel=jit", "-s", f"cpus.*.accel.log={log}", *options.medley_args]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise Failure(f"{shlex.join(command)}:\n{done.stdout[-600:]}")


def _samples(data):
    """(address, symbol or "") of every sample."""
    done = subprocess.run(["perf", "script", "-i", data, "-F", "ip,sym"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    found = [line.split(None, 1) for line in done.stdout.splitlines() if line.strip()]
    return [(int(fields[0], 16), fields[1] if len(fields) > 1 else "") for fields in found]


def _blocks(log):
    """(IR lines, [(address, host instruction)]) of every block of an accelerator's log."""
    with open(log) as file:
        for text in file.read().split("\n\n"):
            lines = text.splitlines()
            code = [(int(match.group(1), 16), match.group(2)) for match in map(INSTRUCTION.fullmatch, lines) if match]
            if code:
                yield [line for line in lines if not INSTRUCTION.fullmatch(line)], code


def profile(options):
    if not shutil.which("perf"):
        raise Failure("perf not found (Debian package linux-perf)")
    for kernel in options.only:
        data, log = (os.path.join(options.build, f"{kernel}.{kind}") for kind in ("perf", "log"))
        _record(options, kernel, data, log)
        samples = _samples(data)
        counts = collections.Counter(address for address, _ in samples)
        share = lambda code: sum(counts[address] for address, _ in code) / max(len(samples), 1) * 100
        blocks = sorted(_blocks(log), key=lambda block: -share(block[1]))
        translated = {address for _, code in blocks for address, _ in code}
        elsewhere = collections.Counter(symbol for address, symbol in samples if address not in translated)
        inside = sum(share(code) for _, code in blocks)
        print(f"# {kernel}: {len(samples)} samples, {inside:.0f} % in translated code; elsewhere: "
              + ", ".join(f"{symbol or 'thunks'} {count / len(samples) * 100:.1f} %" for symbol, count in elsewhere.most_common(5)))
        for ir, code in blocks[:HOTTEST]:
            print(f"\n== {share(code):.1f} % " + "\n   ".join(ir))
            for address, text in code:
                print(f"  {counts[address] / len(samples) * 100:5.1f} %  {address:x}  {text}")
        print(flush=True)
