"""Intended differences: where QEMU 7.2 and the specification (or a legal choice of Medley's) part, with the reason. Generators keep away
from them in the way that is told here."""

from difftest.known import Known

DIFFERENCES = (
    Known("bit 0 of mepc and sepc", "always zero (Privileged 3.1.14); QEMU 7.2 keeps what is written",
          "not compared in 'csr', and written in no other suite"),
    Known("mtval and stval of EBREAK", "the address or 0 (3.1.16): Medley gives the address, QEMU 7.2 gives 0", "the trap handler makes it 0"),
    Known("misa: B", "Zba, Zbb and Zbs together are B (since 2024); QEMU 7.2 is older", "not compared"),
    Known("mcounteren and scounteren on RV64: the high half", "registers of 32 bits (3.1.11); QEMU 7.2 has 64", "not compared"),
    Known("mtvec and stvec with a reserved mode", "WARL; QEMU 7.2 ignores the whole write, Medley may keep the base", "bit 1 is never set"),
    Known("medeleg: causes 10, 11, 14 and above 15", "no such exception, or not one of a lower privilege (3.1.8); QEMU 7.2 keeps them, as part of the hypervisor "
          "extension, even where that is off", "not compared"),
    Known("mideleg, mie, mip: bits of virtual supervisor and of counter overflow interrupts", "no such extension; QEMU 7.2 keeps them "
          "all the same, and takes such interrupts", "never written, not compared"),
    Known("menvcfg, senvcfg: CBIE, CBCFE, CBZE", "zero without Zicbom and Zicboz; QEMU 7.2 keeps them", "not compared"),
    Known("menvcfg: ADUE", "QEMU 7.2 is older than Svadu: it always updates accessed and dirty bits", "always set, not compared"),
    Known("fetches behind the end of a small PMP region", "the lowest matching entry decides for each instruction (3.7.1); QEMU 7.2 goes on with "
          "the rights of the one before", "pmp-lock and paging-pmp run with seeds in which that does not happen"),
    Known("menvcfgh on RV32: PBMTE", "Svpbmt is for Sv39 and larger; QEMU 7.2 keeps the bit", "not compared"),
    Known("mstatus: VS, and SD with it", "no vectors; QEMU 7.2 keeps the field", "not compared in 'csr', not written elsewhere"),
    Known("mstatus: UXL, SXL, MBE, SBE, MPV, GVA, and mstatush", "fixed in Medley; QEMU 7.2 keeps some of what is written",
          "not compared in 'csr', not written elsewhere"),
    Known("mstatus: MPP with the reserved value 2", "WARL (3.1.6.1); QEMU 7.2 keeps it", "not compared in 'csr', not written elsewhere"),
    Known("mstatus: FS behind floating-point instructions that write no floating-point register", "Dirty, as the flags may have changed; QEMU 7.2 leaves "
          "Initial, even where they have", "'encodings' starts with FS Dirty, and others write FS Dirty or not at all"),
    Known("mcountinhibit: bit 1, and on RV64 the high half", "bit 1 is read-only zero, and there are 32 bits (3.1.12); QEMU 7.2 keeps all", "not compared"),
    Known("pmpaddr on RV64: bits above 53", "zero (3.7.1); QEMU 7.2 keeps them", "not compared"),
    Known("pmpcfg: R=0 with W=1", "reserved (3.7.1); QEMU 7.2 keeps it", "never written"),
    Known("mstatus: MPRV after MRET to a lesser privilege", "cleared since Privileged 1.12 (3.1.6.3); QEMU 7.2 keeps it",
          "programs that set MPRV stay in M, and the trap handler clears it"),
    Known("cause of an AMO that is misaligned or may not read", "those of stores and AMOs (3.1.15); QEMU 7.2 reports those of loads",
          "the harness corrects the oracle"),
    Known("SC without a reservation at a misaligned address", "misaligned (Unprivileged, \"A\"); QEMU 7.2 just lets it fail", "SC is always aligned"),
    Known("CTZW of a register whose low word is 0", "32; QEMU 7.2 looks at the high word", "a bit of the low word is set before; not in 'encodings'"),
    Known("SFENCE.W.INVAL and SFENCE.INVAL.IR in user mode", "illegal (Svinval); QEMU 7.2 lets them pass", "executed in M only"),
    Known("MRET to S or U with no PMP region at all", "returns, and the next fetch faults (3.7.1); QEMU 7.2 takes MRET as illegal",
          "one region is always on"),
    Known("order of interrupts that wait together", "external, software, timer (3.1.9); QEMU 7.2 takes the lowest number first",
          "a program has external interrupts or the others; both orders have software before timer"),
    Known("misaligned accesses to where nothing is", "the address of the part that faulted (3.1.16); QEMU 7.2 rounds it down", "programs with such pages "
          "access aligned data alone; a large page that reaches beyond the memory is one that 'paging' misses in one of some thousand seeds"),
    Known("accessed and dirty bits behind an AMO that faults", "A may be set speculatively, and D is set before physical protection is asked (4.3.1); QEMU 7.2 "
          "looks for a load first, so that other bits are left behind", "AMOs meet no page that is without W and A, nor holes or PMP under translation"),
    Known("PMP for updates of accessed and dirty bits", "checked as writes (3.7.2); QEMU 7.2 checks the read of the entry alone", "regions over tables "
          "are readable and writable, or not readable"),
    Known("PBMT with the value 3", "reserved, so that it faults (Svpbmt); QEMU 7.2 takes it", "never set"),
    Known("bits 60 to 54 of leaf entries", "reserved, so that they fault (4.4.1); QEMU 7.2 ignores them when it has Svnapot or Svpbmt", "never set"),
    Known("accessed and dirty bits of a reserved NAPOT entry", "stay, for the entry faults (Svnapot; 4.3.2, steps 3 to 7); QEMU 7.2 sets them first",
          "both are set in such entries"),
    Known("mip.STIP while menvcfg.STCE is set", "follows stimecmp and time alone (Sstc); QEMU 7.2 starts with stimecmp 0, and keeps what was written "
          "before", "STCE is never set here; the target's own tests have it"),
    Known("mtval of an illegal SINVAL.VMA", "the instruction or 0 (3.1.16); QEMU 7.2 gives 0 for this one alone", "executed in M only"),
    Known("TOR region after a write to the pmpaddr below it", "has the new limit (3.7.1); QEMU 7.2 keeps the old one until pmpcfg is written",
          "pmpcfg is written again"),
    Known("misaligned accesses that are partly in a PMP region", "checked as a whole or in parts (3.7.1)", "with PMP, misaligned accesses stay within a word"),
    Known("values of cycle, time and instret", "QEMU's come from the host's clock", "read for the trap alone"),
)

