#!/usr/bin/env python3
"""Plants one violation at a time into a copy of the tree and expects the lint to catch each where it stands."""

import argparse
import pathlib
import shutil
import sys
import tempfile

import layers

# (file, line that is added, words that the finding must contain)
VIOLATIONS = [
    ("accel/ir/builder.cpp", "#include <systemc>", "SystemC-free"),
    ("accel/interp/planted.cpp", '#include "medley/tlm/cpu.h"', "must not include medley/tlm/cpu.h"),
    ("accel/interp/planted.cpp", '#include "iss/common/tlm_memory.h"', "must not include iss/common/tlm_memory.h"),
    ("include/medley/base/planted.h", '#include "medley/ir/types.h"', "must not include medley/ir/types.h"),
    ("include/medley/ir/planted.h", '#include "medley/cpu/target.h"', "must not include medley/cpu/target.h"),
    ("include/medley/cpu/planted.h", "#include <tlm>", "SystemC-free"),
    ("peripherals/common/planted.cpp", '#include "medley/cpu/target.h"', "must not include medley/cpu/target.h"),
    ("peripherals/common/planted.cpp", '#include "medley/ir/block.h"', "must not include medley/ir/block.h"),
    ("platforms/planted.cpp", '#include "peripherals/uart/ns16550a.h"', "must not include peripherals/"),
    ("platforms/planted.cpp", '#include "medley/ir/block.h"', "must not include medley/ir/block.h"),
    ("sc_main/planted.cpp", '#include "accel/interp/register.h"', "must not include accel/"),
    ("iss/common/planted.cpp", '#include "accel/interp/register.h"', "must not include accel/"),
    ("peripherals/common/planted.cpp", "\n" * 601, "split it by topic"),
]

# Planted for each target that is there, with its folder and first word filled in.
PER_TARGET = [
    ("platforms/planted.cpp", '#include "iss/{target}/register.h"', "must not include iss/{target}/register.h"),
    ("accel/common/planted.h", '#include "iss/{target}/register.h"', "must not include iss/{target}/register.h"),
    ("tests/unit/planted.cpp", '#include "iss/{target}/state.h"', "inside a target"),
    ("iss/{target}/planted.cpp", "#include <systemc>", "SystemC-free"),
    ("iss/{target}/planted.cpp", '#include "accel/interp/register.h"', "must not include accel/"),
    ("iss/{target}/planted.cpp", '#include "iss/neighbour/state.h"', "must not include iss/neighbour/state.h"),
    ("include/medley/cpu/planted.h", "// for {word} only", "names a guest"),
    ("accel/interp/planted.cpp", 'const char* name = "{word}";', "names a guest"),
    ("peripherals/common/planted.h", "int {word}_mode;", "names a guest"),
    ("platforms/planted.cpp", "// what {WORD} wants", "names a guest"),
]


def expand(root):
    yield from VIOLATIONS
    for folder in sorted(p.parent for p in root.glob("iss/*/words.txt")):
        words = [w.split("#")[0].strip() for w in (folder / "words.txt").read_text().splitlines()]
        word = next(w for w in words if w.isalnum())
        for row in PER_TARGET:
            yield tuple(text.format(target=folder.name, word=word, WORD=word.upper()) for text in row)


def caught(tree, file, line, wanted):
    path = tree / file
    before = path.read_text() if path.exists() else None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text((before or "") + line + "\n")
    findings = [f for f in layers.lint(tree) if f.startswith(file)]
    if before is None:
        path.unlink()
    else:
        path.write_text(before)
    return any(wanted in finding for finding in findings)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=pathlib.Path)
    root = parser.parse_args().root.resolve()
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        tree = pathlib.Path(folder) / "tree"
        for part in ["include", "base", "accel", "iss", "peripherals", "platforms", "sc_main", "tests/lint"]:
            shutil.copytree(root / part, tree / part)
        clean = list(layers.lint(tree))
        rows = list(expand(tree))
        for file, line, wanted in rows:
            if not caught(tree, file, line, wanted):
                missed.append(f"not caught: {file}: {line.strip() or 'too many lines'}")
    print("\n".join(clean + missed) if clean or missed else f"planted: all {len(rows)} violations were caught")
    return 1 if clean or missed else 0


if __name__ == "__main__":
    sys.exit(main())
