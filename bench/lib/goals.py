"""The goals for the translator, and how far they are met."""

import dataclasses
import typing

from . import overhead, tables
from .results import NATIVE, QEMU, Results

MISSED, MUST, AIM, UNKNOWN = "missed", "met must", "met aim", "not measured"


class Measured:
    """What the other commands found, by section; None where they did not run."""

    def __init__(self, accel, bare=None, programs=None, linux=None, costs=None):
        self.accel = accel
        self.bare, self.programs, self.linux, self.costs = bare, programs, linux, costs

    def value(self, what, name=None):
        """A figure of the overhead table."""
        return self.costs and self.costs["values"].get(what, {}).get(name or self.accel)

    def iterations(self, results):
        return results and results.iterations(self.accel)

    def mean(self):
        return self.bare and tables.geometric_mean(self.bare.ratios(self.accel, NATIVE).values())

    def times_qemu(self, *names):
        """The least of the factors by which these kernels are faster than in QEMU."""
        found = [self.bare.ratio(name, QEMU, self.accel) for name in names] if self.bare else []
        return min(found) if found and all(found) else None

    def _against_qemu(self):
        """Time by QEMU's of every kernel, bare metal and under Linux, the slowest first."""
        ratios = list(self.bare.ratios(self.accel, QEMU).items()) if self.bare else []
        ratios += [(f"{kernel} under Linux", ratio) for kernel, ratio in self.programs.ratios(self.accel, QEMU).items()] if self.programs else []
        return sorted(ratios, key=lambda item: -item[1])

    def slowest(self):
        return next((ratio for _, ratio in self._against_qemu()), None)

    def slower(self):
        return ", ".join(f"{kernel} {ratio:.2f}" for kernel, ratio in self._against_qemu() if ratio > 1)

    def host_bytes(self, kind="hot_bytes"):
        """Over all kernels, start-up code and printing included; "hot" is what stands in front of a block's out-of-line code."""
        samples = [one for by in self.bare.samples.values() for one in by[self.accel]] if self.bare else []
        pairs = [(one[kind], one["translated"]) for one in samples if one.get("translated") and one.get(kind)]
        return sum(made for made, _ in pairs) / sum(count for _, count in pairs) if pairs else None

    def all_host_bytes(self):
        made = self.host_bytes("host_bytes")
        return made and f"{made:.1f} with the code out of line"

    def boot_factor(self):
        return self.linux and self.linux.ratio("boot", QEMU, self.accel)

    def synchronisation(self):
        values = [self.value(f"synchronisation, {cpus}, ns") for cpus in ("1 CPU", "2 CPUs")]
        return max((value for value in values if value is not None), default=None)

    def quantum_cost(self):
        """By how many percent a quantum of 10 us is slower than one of 1 ms; the worst of all rows."""
        found = [points["10us"][0] / points["1ms"][0] for by in (self.costs or {"sweep": {}})["sweep"].values() for points in by.values()
                 if "10us" in points and "1ms" in points]
        return (max(found) - 1) * 100 if found else None

    def interp_mips(self):
        rates = [self.bare.mips(kernel, "interp") for kernel in self.bare.samples] if self.bare else []
        return tables.geometric_mean(rate for rate in rates if rate)

    def untouched(self):
        with_ram, without = (self.value(what) for what in ("the same with 8 GiB of RAM, MiB", "memory of that, MiB"))
        return with_ram - without if with_ram is not None and without is not None else None


@dataclasses.dataclass(frozen=True)
class Goal:
    name: str
    must: float
    aim: float
    unit: str
    measure: typing.Callable
    more_is_better: bool = False
    digits: int = 0
    remark: typing.Callable = lambda measured: ""

    def verdict(self, value):
        if value is None:
            return UNKNOWN
        reached = (lambda goal: value >= goal) if self.more_is_better else (lambda goal: value <= goal)
        if self.aim is not None and reached(self.aim):
            return AIM
        return MUST if reached(self.must) else MISSED

    def row(self, measured):
        value = self.measure(measured)
        text = [tables.text_of(number, self.digits) + (self.unit if number is not None else "") for number in (self.must, self.aim, value)]
        verdict, remark = self.verdict(value), self.remark(measured)
        return [self.name, *text, verdict + (f" ({remark})" if remark else "")]


GOALS = (
    Goal("CoreMark-like, bare metal, it/s", 18000, 25000, "", lambda m: m.iterations(m.bare), True),
    Goal("the same under an MMU (Linux user space)", 12000, 15000, "", lambda m: m.iterations(m.programs), True),
    Goal("geometric mean of the kernels, time / native", 2.5, 2.0, "", Measured.mean, digits=2),
    Goal("double matrix product, n-body against QEMU (the lesser)", 6, 10, "x", lambda m: m.times_qemu("matmul", "nbody"), True, 1),
    Goal("slowest kernel, time / QEMU", 1.0, None, "", Measured.slowest, digits=2, remark=Measured.slower),
    Goal("Linux boot against QEMU", 1.0, 1.7, "x", Measured.boot_factor, True, 2),
    Goal("translation, ns per guest instruction", 250, 150, "", lambda m: m.value("translation, ns a guest instruction")),
    Goal("hot host bytes per guest instruction, kernels", 16, 12, "", Measured.host_bytes, digits=1, remark=Measured.all_host_bytes),
    Goal("MMIO from translated code and back, ns", 60, 35, "", lambda m: m.value("device register read, ns")),
    Goal("quantum synchronisation, ns", 300, 150, "", Measured.synchronisation),
    Goal("two CPUs in parallel on two cores", 1.7, 1.9, "x", lambda m: m.value(overhead.PARALLEL), True, 2),
    Goal("`interp`, MIPS", 300, 600, "", Measured.interp_mips, True),
    Goal("a quantum of 10 us against 1 ms, more time", 10, None, " %", Measured.quantum_cost, digits=1),
    Goal("start, ms", 100, None, "", lambda m: m.value("start, run nothing and end, ms")),
    Goal("idle platform, host CPU", 1, None, " %", lambda m: m.value("CPU waits for an interrupt: host CPU, %"), digits=1),
    Goal("8 GiB of untouched RAM, MiB", 1, None, "", Measured.untouched, digits=1),
)


def table(data, estimate, note=""):
    """The table of goals. `data` holds what the sections measured, by name."""
    found = {name: Results.from_json(data[name], estimate) if data.get(name) else None for name in ("kernels", "programs", "linux")}
    measured = Measured("jit", found["kernels"], found["programs"], found["linux"], data.get("overhead"))
    return tables.markdown(["goal", "must", "aim", "measured", "verdict"], [goal.row(measured) for goal in GOALS], note)
