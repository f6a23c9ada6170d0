"""The kernels of bench/kernels: bare metal, and as Linux user programs under the MMU."""

import os

from . import build, tables
from .build import Failure
from .contenders import names, simulators
from .program import run
from .results import NATIVE, Results, keep, progress

# `medley run --stats`: what the accelerator made for a program.
HOST_BYTES, GUEST_INSTRUCTIONS = "host bytes made", "instructions translated"


def _note(options, what):
    return (f"{what}; median of {options.reps} runs (best in brackets), wall time; text shifted by {options.aligns} bytes in turn; "
            f"scale {options.scale}.")


def _pads(options):
    pads = [int(pad) for pad in options.aligns.split(",")]
    return [pads[repetition % len(pads)] for repetition in range(options.reps)]


def _run_native(options, results, kernel, pad):
    try:
        seconds, checksum, _ = run([build.native(options, kernel, pad)], options.limit).section(kernel)
        results.add(kernel, NATIVE, seconds=seconds, checksum=checksum)
    except Failure as failure:
        results.fail(kernel, NATIVE, failure)


def measure_bare(options):
    """Every kernel as a bare-metal program, contenders in turn."""
    found, notes = simulators(options)
    results = Results(names(options, found), notes)
    for kernel in options.only:
        for pad in _pads(options):
            if not options.no_native:
                _run_native(options, results, kernel, pad)
            program = build.bare_metal(options, kernel, pad)
            for simulator in found:
                progress(options, f"{kernel} +{pad}: {simulator.name}")
                try:
                    done = run(simulator.bare(options, program), options.limit)
                    seconds, checksum, _ = done.section(kernel)
                    results.add(kernel, simulator.name, seconds=seconds, checksum=checksum, instructions=done.total("instructions"),
                                host_bytes=done.total(HOST_BYTES), translated=done.total(GUEST_INSTRUCTIONS))
                except Failure as failure:
                    results.fail(kernel, simulator.name, failure)
    progress(options, "")
    results.check()
    return results


def bare(options):
    results = measure_bare(options)
    keep(options, "kernels", results.to_json())
    tables.publish(options, {f"kernels-{options.guest.name}": results.table(_note(options, f"Bare-metal {options.guest.name}"))})
    return results


SCRIPT = """
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
    results = Results(names(options, found), notes)
    initrds = {pad: _initrd(options, pad) for pad in set(_pads(options))}
    for pad in _pads(options):
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


def programs(options):
    results = measure_linux(options)
    keep(options, "programs", results.to_json())
    what = f"Linux user programs, {options.guest.name}, static, under Debian's kernel"
    tables.publish(options, {f"programs-{options.guest.name}": results.table(_note(options, what))})
    return results
