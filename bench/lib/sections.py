"""What is measured, section by section: how often, which tables it makes, and where the figures are kept."""

import copy
import dataclasses
import json
import os
import time
import typing

from . import boot, goals, kernels, overhead, tables
from .architectures import kernel_names
from .build import Failure
from .results import Results


@dataclasses.dataclass(frozen=True)
class Settings:
    reps: int
    scale: int  # percent
    aligns: str = "0"


@dataclasses.dataclass(frozen=True)
class Section:
    measure: typing.Callable  # options -> data that JSON can hold
    tables: dict              # name -> function (data, estimate) that gives the table
    usual: Settings
    quick: Settings
    linux: bool = False       # needs a Linux for the guest


def _kernel_table(data, estimate):
    return Results.from_json(data, estimate).table()


MANY, FEW = "0,16,32,48", "0,32"
SECTIONS = {
    "kernels": Section(lambda options: kernels.measure_bare(options).to_json(), {"kernels": _kernel_table},
                       Settings(4, 100, MANY), Settings(2, 20, FEW)),
    "programs": Section(lambda options: kernels.measure_linux(options).to_json(), {"programs": _kernel_table},
                        Settings(4, 100, MANY), Settings(2, 20, FEW), linux=True),
    "linux": Section(lambda options: boot.measure(options).to_json(), {"linux": lambda data, estimate: boot.table(Results.from_json(data, estimate))},
                     Settings(5, 100), Settings(3, 100), linux=True),
    "overhead": Section(overhead.measure, {"overhead": lambda data, _: overhead.table(data), "quantum": lambda data, _: overhead.sweep_table(data)},
                        Settings(5, 100), Settings(2, 100)),
}
FORMAT = 3  # of what is kept; another number when its meaning changes


def names_for(guest):
    """The sections that make sense for a guest architecture."""
    return [name for name, section in SECTIONS.items() if guest.kernel or not section.linux]


def tables_for(guest):
    return [table for name in names_for(guest) for table in SECTIONS[name].tables] + ["goals"]


def with_settings(options, section):
    """The options with what the command line left open filled in for this section."""
    wanted = section.quick if options.quick else section.usual
    filled = copy.copy(options)
    filled.reps, filled.scale, filled.aligns = options.reps or wanted.reps, options.scale or wanted.scale, options.aligns or wanted.aligns
    return filled


def _path(options, name):
    return os.path.join(options.build, "results", f"{name}-{options.guest.name}.json")


def _keep(options, name, data):
    os.makedirs(os.path.dirname(_path(options, name)), exist_ok=True)
    with open(_path(options, name), "w") as file:
        json.dump({"format": FORMAT, "when": time.strftime("%Y-%m-%d %H:%M"), "data": data}, file, indent=1)


def kept(options, name):
    """(when, what) a section found last; (None, None) when it did not run, or an older runner did it."""
    try:
        with open(_path(options, name)) as file:
            found = json.load(file)
    except FileNotFoundError:
        return None, None
    except ValueError as error:
        raise Failure(f"{_path(options, name)} cannot be read ({error}): remove it") from error
    return (found["when"], found["data"]) if found.get("format") == FORMAT else (None, None)


def whole(options):
    """Whether all kernels and all parts are wanted."""
    return options.only == kernel_names() and options.parts == list(overhead.PARTS)


def publish(options, texts):
    """Prints tables (name -> text, empty when there is nothing to show) and puts them where `--update` wants them; `--markdown` gets them all at the end."""
    for name, text in texts.items():
        if not text:
            continue
        name = f"{name}-{options.guest.name}"
        print(text, flush=True)
        options.published[name] = text
        if options.update:
            tables.replace_table(options.update, name, text)


def run(options, name):
    """Measures a section (or takes what is kept) and shows its tables. Parts of a section are shown, not kept."""
    section = SECTIONS[name]
    if name not in names_for(options.guest):
        raise Failure(f"{name}: there is no Linux for {options.guest.name}")
    if options.saved:
        _, data = kept(options, name)
        if data is None:
            raise Failure(f"`bench {name}` has not been run yet")
    else:
        data = section.measure(with_settings(options, section))
        if whole(options):
            _keep(options, name, data)
    options.failures += data["failures"]
    publish(options, {table: make(data, options.estimate) for table, make in section.tables.items()})
    return data


def run_all(options):
    """All sections and the goals; a section that cannot be measured here does not stop the others."""
    left_out = [name for name in SECTIONS if name not in names_for(options.guest)]
    if left_out:
        print(f"Without {' and '.join(left_out)}: there is no Linux for {options.guest.name}.\n", flush=True)
    for name in names_for(options.guest):
        try:
            run(options, name)
        except Failure as failure:
            options.failures.append(f"{name}: {failure}")
    judge(options)


def judge(options):
    """The table of goals, from what all sections found last."""
    found = {name: kept(options, name) for name in names_for(options.guest)}
    note = "Measured: " + ", ".join(f"{name} {when}" if when else f"{name} not yet" for name, (when, _) in found.items()) + "."
    publish(options, {"goals": goals.table({name: data for name, (_, data) in found.items()}, options.estimate, note)})
