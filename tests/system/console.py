"""A guest under the `medley` command, driven through its console as a person would."""

import os
import re
import selectors
import subprocess
import time


class Ended(Exception):
    """The process ended or the time was up before the expected text came."""


class Console:
    def __init__(self, command, timeout=120):
        self.command = [str(part) for part in command]
        self.deadline = time.monotonic() + timeout
        self.text = ""
        self._seen = 0
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        os.set_blocking(self.process.stdout.fileno(), False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self.process.stdout, selectors.EVENT_READ)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def _read(self):
        """Reads what is there; False at the end of the output."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise Ended(self._complaint("time is up"))
        if not self._selector.select(min(left, 1)):
            return True
        data = self.process.stdout.read()
        if data == b"":
            return False
        self.text += (data or b"").decode(errors="replace").replace("\r", "")
        return True

    def _complaint(self, what):
        return f"{what}; command: {' '.join(self.command)}\n--- output, last lines\n" + "\n".join(self.text.splitlines()[-40:])

    def expect(self, wanted):
        """Waits until `wanted` (any white space for each space) appears behind what was expected before."""
        pattern = re.compile(r"\s+".join(re.escape(word) for word in wanted.split(" ") if word) or re.escape(wanted))
        while True:
            found = pattern.search(self.text, self._seen)
            if found:
                self._seen = found.end()
                return
            if not self._read():
                raise Ended(self._complaint(f"the output ended without '{wanted}'"))

    def send(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def finish(self):
        """Waits for the end; the exit status."""
        while self._read():
            pass
        return self.process.wait(max(1, self.deadline - time.monotonic()))


def run(command, timeout=120):
    """Runs to the end without input: (exit status, output)."""
    with Console(command, timeout) as console:
        console.process.stdin.close()
        status = console.finish()
        return status, console.text
