"""Who is compared, and how each is started."""

import dataclasses
import shutil

from . import build
from .results import NATIVE, QEMU


@dataclasses.dataclass
class Simulator:
    """Medley with one accelerator, or QEMU."""
    name: str
    binary: str
    accel: str = ""  # Medley's

    @property
    def is_medley(self):
        return bool(self.accel)

    def bare(self, options, program, *extra):
        """Runs a bare-metal program; `extra` is for Medley."""
        if self.is_medley:
            return [self.binary, "run", options.board, "--load", program, *self._common(options), *extra]
        return [self.binary, *options.guest.qemu_machine, *options.guest.qemu_bare, "-nographic", "-kernel", program]

    def linux(self, options, initrd, *extra, append=""):
        """Boots Linux: both get the same firmware, kernel, initrd, command line and memory."""
        guest = options.guest
        firmware = build.guest_file(options, guest.firmware) if guest.firmware else None
        images = {"kernel": build.guest_file(options, guest.kernel), "initrd": initrd, "append": f"{guest.append} {append}".strip()}
        given = lambda dashes: ["-m", "512M", *(part for name, value in images.items() for part in (dashes + name, value))]
        if self.is_medley:
            return [self.binary, "run", options.board, *given("--"), *(["--firmware", firmware] if firmware else []),
                    *self._common(options), *extra]
        return [self.binary, *guest.qemu_machine, "-nographic", *given("-"), *(["-bios", firmware] if firmware else [])]

    def _common(self, options):
        return ["--stats", "-s", f"cpus.*.accel={self.accel}", *options.medley_args]


def simulators(options):
    """What is there, and notes on what is missing."""
    found, notes = [], []
    if options.qemu != "none":
        binary = shutil.which(options.qemu or options.guest.qemu)
        if binary:
            found.append(Simulator(QEMU, binary))
        else:
            notes.append(f"QEMU is missing: {options.qemu or options.guest.qemu} not found")
    binary = shutil.which(options.medley)
    if binary:
        found += [Simulator(accel, binary, accel) for accel in options.accel]
    else:
        notes.append(f"Medley is missing: {options.medley} not found (build it, or use --medley)")
    return found, notes


def names(options, found):
    return ([] if options.no_native else [NATIVE]) + [simulator.name for simulator in found]
