"""Samples of several contenders on several kernels, and their table."""

import collections
import statistics
import sys

from . import tables

NATIVE, QEMU = "native", "QEMU"
# The published speed of CoreMark on the machine that the goals were set on; `composite` stands in for it.
COREMARK_NATIVE, COREMARK_KERNEL = 39262, "composite"


class Results:
    """Samples by kernel and contender: dicts with seconds, checksum and, where known, instructions and host bytes."""

    def __init__(self, contenders, notes=(), title="", estimate="median"):
        self.contenders = list(contenders)
        self.estimate = estimate  # what ratios are of: "median" or "best"
        self.title = title
        self.samples = collections.defaultdict(lambda: collections.defaultdict(list))
        self.notes, self.failures = list(notes), []

    def add(self, kernel, contender, **sample):
        self.samples[kernel][contender].append(sample)

    def fail(self, kernel, contender, failure):
        note = f"{contender} failed on {kernel}: {failure}"
        self.failures.append(note)

    def check(self):
        """Drops kernels whose checksums differ: their times mean nothing."""
        for kernel, by_contender in list(self.samples.items()):
            sums = {name: sorted({sample["checksum"] for sample in samples}) for name, samples in by_contender.items()}
            if len({checksum for found in sums.values() for checksum in found}) > 1:
                self.failures.append(f"{kernel}: the checksums differ: {sums}")
                del self.samples[kernel]

    def median(self, kernel, contender):
        seconds = [sample["seconds"] for sample in self.samples.get(kernel, {}).get(contender, [])]
        return statistics.median(seconds) if seconds else None

    def best(self, kernel, contender):
        return min((sample["seconds"] for sample in self.samples.get(kernel, {}).get(contender, [])), default=None)

    def ratio(self, kernel, a, b):
        of = self.best if self.estimate == "best" else self.median
        over, under = of(kernel, a), of(kernel, b)
        return over / under if over and under else None

    def ratios(self, a, b):
        """Ratio by kernel, where both have one."""
        found = {kernel: self.ratio(kernel, a, b) for kernel in self.samples}
        return {kernel: ratio for kernel, ratio in found.items() if ratio}

    def mips(self, kernel, contender):
        rates = [sample["instructions"] / sample["seconds"] / 1e6 for sample in self.samples.get(kernel, {}).get(contender, [])
                 if sample.get("instructions")]
        return statistics.median(rates) if rates else None

    def iterations(self, contender):
        """What CoreMark would give, in iterations per second."""
        ratio = self.ratio(COREMARK_KERNEL, contender, NATIVE)
        return COREMARK_NATIVE / ratio if ratio else None

    # --- The table

    def table(self):
        accels = [name for name in self.contenders if name not in (NATIVE, QEMU)]
        pairs = [(a, b) for a, b in [(QEMU, NATIVE), *((accel, NATIVE) for accel in accels), *((accel, QEMU) for accel in accels)]
                 if a in self.contenders and b in self.contenders]
        with_mips = [accel for accel in accels if any(self.mips(kernel, accel) for kernel in self.samples)]
        head = ["kernel"] + [f"{name}, s (best)" for name in self.contenders] + [f"{a} / {b}" for a, b in pairs]
        head += [f"{accel} MIPS" for accel in with_mips]
        rows = [self._row(kernel, pairs, with_mips) for kernel in self.samples]
        mean = ["**geometric mean**"] + [""] * len(self.contenders)
        mean += [tables.text_of(tables.geometric_mean(self.ratios(*pair).values())) for pair in pairs]
        for accel in with_mips:
            rates = [self.mips(kernel, accel) for kernel in self.samples]
            mean.append(tables.text_of(tables.geometric_mean(rate for rate in rates if rate), 0))
        text = tables.markdown(head, [*rows, mean], self.title + f" Ratios are of {self._estimates()}: above 1 the first is slower.")
        iterations = [f"{name} {self.iterations(name):,.0f}" for name in self.contenders if self.iterations(name)]
        if iterations:
            text += f"\nCoreMark-like, iterations per second (`{COREMARK_KERNEL}`, native being {COREMARK_NATIVE:,}): {', '.join(iterations)}.\n"
        return text + tables.notes_of(self.notes + self.failures)

    def _estimates(self):
        return "the best" if self.estimate == "best" else "medians"

    def _row(self, kernel, pairs, with_mips):
        row = [kernel]
        for name in self.contenders:
            median = self.median(kernel, name)
            row.append(f"{median:.3f} ({self.best(kernel, name):.3f})" if median else "failed")
        row += [tables.text_of(self.ratio(kernel, a, b)) for a, b in pairs]
        return row + [tables.text_of(self.mips(kernel, accel), 0) for accel in with_mips]

    # --- As data

    def to_json(self):
        return {"title": self.title, "contenders": self.contenders, "notes": self.notes, "failures": self.failures, "samples": self.samples}

    @staticmethod
    def from_json(data, estimate):
        results = Results(data["contenders"], data["notes"], data["title"], estimate)
        results.failures = list(data["failures"])
        for kernel, by_contender in data["samples"].items():
            for contender, samples in by_contender.items():
                results.samples[kernel][contender] = samples
        return results


def progress(options, text):
    if options.verbose:
        print(text, file=sys.stderr)
    elif sys.stderr.isatty():
        print(f"\r{text:<70}", end="" if text else "\r", file=sys.stderr, flush=True)
