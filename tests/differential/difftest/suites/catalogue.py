"""The suites by name."""

from difftest.suites.floating import Double, Half, Single
from difftest.suites.integer import Atomic, BitManipulation, Compressed, Encodings, Integer, Multiply

SUITES = {
    "int": Integer,
    "mul": Multiply,
    "atomic": Atomic,
    "compressed": Compressed,
    "bitmanip": BitManipulation,
    "encodings": Encodings,
    "float": Single,
    "double": Double,
    "half": Half,
}


def generate(suite, xlen, seed, index):
    """The program of that name; the same on every host."""
    name = f"{suite}-{xlen}-{seed}-{index}"
    return SUITES[suite](name, xlen, name).program()
