"""Markdown tables, the files that hold them, and the numbers in them."""

import math
import os
import statistics

from .build import Failure


def text_of(value, digits=2):
    return "-" if value is None else f"{value:,.{digits}f}"


def geometric_mean(values):
    values = list(values)
    return math.exp(statistics.fmean(math.log(value) for value in values)) if values else None


def markdown(head, rows, note=""):
    """A table; the first column is text, the others are numbers."""
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n" + (f"\n{note}\n" if note else "")


def notes_of(items):
    """What went wrong, as a list below a table."""
    return "".join(f"\n- {item.splitlines()[0]}" for item in items) + ("\n" if items else "")


def _marked(path, name):
    """The text of a file and where the lines `<!-- bench:NAME -->` and `<!-- /bench:NAME -->` enclose a table."""
    try:
        with open(path) as file:
            text = file.read()
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from error
    begin, end = f"<!-- bench:{name} -->\n", f"<!-- /bench:{name} -->"
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
        raise Failure(f"{path}: needs the lines {begin.strip()} and {end}, once, for this table")
    return text, text.index(begin) + len(begin), text.index(end)


def check_markers(path, names):
    for name in names:
        _marked(path, name)


def replace_table(path, name, table):
    text, begin, end = _marked(path, name)
    with open(path + ".new", "w") as file:
        file.write(text[:begin] + table.rstrip() + "\n" + text[end:])
    os.replace(path + ".new", path)
