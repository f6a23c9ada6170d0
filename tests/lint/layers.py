#!/usr/bin/env python3
"""Fails when a file includes what its layer must not know, or when agnostic code names a guest.

The table is that of docs/architecture.md, "The layout". The guests' words come from the targets themselves
(iss/<target>/words.txt), so that a new target is guarded against without touching this file.
"""

import argparse
import pathlib
import re
import sys

SOURCE = {".h", ".cpp", ".def", ".c"}
SYSTEMC = re.compile(r"^(systemc|tlm|sysc/|tlm_core/|tlm_utils/)")

# (folder, what of ours it may include by prefix, whether SystemC is allowed). The first match wins; <self> is the folder
# of the target itself.
LAYERS = [
    ("include/medley/base", ["medley/base/"], False),
    ("include/medley/ir", ["medley/base/", "medley/ir/"], False),
    ("include/medley/cpu", ["medley/base/", "medley/ir/", "medley/cpu/"], False),
    ("include/medley/tlm", ["medley/base/", "medley/cpu/", "medley/tlm/"], True),
    ("include/medley/periph", ["medley/base/", "medley/tlm/", "medley/periph/"], True),
    ("include/medley/board", ["medley/base/", "medley/cpu/registry.h", "medley/tlm/", "medley/periph/", "medley/board/"], True),
    ("base", ["medley/base/"], False),
    ("accel", ["medley/base/", "medley/ir/", "medley/cpu/", "accel/"], False),
    ("iss/common/decode", ["medley/base/", "medley/ir/", "medley/cpu/", "iss/common/decode/"], False),
    ("iss/common", ["medley/base/", "medley/ir/", "medley/cpu/", "medley/tlm/", "iss/common/"], True),
    ("iss/*", ["medley/base/", "medley/ir/", "medley/cpu/", "iss/common/decode/", "<self>/"], False),
    ("peripherals", ["medley/base/", "medley/tlm/", "medley/periph/", "peripherals/"], True),
    ("platforms", ["medley/base/", "medley/cpu/", "medley/tlm/", "medley/periph/", "medley/board/", "platforms/"], True),
    ("sc_main", ["medley/base/", "medley/cpu/registry.h", "medley/tlm/cpu.h", "medley/board/", "platforms/", "sc_main/"], True),
]

# What the table leaves to tests: everything but the inside of a target.
TEST_FOLDERS = ["tests"]
# Where no guest may be named.
AGNOSTIC = ["include", "base", "accel", "peripherals", "platforms", "iss/common", "sc_main"]
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
MAX_LINES = 600


def layer_of(path):
    """The row for a file, with its folder; None for files that the table does not speak of."""
    text = path.as_posix()
    for folder, allowed, systemc in LAYERS:
        if folder.endswith("/*"):
            match = re.match(re.escape(folder[:-1]) + r"[^/]+/", text)
            own = match.group(0)[:-1] if match else None
        else:
            own = folder if text.startswith(folder + "/") else None
        if own:
            return own, [a.replace("<self>", own) for a in allowed], systemc
    return None


def is_ours(name, root):
    """Whether an included name is a file of this tree (and not, say, <linux/...>)."""
    return (root / name).exists() or (root / "include" / name).exists() or name.startswith(("medley/", "accel/", "iss/"))


def check_includes(path, text, root):
    row = layer_of(path)
    in_tests = path.parts[0] in TEST_FOLDERS
    target_tests = re.match(r"iss/[^/]+/tests/", path.as_posix())
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        name = match.group(2)
        place = f"{path}:{number}"
        if in_tests:
            if re.match(r"iss/(?!common/)[^/]+/", name) and not name.endswith("/register.h"):
                yield f"{place}: includes {name}, which is inside a target"
            continue
        if row is None or target_tests:
            continue
        own, allowed, systemc = row
        if SYSTEMC.match(name):
            if not systemc:
                yield f"{place}: {own}/ is SystemC-free, but includes <{name}>"
        elif is_ours(name, root) and not any(name.startswith(a) for a in allowed):
            if (path.parent / name).as_posix().startswith(own) and (root / path.parent / name).exists():
                continue
            yield f"{place}: {own}/ must not include {name}"


def guest_words(root):
    words = {}
    for path in sorted(root.glob("iss/*/words.txt")):
        for line in path.read_text().splitlines():
            word = line.split("#")[0].strip()
            if word:
                words[word] = path.parent.name
    return words


def allowed_lines(root):
    """Rows `path: text` of lines that may name a guest, each with its reason behind `#`."""
    rows = []
    path = root / "tests/lint/allowed.txt"
    if path.exists():
        for line in path.read_text().splitlines():
            if line.strip() and not line.startswith("#"):
                rule = line.split("  #")[0]
                where, _, text = rule.partition(": ")
                rows.append((where.strip(), text.strip()))
    return rows


def check_words(path, text, pattern, allowed):
    if not any(path.as_posix().startswith(folder + "/") for folder in AGNOSTIC):
        return
    for number, line in enumerate(text.splitlines(), 1):
        for match in pattern.finditer(line):
            if any(path.as_posix() == where and known in line for where, known in allowed):
                continue
            yield f"{path}:{number}: agnostic code names a guest: '{match.group(0)}'"


def check_size(path, text):
    lines = text.count("\n")
    if lines > MAX_LINES and path.suffix in {".h", ".cpp"}:
        yield f"{path}: {lines} lines; split it by topic ({MAX_LINES} at most)"


def sources(root):
    for folder in ["include", "base", "accel", "iss", "peripherals", "platforms", "sc_main", "tests"]:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in SOURCE and path.is_file():
                yield path.relative_to(root)


def lint(root):
    words = guest_words(root)
    pattern = None
    if words:
        pattern = re.compile(r"(?<![A-Za-z0-9])(" + "|".join(words) + r")(?![A-Za-z0-9])", re.IGNORECASE)
    allowed = allowed_lines(root)
    for path in sources(root):
        text = (root / path).read_text(errors="replace")
        yield from check_includes(path, text, root)
        yield from check_size(path, text)
        if pattern:
            yield from check_words(path, text, pattern, allowed)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", nargs="?", default=".", type=pathlib.Path, help="the source tree")
    findings = list(lint(parser.parse_args().root.resolve()))
    print("\n".join(findings) if findings else "layers: nothing found")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
