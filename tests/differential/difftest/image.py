"""From programs to an ELF image, with Debian's cross tools."""

import pathlib
import subprocess

HARNESS = pathlib.Path(__file__).resolve().parent.parent / "harness"


class ToolError(RuntimeError):
    """A cross tool refused its input, which is a mistake of the generator."""


def _run(command, text=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ToolError(f"{' '.join(map(str, command))}:\n{done.stderr[:4000]}")


class ImageBuilder:
    """Builds images of one instruction set in one folder; the harness is compiled once for each XLEN."""

    def __init__(self, folder, isa):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.isa = isa
        self._harness = {}

    def _harness_objects(self, xlen):
        if xlen not in self._harness:
            objects = []
            for source in ("entry.S", "harness.c"):
                target = self.folder / f"{source}-{self.isa.name}{xlen}.o"
                _run([*self.isa.compiler(source, xlen), "-O1", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-ffreestanding", "-fno-builtin",
                      "-c", HARNESS / self.isa.name / source, "-o", target])
                objects.append(target)
            self._harness[xlen] = objects
        return self._harness[xlen]

    def build(self, programs, name="image", dump=False):
        """An ELF file with these programs, all of one XLEN."""
        xlen = programs[0].xlen
        elf, part = self.folder / f"{name}.elf", self.folder / f"{name}.o"
        _run([*self.isa.assembler(xlen), "-o", part, "-"], self.isa.assembly(programs, dump))
        _run([*self.isa.linker(xlen), "-T", HARNESS / self.isa.name / "link.ld", *self._harness_objects(xlen), part, "-o", elf])
        return elf