_ALL = 0xFFFFFFFFFFFFFFFF
_INTERRUPTS = 0xAAA
INTERRUPT_REGISTERS = ("mie", "mip", "sie", "sip", "mideleg")


def csr_masks(xlen):
    """CSRs that the suite `csr` writes, with the bits that both machines must agree about."""
    masks = dict.fromkeys("sscratch scause stval mcause mtval mscratch stvec mtvec".split(), _ALL)
    masks |= {"sepc": _ALL - 1, "mepc": _ALL - 1, "medeleg": 0xB3FF, "mideleg": 0x222, "mcountinhibit": 0xFFFFFFFD, "misa": _ALL - 2, "senvcfg": 1}
    masks |= dict.fromkeys("mie sie mip sip".split(), _INTERRUPTS)
    masks |= {"mstatus": 0x7E61AA, "sstatus": 0xC6122, "pmpaddr0": (1 << 54) - 1, "pmpaddr5": (1 << 54) - 1}
    masks |= {"mcounteren": 0xFFFFFFFF, "scounteren": 0xFFFFFFFF, "menvcfg": 1 | 1 << 62, "satp": _ALL}
    if xlen == 32:
        masks |= {"menvcfg": 1}
    return {name: mask & (1 << xlen) - 1 for name, mask in masks.items()}
