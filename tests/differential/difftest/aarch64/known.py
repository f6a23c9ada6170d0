"""Intended differences: where QEMU 7.2 and the architecture (Arm ARM, DDI 0487) part, with the reason. Generators keep away from them in the
way that is told here. What decides is named by register, instruction, pseudocode function or title of section: numbers change from issue to
issue of the manual."""

from difftest.known import Known

DIFFERENCES = (
    Known("PSTATE.NZCV behind an exception", "stays as it is (AArch64.TakeException leaves PSTATE.NZCV alone); QEMU 7.2 clears it", "not logged; SPSR_ELx has it"),
    Known("PSTATE.BTYPE", "not there without FEAT_BTI (SPSR_ELx.BTYPE), which QEMU's `max` has and Medley's has not", "cleared in SPSR_ELx before it is logged"),
    Known("ESR_EL2.ISV and what it makes valid, for faults of stage 1", "0 (ESR_EL2, ISS encoding for an exception from a Data Abort); QEMU 7.2 sets it for whatever is taken to EL2",
          "cleared before it is logged where stage 2 had no part"),
    Known("HVC at EL3", "taken to EL3 (AArch64.CallHypervisor); QEMU 7.2 takes it to EL2", "left out at EL3"),
    Known("SP alignment", "checked where SCTLR_ELx.SA says so ('SP alignment checking'); QEMU 7.2 never does", "SA and SA0 are 0; the target's own tests have them"),
    Known("XPACI, XPACD, XPACLRI while no key is enabled", "strip all the same (Strip); QEMU 7.2 does nothing", "some key is enabled, or not generated"),
    Known("PAC* with TBI0 not as TBI1, or T0SZ not as T1SZ", "bit 55 chooses the range if either has tags, and the code's lowest bit is that of the chosen range "
          "(AddPAC); QEMU 7.2 asks the range of the pointer's bit 55 alone", "both ranges are alike; the target's own tests have the others"),
    Known("ESR of MSR DAIFSet and DAIFClr trapped at EL0", "Op1 is 3 and Op2 is 6 or 7 (ESR_ELx, ISS encoding for trapped MSR, MRS or System instruction execution); QEMU 7.2 exchanges them", "SCTLR_EL1.UMA is 1"),
    Known("a store-exclusive that is misaligned, or of another size than the load", "may fail or fault, as it likes ('Load-Exclusive and Store-Exclusive instruction usage restrictions')", "aligned, and of the same size"),
    Known("implementation-defined system registers and instructions (CRn 11 and 15)", "any (S1_<op1>_<Cn>_<Cm>_<op2>, S3_<op1>_<Cn>_<Cm>_<op2>)", "not generated"),
    Known("FPSR bits 31 to 28", "RES0 without AArch32 (FPSR), which no model has; QEMU's have it", "not written"),
    Known("misaligned LDAPR", "an alignment fault without FEAT_LSE2 (AArch64.UnalignedAccessFaults); QEMU 7.2 lets it pass", "aligned"),
    Known("EL0 while HCR_EL2.TGE is 1 and E2H is 0", "SCTLR_EL1.M counts as 0 (HCR_EL2.TGE); QEMU 7.2 translates", "TGE is 0; the target's own tests have it"),
    Known("ESR_EL1 bits 63 to 40", "RES0 (ESR_EL1); QEMU 7.2 keeps them", "not written"),
    Known("a block descriptor at a level that has no blocks", "a translation fault ('Block descriptor and Page descriptor formats'); QEMU 7.2 takes it for a block", "not in tables; the target's own tests have them"),
    Known("level of a fault of stage 2 on a walk of stage 1", "of stage 2 (ESR_ELx.S1PTW and DFSC); QEMU 7.2 says that of stage 1",
          "cleared before it is logged; the guest program stage2 has it"),
    Known("executing from a page with DBM and AP[2], where TCR_ELx.HD is 1", "it counts as writable (AArch64.S1ApplyOutputPerms), so that it may not be executed at EL1 "
          "if EL0 may write, nor under WXN; QEMU 7.2 looks at AP alone", "such pages are never executable"),
    Known("AT for writing, where TCR_ELx.HD is 1", "sets no dirty state, for nothing is written (AArch64.S1Translate); QEMU 7.2 clears AP[2]", "AT for reading"),
    Known("DC CVAC, CVAU and CIVAC of what may not be read", "faults ('A64 Cache maintenance instructions'); QEMU 7.2 does nothing", "not of such addresses"),
    Known("physical addresses beyond TCR_EL1.IPS", "an address size fault (TCR_EL1.IPS); QEMU 7.2 goes there for some granules", "not in tables; the target's own tests have them"),
    Known("FJCVTZS of a denormal operand that is flushed", "not exact, so that Z is 0 (shared/functions/float, FPToFixedJS); QEMU 7.2 sets it",
          "not generated; one instruction at a time in iss/aarch64/tests/differential"),
    Known("FCVTZS (scalar, fixed point, half precision)", "the bits above a scalar result are 0 (V[n] and Vpart[], as written by scalar instructions); QEMU 7.2 extends its sign to 32 bits",
          "not generated; one instruction at a time in iss/aarch64/tests/differential"),
    Known("FAR_ELx of a watchpoint", "any address in the block of DC ZVA's size that a watched byte of the access is in (FAR_ELx, of a Watchpoint exception); the machines choose differently",
          "64 bytes are one in the log"),
    Known("a misaligned access to a page with a watchpoint", "hits where a byte of it is watched; QEMU 7.2 checks the aligned words around loads, and too much of stores",
          "aligned; the target's own tests have the others"),
    Known("watchpoints of different privileges, links, for EL0 alone, or for loads as well as stores", "each access counts for itself; QEMU 7.2 keeps the hit of one for the "
          "next one's conditions, that it was at EL0, and its WnR", "alike in one program, not for EL0 alone, for loads or for stores; the target's own tests have the others"),
    Known("what an access whose latter half is watched leaves behind", "UNKNOWN (of a synchronous exception, 'Definition of a precise exception'); QEMU 7.2 has stored or loaded the first half", "no pairs but loads of general registers"),
    Known("a stepped instruction that sets PSTATE.D", "no step exception, for debug exceptions are off ('Software Step exceptions'); QEMU 7.2 takes it",
          "not in programs that are stepped; the target's own tests have it"),
    Known("unlinked context breakpoints", "stop (DBGBCR<n>_EL1.BT); QEMU 7.2 has none", "linked ones; the target's own tests have these"),
    Known("CNTPCT_EL0 at EL0", "trapped to EL2 by CNTHCTL_EL2.EL1PCTEN (CNTPCT_EL0); QEMU 7.2 asks EL1PCEN", "both are alike"),
    Known("TVAL, and CVAL when TVAL made it", "tell the time", "the upper bits alone, for a time that no program lives"),
    Known("misaligned accesses to Device memory", "an alignment fault ('Device memory'); QEMU before 9.0 lets them pass",
          "aligned where tables have Device memory; the target's own tests have the others"),
    Known("executing from Device memory", "faults, or runs as if from Normal memory ('Device memory')", "never executable"),
    Known("which entry of a contiguous group has its flags updated", "any of the group ('Contiguous bit')", "the access flag is set, and no dirty state is managed"),
    Known("FAR_ELx of an external abort of a misaligned access", "an address of the access (FAR_EL1); the machines choose differently", "16 bytes are one in the log"),
    Known("CNTV_TVAL_EL02 and CNTHV_TVAL_EL2", "EL1's virtual timer counts with CNTVOFF_EL2, that of EL2 without (CNTVOFF_EL2), whoever writes; QEMU 7.2 goes by the level that writes",
          "not written; CNTV_TVAL_EL0 is, whichever of both timers that is"),
    Known("CONTEXTIDR_EL1 bits 63 to 32", "RES0 (CONTEXTIDR_EL1); QEMU 7.2 keeps them", "cleared in what was read"),
    Known("CNTKCTL_EL1 bits 11 and 10", "RES0 (CNTKCTL_EL1); QEMU 7.2 keeps them", "not written"),
    Known("the line of CNTHV", "interrupt 28; QEMU 7.2's board leaves it unconnected", "not looked at"),
)
