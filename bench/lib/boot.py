"""Wall time of a Linux boot: from the simulator's start through the first process to power off."""

import statistics

from . import build, tables
from .build import Failure
from .contenders import simulators
from .program import run
from .results import QEMU, Results, progress

MARKER = "medley-initrd: user space is up"


def measure(options):
    """All contenders in turn, `reps` times. The kernel of the results is called `boot`."""
    found, notes = simulators(options)
    title = (f"Debian's {options.guest.name} kernel, one CPU, from the simulator's start through busybox' first process to power off; the same "
             "firmware, kernel, initrd and command line for all, in turn"
             f"{'; CPU time' if options.cpu_time else ''}. The factor is QEMU's time by this one's: above 1 is faster than QEMU.")
    results = Results([simulator.name for simulator in found], notes, title)
    initrd = build.initrd(options, "boot")
    for repetition in range(options.reps):
        for simulator in found:
            progress(options, f"boot {repetition + 1}/{options.reps}: {simulator.name}")
            try:
                done = run(simulator.linux(options, initrd), options.limit)
                if not any(MARKER in line for _, line in done.lines):
                    raise Failure("the first process did not run: " + done.complaint())
                results.add("boot", simulator.name, seconds=done.cpu_seconds if options.cpu_time else done.seconds, checksum="",
                            instructions=done.total("instructions"))
            except Failure as failure:
                results.fail("boot", simulator.name, failure)
    progress(options, "")
    return results


def table(results):
    rows = []
    for name in results.contenders:
        samples = results.samples["boot"][name]
        if not samples:
            rows.append([name, "failed", "", "", "", ""])
            continue
        ratio = results.ratio("boot", QEMU, name)
        counts = [sample["instructions"] / 1e6 for sample in samples if sample["instructions"]]
        rows.append([name, f"{results.median('boot', name):.2f}", f"{results.best('boot', name):.2f}",
                     tables.text_of(ratio) if name != QEMU else "1", tables.text_of(statistics.median(counts), 0) if counts else "-",
                     " ".join(f"{sample['seconds']:.2f}" for sample in samples)])
    head = ["", "median, s", "best, s", "times QEMU's speed", "million instructions", "runs, s"]
    return tables.markdown(head, rows, results.title) + tables.notes_of(results.notes + results.failures)
