"""Markdown tables, the files that hold them, and the numbers in them."""

import math
import os
import re
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


def replace_table(path, name, text):
    """Puts the text between the lines `<!-- bench:NAME -->` and `<!-- /bench:NAME -->` of a file."""
    try:
        with open(path) as file:
            old = file.read()
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from error
    begin, end = f"<!-- bench:{name} -->", f"<!-- /bench:{name} -->"
    pattern = re.compile(re.escape(begin) + r"\n.*?" + re.escape(end), re.DOTALL)
    if len(pattern.findall(old)) != 1:
        raise Failure(f"{path}: needs the lines {begin} and {end}, once, for this table")
    new = pattern.sub(lambda _: f"{begin}\n{text.rstrip()}\n{end}", old)
    with open(path + ".new", "w") as file:
        file.write(new)
    os.replace(path + ".new", path)


def publish(options, tables):
    """Prints tables (name -> text) and puts them where `--update` wants them; `--markdown` gets them all at the end."""
    for name, text in tables.items():
        print(text, flush=True)
        options.published[name] = text
        if options.update:
            replace_table(options.update, name, text)
