"""Intended differences of any instruction set, and how they are printed."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Known:
    """One difference, and how the suites avoid it."""

    what: str
    reason: str
    avoided: str


def describe(differences):
    """All of them as text."""
    return "\n".join(f"- {known.what}\n  why: {known.reason}\n  suites: {known.avoided}" for known in differences)
