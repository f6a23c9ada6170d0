"""Random encodings of the rows of the target's decoder tables. A random word of a row is an instruction, or unallocated on both machines."""

import functools
import pathlib
import re
import subprocess

_ROOT = pathlib.Path(__file__).resolve().parents[4]
_ROW = re.compile(r"^\s*@@ (\w+) (.*) @@$")

# Rows in which QEMU 7.2 is wrong (known.py).
_AVOIDED = {"fjcvtzs", "s_fcvtzs_fixed_h", "xpaci", "xpacd"}


@functools.lru_cache(maxsize=None)
def rows(*tables):
    """(name, pattern) of each instruction in these tables; the C preprocessor expands them."""
    wanted = "\n".join(["#define INSN(name, pattern, ...) @@ name pattern @@", "#define SPECIAL(name, pattern, ...) @@ name pattern @@",
                        "#define RESERVED(name, pattern)", *(f'#include "iss/aarch64/decode/{table}.def"' for table in tables)])
    done = subprocess.run(["aarch64-linux-gnu-gcc", "-E", "-P", "-x", "c", f"-I{_ROOT}", "-"], input=wanted, capture_output=True, text=True,
                          check=True)
    found = []
    for line in re.sub(r"@@\s*@@", "@@\n@@", done.stdout).splitlines():
        match = _ROW.match(line)
        if match is None:
            continue
        pattern = "".join(re.findall(r'"([^"]*)"', match[2])).replace(" ", "")
        if len(pattern) != 32:
            raise ValueError(f"{match[1]}: not a pattern of 32 bits: {pattern}")
        if match[1] not in _AVOIDED:
            found.append((match[1], pattern))
    if not found:
        raise ValueError(f"no rows in {tables}")
    return tuple(found)


def random_word(generator, row, reserved):
    """A word of a row whose lowest field is no reserved register."""
    name, pattern = row
    while True:
        word = generator.random.getrandbits(32)
        for at, letter in enumerate(pattern):
            if letter in "01":
                word = word & ~(1 << (31 - at)) | int(letter) << (31 - at)
        if word & 31 not in reserved:
            return f".inst {word:#010x} // {name}"
