"""Runs a program and knows when each line of its output came. Time is wall time outside the simulator: simulated time is not."""

import dataclasses
import os
import re
import selectors
import shlex
import subprocess
import time

from .build import Failure


@dataclasses.dataclass
class Run:
    """A program that has ended."""
    command: str
    status: int
    lines: list  # (time of arrival, text)
    errors: str
    seconds: float
    cpu_seconds: float
    peak_bytes: int

    def stats(self):
        """The counts that `medley run --stats` prints: `name: number` lines."""
        return {name: float(value) for name, value in re.findall(r"^([^:\n]+): ([0-9.]+)$", self.errors, re.MULTILINE)}

    def total(self, count):
        """A count of the whole run, or the sum over all CPUs; None when there is none."""
        stats = self.stats()
        found = [stats[count]] if count in stats else [value for name, value in stats.items() if name.endswith("." + count)]
        return sum(found) if found else None

    def section(self, name):
        """(seconds, first word behind END, first word behind BEGIN or None) of a section between markers."""
        begin = end = None
        for when, line in self.lines:
            found = re.search(rf"\b(BEGIN|END) {re.escape(name)}(?: ([0-9a-f]+))?\s*$", line)
            if found and found.group(1) == "BEGIN" and begin is None:
                begin = when, found.group(2)
            elif found and found.group(1) == "END":
                end = when, found.group(2)
        if not begin or not end or end[1] is None:
            raise Failure(f"no result for {name}: " + self.complaint())
        return max(end[0] - begin[0], 1e-9), end[1], begin[1]

    def complaint(self):
        text = "\n".join(line for _, line in self.lines) + self.errors
        return f"status {self.status}: {self.command}\n{text[-600:]}"


class Program:
    """A program that runs. Use it in a `with`: it does not outlive the block."""

    def __init__(self, command, limit, console=False):
        self.command = shlex.join(command)
        self.limit = limit
        self.start = time.perf_counter()
        # A console is a pipe that stays open and brings nothing.
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE if console else subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        self._rest = {self.process.stdout: b"", self.process.stderr: b""}
        self._lines, self._errors = [], b""
        self._selector = selectors.DefaultSelector()
        for stream in self._rest:
            self._selector.register(stream, selectors.EVENT_READ)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._selector.close()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream:
                stream.close()

    def _read(self):
        """Takes what has come; False when there will be no more."""
        if not self._selector.get_map():
            return False
        if time.perf_counter() > self.start + self.limit:
            raise Failure(f"no end within {self.limit:g} s: " + self.command)
        for key, _ in self._selector.select(timeout=1):
            data = os.read(key.fileobj.fileno(), 65536)
            now = time.perf_counter()
            if not data:
                self._selector.unregister(key.fileobj)
            elif key.fileobj is self.process.stderr:
                self._errors += data
            else:
                *whole, rest = (self._rest[key.fileobj] + data).split(b"\n")
                self._rest[key.fileobj] = rest
                self._lines += [(now, line.decode(errors="replace").rstrip("\r")) for line in whole]
        return True

    def wait_for(self, text):
        """Waits for a line that contains the text."""
        while not any(text in line for _, line in self._lines):
            if not self._read():
                raise Failure(f"the output ended without '{text}': " + self.finish().complaint())

    def finish(self):
        while self._read():
            pass
        _, status, usage = os.wait4(self.process.pid, 0)
        seconds = time.perf_counter() - self.start
        self.process.returncode = os.waitstatus_to_exitcode(status)
        last = self._rest[self.process.stdout]
        if last:
            self._lines.append((time.perf_counter(), last.decode(errors="replace")))
        return Run(self.command, self.process.returncode, self._lines, self._errors.decode(errors="replace"), seconds,
                   usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)

    def cpu_seconds(self):
        """Host CPU time so far."""
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_bytes(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            return int(re.search(r"^VmRSS:\s+(\d+) kB", file.read(), re.MULTILINE).group(1)) * 1024


def run(command, limit):
    """Runs a program to its end, which must be a good one."""
    with Program(command, limit) as program:
        result = program.finish()
    if result.status != 0:
        raise Failure(result.complaint())
    return result
