#!/usr/bin/env python3
"""Our own AArch64 guests on Debian's QEMU, as a third opinion on what they expect: every check must hold there as well, but for those in
the table below, in which QEMU 7.2 differs from the architecture. Registers and titles of sections are
those of the Arm ARM, DDI 0487, where nothing else is said (numbers change from issue to issue)."""

import argparse
import dataclasses
import pathlib
import re
import subprocess
import sys


@dataclasses.dataclass(frozen=True)
class Guest:
    """What a program wants of QEMU, and the checks (by the start of their text) in which QEMU is known to be wrong, with the reason."""
    options: tuple = ()
    wrong: dict = dataclasses.field(default_factory=dict)


FOUR = ("-smp", "4")
LOCKED = "OSLAR_EL1: no debug exceptions but those of BRK while the OS lock is locked; QEMU looks at the wrong bit of OSLSR_EL1"
CLAIM = "DBGCLAIMSET_EL1: the claim tags exist from Armv8.0 on; QEMU has them from 8.0 on"
CONTEXT = "DBGBCR<n>_EL1.BT: breakpoints of types 2, 8, 9 and 10; QEMU does not implement them"
DEVICE = "'Device memory': misaligned accesses to Device memory fault; QEMU checks alignment by SCTLR_ELx.A alone"
ZERO = "DC ZVA: of Device memory, it is an alignment fault; QEMU zeroes it"
RACE = "PSCI (DEN 0022), CPU_ON and AFFINITY_INFO: the second CPU_ON fails; QEMU marks a CPU as on only when it begins, and never as pending"
PMU_LINE = "PMCR_EL0.E and PMOVSSET_EL0: the interrupt follows PMCR_EL0.E and overflows; QEMU updates it at other writes alone"

WAIT = "no difference: WFE may end at any time, and QEMU's ends at once"

GUESTS = {
    "hello": Guest(wrong={"the CPU says that its registers": "no difference: QEMU's model executes AArch32 as well, as ID_AA64PFR0_EL1 says"}),
    "smc": Guest(),
    "timer": Guest(),
    "gic": Guest(("-M", "gic-version=3")),
    "gic_virtual": Guest(("-M", "virtualization=on,gic-version=3")),
    "gic_secure": Guest(("-M", "secure=on,gic-version=3", "-semihosting")),
    "traps": Guest(wrong={
        "a misaligned load from device memory": DEVICE,
        "DC ZVA while the MMU is off": ZERO,
        "a misaligned SP": "'SP alignment checking': QEMU has none",
        "and with it: SP alignment fault": "'SP alignment checking': QEMU has none",
    }),
    "smp": Guest(FOUR, {"CPU_ON: success once": RACE}),
    "events": Guest(("-smp", "2"), {
        "and nothing else does": WAIT,
        "at its pace": WAIT,
        "one that would wait is": "HCR_EL2.TWE, SCTLR_EL1.nTWE: WFE that would wait is trapped; QEMU's never waits",
    }),
    "psci": Guest(FOUR, {
        "the upper half of the function is ignored": "SMCCC (DEN 0028): the function is in W0; QEMU compares X0",
        "of two that turn on a third": RACE,
        "the other is told": RACE,
        "it comes once each time": RACE,
    }),
    "debug": Guest(("-M", "virtualization=on"), {
        "and breakpoints do nothing": LOCKED,
        "and locks it again": LOCKED,
        "DBGCLAIM": CLAIM,
        "a context breakpoint is met": CONTEXT,
        "an unlinked one needs": CONTEXT,
        "a VMID breakpoint": CONTEXT,
        "VMID and context together": CONTEXT,
        "an address that is linked to a VMID": CONTEXT,
    }),
    "watch": Guest(wrong={
        "accesses of 1 to 16 bytes": "'Watchpoint exceptions': the bytes that are accessed are compared; QEMU also compares those that it reads beside them",
        "FAR_EL1 is in what was accessed": "FAR_ELx: an address that was accessed; QEMU may report the word before",
        "so does the OS lock": LOCKED,
    }),
    "step": Guest(wrong={"nor while the OS lock": LOCKED}),
    "pmu": Guest(("-M", "virtualization=on", "-icount", "shift=0"), {
        "enabled and with E": PMU_LINE,
        "3000 instructions later": PMU_LINE,
        "so does that of the cycle counter": PMU_LINE,
        "the others it does not see": "MDCR_EL2.HPMN: PMCNTENSET_EL0 below EL2 has the counters below MDCR_EL2.HPMN; QEMU shows all",
        "TPMCR those": "MDCR_EL2.TPMCR: accesses to PMCR_EL0; QEMU does not implement it",
    }),
    "paging": Guest(("-cpu", "max"), {
        "nor has level 0": "'Block descriptor and Page descriptor formats': a block descriptor at level 0 is invalid; QEMU takes it for a block",
        "Device memory takes": DEVICE,
        "nor any from one of its pages": DEVICE,
        "DC ZVA to Device memory": ZERO,
        "ahead of a permission fault": ZERO,
        "Normal memory does": DEVICE,
    }),
    "stage2": Guest(("-M", "virtualization=on")),
    "corners": Guest(("-M", "virtualization=on", "-cpu", "max", "-icount", "shift=0"), {
        "PAR_EL1 reports Normal memory": "AArch64.PAREncodeShareability; QEMU reports what the descriptor says",
        "an external abort on stage 2's walk": "AArch64.FaultSyndrome: ISV is 0 of an external abort on a walk; QEMU describes the access",
        "DC IVAC does": "AArch64.CheckWatchpoint: maintenance that writes is watched; QEMU has none of it watched",
        "PMCR_EL0.LC": "no difference: QEMU's model executes AArch32 as well",
    }),
    "serror_virtual": Guest(("-M", "virtualization=on", "-cpu", "max")),
    "rtc": Guest(),
    "timer_hyp": Guest(("-M", "virtualization=on", "-icount", "shift=0"), {
        "and when the count wraps": "CNTV_CTL_EL0.ISTATUS: the count is compared less its offset; QEMU waits for the physical count to wrap",
    }),
}


def run(qemu, folder, name, timeout):
    guest = GUESTS[name]
    command = [qemu, "-M", "virt", "-cpu", "cortex-a53", "-nographic", *guest.options, "-kernel", folder / f"{name}-aarch64.elf"]
    done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout)
    output = done.stdout.replace("\r", "")
    good = bool(re.search(r"^(PASS|FAIL)$", output, re.MULTILINE))
    for line in re.findall(r"^  WRONG (.*)$", output, re.MULTILINE):
        reason = next((reason for text, reason in guest.wrong.items() if line.startswith(text)), None)
        print(f"{name}: '{line}': {reason or 'NOT KNOWN'}")
        good = good and reason is not None
    if not good:
        print(f"{name}: {output}{done.stderr}")
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--qemu", default="qemu-system-aarch64")
    parser.add_argument("--guests", type=pathlib.Path, required=True)
    parser.add_argument("--timeout", type=float, default=60, help="seconds for each program")
    parser.add_argument("names", nargs="*", help="programs; default: all")
    options = parser.parse_args()
    results = [run(options.qemu, options.guests, name, options.timeout) for name in options.names or GUESTS]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
