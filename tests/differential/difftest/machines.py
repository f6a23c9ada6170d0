"""The two machines: each takes programs and gives back the digest of each, or a full dump."""

import re
import shutil
import subprocess
from dataclasses import dataclass, field, replace

_RESULT = re.compile(r"^P ([0-9a-f]{8}) ([0-9a-f]+)$")

@dataclass
class Results:
    """Digests by position in the image; a program that did not end has none. Dumps are lists of lines."""

    digests: dict = field(default_factory=dict)
    dumps: dict = field(default_factory=dict)
    ended: bool = False
    trouble: str = ""


def parse(text):
    """From what the harness printed."""
    results = Results()
    current = None
    for line in text.splitlines():
        line = line.strip("\r")
        match = _RESULT.match(line)
        if match:
            current = int(match[1], 16)
            results.digests[current] = match[2]
            results.dumps[current] = []
        elif line == "end":
            results.ended = True
        elif current is not None:
            results.dumps[current].append(line)
    return results


class MissingTool(RuntimeError):
    """A program that the tests need is not installed."""


class Machine:
    """Runs images that `builder` makes with `command(elf, program)`, where the program is any of the image. It has `timeout` seconds, and some more for each program."""

    name = "machine"

    def __init__(self, builder, timeout=20):
        self.builder = builder
        self.timeout = timeout

    def command(self, elf, program):
        raise NotImplementedError

    def prepare(self, program):
        """The program as this machine gets it."""
        return program

    def run(self, programs, dump=False):
        """All programs in one image."""
        elf = self.builder.build([self.prepare(program) for program in programs], self.name, dump)
        command = self.command(elf, programs[0])
        seconds = self.timeout + len(programs) // 10
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False)
        except subprocess.TimeoutExpired as expired:
            results = parse((expired.stdout or b"").decode("ascii", "replace"))
            results.trouble = f"{self.name}: no end within {seconds} s"
            return results
        results = parse(done.stdout.decode("ascii", "replace"))
        if not results.ended or done.returncode != 0:
            error = done.stderr.decode("utf-8", "replace").strip()
            results.trouble = f"{self.name}: exit status {done.returncode}: {error[-2000:]}"
        return results


class Qemu(Machine):
    """Debian 12's QEMU 7.2."""

    name = "qemu"

    def command(self, elf, program):
        command = self.builder.isa.qemu(elf, program)
        if shutil.which(command[0]) is None:
            raise MissingTool(f"{command[0]} is not installed (Debian packages qemu-system-misc, qemu-system-arm)")
        return [*command, "-display", "none", "-monitor", "none", "-serial", "stdio"]


class Medley(Machine):
    """The platform under test."""

    name = "medley"

    def __init__(self, builder, medley, accel="interp", timeout=20):
        super().__init__(builder, timeout)
        self.medley, self.accel = medley, accel

    def command(self, elf, program):
        if shutil.which(self.medley) is None:
            raise MissingTool(f"{self.medley} is not there: build it, or name it with --medley")
        return [self.medley, "run", *self.builder.isa.medley(elf, program, self.accel)]


class Planted(Qemu):
    """An oracle that is wrong on purpose, for the test of the tests: it takes one mnemonic for another."""

    name = "planted"

    def __init__(self, builder, right, wrong):
        super().__init__(builder)
        self.right, self.wrong = right, wrong

    def prepare(self, program):
        swap = re.compile(rf"^{re.escape(self.right)} ")
        items = [replace(item, lines=tuple(swap.sub(self.wrong + " ", line) for line in item.lines)) for item in program.items]
        return replace(program, items=items)
