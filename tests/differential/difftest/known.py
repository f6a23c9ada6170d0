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


def describe():
    """All of them as text."""
    return "\n".join(f"- {known.what}\n  why: {known.reason}\n  suites: {known.avoided}" for known in DIFFERENCES)
