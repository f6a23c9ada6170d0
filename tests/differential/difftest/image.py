"""From programs to an ELF image, with Debian's cross tools."""

import pathlib
import subprocess

HARNESS = pathlib.Path(__file__).resolve().parent.parent / "harness"
PREFIX = "riscv64-unknown-elf-"
ABI = {32: "ilp32", 64: "lp64"}
EXTENSIONS = "imafdc_zicsr_zifencei_zfh_zba_zbb_zbc_zbs_zbkb_zbkc_zbkx_svinval"


class ToolError(RuntimeError):
    """A cross tool refused its input, which is a mistake of the generator."""


def _run(command, text=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ToolError(f"{' '.join(map(str, command))}:\n{done.stderr[:4000]}")


def _initial_state(number, program, dump):
    word = ".dword" if program.xlen == 64 else ".word"
    mask = (1 << program.xlen) - 1
    header = [program.flags, program.fcsr, program.memory_seed, program.modes, number, int(dump)]
    lines = [".balign 8", f"program_{number}: {word} entry_{number}, end_{number}, " + ", ".join(hex(v & mask) for v in header)]
    lines.append(f"{word} " + ", ".join(hex(v & mask) for v in program.x))
    lines.append(".dword " + ", ".join(hex(v) for v in program.f or [0] * 32))
    return lines


def assembly(programs, dump=False):
    """The image's assembly but for the harness."""
    lines = [".option norelax"]
    for number, program in enumerate(programs):
        lines += ['.section .programs, "ax"', ".balign 4", ".option rvc" if program.compressed else ".option norvc", f"entry_{number}:"]
        for item in program.items:
            lines += [line.replace("@", str(number)) for line in item.lines]
        lines += [".option norvc", f"end_{number}: ecall", ".data"]
        lines += _initial_state(number, program, dump)
    word = ".dword" if programs[0].xlen == 64 else ".word"
    lines += [".balign 8", ".globl programs, program_count", "programs:"]
    lines += [f"{word} program_{number}" for number in range(len(programs))]
    lines += [f"program_count: {word} {len(programs)}", ""]
    return "\n".join(lines)


class ImageBuilder:
    """Builds images in one folder; the harness is compiled once for each XLEN."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._harness = {}

    def _harness_objects(self, xlen):
        if xlen not in self._harness:
            objects = []
            for source, letters in (("entry.S", "imafdc"), ("harness.c", "imac")):
                target = self.folder / f"{source}-{xlen}.o"
                _run([PREFIX + "gcc", f"-march=rv{xlen}{letters}_zicsr_zifencei", f"-mabi={ABI[xlen]}", "-mcmodel=medany", "-O1",
                      "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-ffreestanding", "-fno-builtin", "-c", HARNESS / source,
                      "-o", target])
                objects.append(target)
            self._harness[xlen] = objects
        return self._harness[xlen]

    def build(self, programs, name="image", dump=False):
        """An ELF file with these programs, all of one XLEN."""
        xlen = programs[0].xlen
        elf, part = self.folder / f"{name}.elf", self.folder / f"{name}.o"
        _run([PREFIX + "as", "-mno-arch-attr", f"-march=rv{xlen}{EXTENSIONS}", f"-mabi={ABI[xlen]}", "-o", part, "-"],
             assembly(programs, dump))
        _run([PREFIX + "ld", f"-melf{xlen}lriscv", "--no-warn-rwx-segments", "-T", HARNESS / "link.ld",
              *self._harness_objects(xlen), part, "-o", elf])
        return elf
