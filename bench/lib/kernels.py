"""The kernels of bench/kernels: bare metal, and as Linux user programs under the MMU."""

import os

from . import build
from .build import Failure
from .contenders import names, simulators
from .program import run
from .results import NATIVE, Results, progress

# `medley run --stats`: what the accelerator made for a program.
HOST_BYTES, HOT_BYTES, GUEST_INSTRUCTIONS = "host bytes made", "hot host bytes made", "instructions translated"


def _title(options, what):
    return (f"{what}; median of {options.reps} runs (best in brackets), {clock(options)}; text shifted by {options.aligns} bytes in turn; "
            f"scale {options.scale}.")


def pads(options):
    """By how much the text is shifted, for each repetition."""
    aligns = [int(pad) for pad in options.aligns.split(",")]
    return [aligns[repetition % len(aligns)] for repetition in range(options.reps)]


def _run_native(options, results, kernel, pad):
    try:
        done = run([build.native(options, kernel, pad)], options.limit)
        seconds, checksum, _ = done.section(kernel)
        results.add(kernel, NATIVE, seconds=done.cpu_seconds if options.cpu_time else seconds, checksum=checksum)
    except Failure as failure:
        results.fail(kernel, NATIVE, failure)


def clock(options):
    return "CPU time with start-up" if options.cpu_time else "wall time"


def measure_bare(options):
    """Every kernel as a bare-metal program, contenders in turn."""
    found, notes = simulators(options)
    results = Results(names(options, found), notes, _title(options, f"Bare-metal {options.guest.name}"))
    for kernel in options.only:
        for pad in pads(options):
            if not options.no_native:
                _run_native(options, results, kernel, pad)
            program = build.bare_metal(options, kernel, pad)
            for simulator in found:
                progress(options, f"{kernel} +{pad}: {simulator.name}")
                try:
                    done = run(simulator.bare(options, program), options.limit)
                    seconds, checksum, _ = done.section(kernel)
                    results.add(kernel, simulator.name, seconds=done.cpu_seconds if options.cpu_time else seconds, checksum=checksum,
                                instructions=done.total("instructions"), host_bytes=done.total(HOST_BYTES), hot_bytes=done.total(HOT_BYTES),
                                translated=done.total(GUEST_INSTRUCTIONS))
                except Failure as failure:
                    results.fail(kernel, simulator.name, failure)
    progress(options, "")
    results.check()
    return results


SCRIPT = """
sleep 2 # work that the kernel left for later is done
for kernel in {kernels}; do
    sleep 0.1 # what the kernel had to say has been said
    /bench/$kernel
done
"""


def _initrd(options, pad):
    programs = [(build.linux(options, kernel, pad), f"bench/{kernel}") for kernel in options.only]
    return build.initrd(options, f"kernels-s{options.scale}-p{pad}", script=SCRIPT.format(kernels=" ".join(options.only)), files=programs)


def measure_linux(options):
    """Every kernel as a Linux program: one boot runs them all."""
    found, notes = simulators(options)
    what = f"Linux user programs, {options.guest.name}, static, under Debian's kernel"
    results = Results(names(options, found), notes, _title(options, what))
    initrds = {pad: _initrd(options, pad) for pad in set(pads(options))}
    for pad in pads(options):
        for simulator in found:
            progress(options, f"Linux, +{pad}: {simulator.name}")
            try:
                done = run(simulator.linux(options, initrds[pad], append="quiet"), options.limit)
            except Failure as failure:
                results.fail("Linux", simulator.name, failure)
                continue
            for kernel in options.only:
                try:
                    seconds, checksum, _ = done.section(kernel)
                    results.add(kernel, simulator.name, seconds=seconds, checksum=checksum)
                except Failure as failure:
                    results.fail(kernel, simulator.name, failure)
        for kernel in [] if options.no_native else options.only:
            progress(options, f"{kernel} +{pad}: {NATIVE}")
            _run_native(options, results, kernel, pad)
    progress(options, "")
    results.check()
    for file in initrds.values():
        os.remove(file)
    return results
