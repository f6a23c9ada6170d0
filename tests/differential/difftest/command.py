"""The command line of run.py."""

import argparse
import concurrent.futures
import os
import pathlib
import random
import sys
import tempfile
import time

from difftest.compare import Comparison
from difftest.image import ImageBuilder
from difftest.known import describe
from difftest.machines import Medley, MissingTool, Planted, Qemu
from difftest.report import explain
from difftest.catalogue import ISAS, SUITES, generate

DEFAULT_SEED = 20240601


def arguments(argv):
    """Parsed options."""
    parser = argparse.ArgumentParser(prog="run.py", description=__doc__)
    parser.add_argument("--suite", default="all", help="comma-separated: " + ", ".join(SUITES) + ", all, or fresh: those that are clean for any seed")
    parser.add_argument("--isa", default="all", help="suites of one instruction set: " + ", ".join(ISAS) + ", or all")
    parser.add_argument("--xlen", default="32,64", help="32, 64 or both, separated by a comma")
    parser.add_argument("--count", type=int, default=100, help="programs for each suite and XLEN")
    parser.add_argument("--minutes", type=float, help="go on with new programs for this long instead")
    parser.add_argument("--seed", help="a number, or 'fresh'; MEDLEY_SEED overrides")
    parser.add_argument("--batch", type=int, default=250, help="programs in one image")
    parser.add_argument("--jobs", type=int, default=1, help="batches at the same time")
    parser.add_argument("--only", help="one program, by the name that a report gives (suite-xlen-seed-index)")
    parser.add_argument("--medley", default="medley", help="the command under test")
    parser.add_argument("--accel", default="interp", help="accelerator under test")
    parser.add_argument("--plant", metavar="RIGHT=WRONG", help="test of the tests: compare QEMU with a QEMU that takes a mnemonic for another")
    parser.add_argument("--failures", type=int, default=3, help="differences to shrink before giving up")
    parser.add_argument("--no-shrink", action="store_true", help="report the programs as they are")
    parser.add_argument("--work", help="folder for images (default: a temporary one)")
    parser.add_argument("--list-differences", action="store_true", help="print the intended differences and end")
    options = parser.parse_args(argv)
    if options.isa not in (*ISAS, "all"):
        parser.error(f"unknown instruction set '{options.isa}'; there are: {', '.join(ISAS)}")
    options.suites = options.suite.split(",")
    if options.suite in ("all", "fresh"):
        options.suites = [suite for suite, isa in SUITES.items() if options.isa in (isa.name, "all")
                          and (options.suite == "all" or suite not in isa.not_fresh)]
    for suite in options.suites:
        if suite not in SUITES:
            parser.error(f"unknown suite '{suite}'; there are: {', '.join(SUITES)}")
    options.xlens = [int(xlen) for xlen in options.xlen.split(",")]
    if not set(options.xlens) <= {32, 64}:
        parser.error("--xlen is 32, 64 or 32,64")
    options.seed = _seed(options, parser)
    return options


def _seed(options, parser):
    text = os.environ.get("MEDLEY_SEED") or options.seed or str(DEFAULT_SEED)
    if text == "fresh":
        return random.SystemRandom().getrandbits(31)
    try:
        return int(text, 0)
    except ValueError:
        return parser.error(f"the seed '{text}' is not a number")


def comparison(options, folder, isa):
    """The two machines, with their images in `folder`."""
    builder = ImageBuilder(folder, isa)
    if options.plant:
        right, wrong = options.plant.split("=")
        return Comparison(Qemu(builder), Planted(builder, right, wrong))
    return Comparison(Qemu(builder), Medley(builder, options.medley, options.accel))


def batches(options):
    """Names of programs, in batches of one suite and XLEN."""
    if options.only:
        suite, xlen, seed, index = options.only.rsplit("-", 3)
        yield [(suite, int(xlen), int(seed), int(index))]
        return
    end = time.monotonic() + options.minutes * 60 if options.minutes else None
    first = 0
    while True:
        size = options.batch if end else min(options.batch, options.count - first)
        for suite in options.suites:
            for xlen in options.xlens:
                if xlen not in SUITES[suite].xlens:
                    continue
                if end and time.monotonic() > end:
                    return
                yield [(suite, xlen, options.seed, first + n) for n in range(size)]
        first += size
        if not end and first >= options.count:
            return


def run_batch(options, folder, names):
    """Reports of the differences in one batch."""
    compare = comparison(options, folder, SUITES[names[0][0]])
    programs = [generate(*name) for name in names]
    different = compare.differences(programs)
    reports = []
    for program in different[:options.failures]:
        reports.append(explain(compare, program, not options.no_shrink))
    return len(programs), len(different), reports


def main(argv):
    """Exit status: 0 no difference, 1 differences, 2 a mistake of the user's."""
    options = arguments(argv)
    if options.list_differences:
        for isa in ISAS.values():
            print(f"{isa.name}:\n{describe(isa.differences)}")
        return 0
    print(f"seed {options.seed} (MEDLEY_SEED={options.seed} repeats this run)", flush=True)
    with tempfile.TemporaryDirectory(prefix="medley-differential-") as scratch:
        folder = pathlib.Path(options.work or scratch)
        try:
            total, failed = _run_all(options, folder)
        except MissingTool as missing:
            print(f"run.py: {missing}", file=sys.stderr)
            return 2
    print(f"{total} programs, {failed} with differences")
    return 1 if failed else 0


def _run_all(options, folder):
    total = failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        waiting = set()
        source = batches(options)
        number = 0
        exhausted = False
        while waiting or not exhausted:
            while not exhausted and len(waiting) < options.jobs and failed < options.failures:
                names = next(source, None)
                if names is None:
                    exhausted = True
                    break
                waiting.add(pool.submit(run_batch, options, folder / f"job{number % (2 * options.jobs)}", names))
                number += 1
            if failed >= options.failures:
                exhausted = True
            if not waiting:
                break
            done, waiting = concurrent.futures.wait(waiting, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in done:
                count, different, reports = future.result()
                total += count
                failed += different
                for report in reports:
                    print(report, flush=True)
            if options.minutes and number % 20 == 0:
                print(f"... {total} programs, {failed} with differences", flush=True)
    return total, failed
