"""Intended differences: where QEMU 7.2 and the specification (or a legal choice of Medley's) part, with the reason. Generators keep away
from them by what is listed here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Known:
    """One difference, and how the suites avoid it."""

    what: str
    reason: str
    avoided: str


DIFFERENCES = ()


_ALL = 0xFFFFFFFFFFFFFFFF


def csr_masks(xlen):
    """CSRs that the suite `csr` writes, with the bits that both machines must agree about."""
    masks = dict.fromkeys("sscratch sepc scause stval mepc mcause mtval mscratch stvec mtvec medeleg mideleg mie sie satp mcounteren "
                          "scounteren senvcfg menvcfg mstatus sstatus misa mip sip mcountinhibit pmpaddr0 pmpaddr5".split(), _ALL)
    if xlen == 32:
        masks |= dict.fromkeys("mstatush menvcfgh".split(), _ALL)
    return {name: mask & (1 << xlen) - 1 for name, mask in masks.items()}


def describe():
    """All of them as text."""
    return "\n".join(f"- {known.what}\n  why: {known.reason}\n  suites: {known.avoided}" for known in DIFFERENCES)
