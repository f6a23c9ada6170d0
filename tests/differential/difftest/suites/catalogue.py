"""The suites by name."""

from difftest.suites.floating import Double, Half, Single
from difftest.suites.integer import Atomic, BitManipulation, Compressed, Encodings, Integer, Multiply
from difftest.suites.paging import Paging, PagingPmp
from difftest.suites.pmp import Pmp, PmpLock
from difftest.suites.privileged import Csrs, Interrupts, Traps

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
    "priv-traps": Traps,
    "priv-interrupts": Interrupts,
    "csr": Csrs,
    "pmp": Pmp,
    "pmp-lock": PmpLock,
    "paging": Paging,
    "paging-pmp": PagingPmp,
}


def generate(suite, xlen, seed, index):
    """The program of that name; the same on every host."""
    name = f"{suite}-{xlen}-{seed}-{index}"
    return SUITES[suite](name, xlen, name).program()
