// Registers of self-hosted debug: Arm ARM DDI 0487, D19.3.
#include "iss/aarch64/sysreg_functions.h"

namespace medley::iss::aarch64::sysreg {
namespace {

constexpr Value kClaimTags = 0xff;

} // namespace

void write_mdscr(System& system, unsigned, Value value) {
    constexpr Value kMask = mdscr::kSs | mdscr::kTdcc | mdscr::kKde | mdscr::kMde | one_bit(6);
    const auto old = system.regs().mdscr_el1;
    system.regs().mdscr_el1 = value & kMask;
    if (((old ^ value) & mdscr::kMde) != 0)
        system.flush_translations();
}

Value read_dbgbvr(System& system, unsigned index) { return system.regs().dbgbvr[index]; }
void write_dbgbvr(System& system, unsigned index, Value value) { system.regs().dbgbvr[index] = value; }
Value read_dbgbcr(System& system, unsigned index) { return system.regs().dbgbcr[index]; }
void write_dbgbcr(System& system, unsigned index, Value value) {
    // E, PMC, BAS (all of A64: bits 5 and 7 follow), HMC, SSC, LBN, BT.
    system.regs().dbgbcr[index] = value & 0x00ff'e1e7;
}

Value read_dbgwvr(System& system, unsigned index) { return system.regs().dbgwvr[index]; }
void write_dbgwvr(System& system, unsigned index, Value value) {
    system.regs().dbgwvr[index] = value & ~Value{3};
    system.flush_translations();
}
Value read_dbgwcr(System& system, unsigned index) { return system.regs().dbgwcr[index]; }
void write_dbgwcr(System& system, unsigned index, Value value) {
    system.regs().dbgwcr[index] = value & 0x1f1f'ffff;
    system.flush_translations();
}

void write_oslar(System& system, unsigned, Value value) { system.regs().oslock = value & 1; }
/// OSLM says that there is a lock; OSLK whether it is locked.
Value read_oslsr(System& system, unsigned) { return 8 | system.regs().oslock << 1; }

Value read_claim_set(System&, unsigned) { return kClaimTags; }
void write_claim_set(System& system, unsigned, Value value) { system.regs().dbgclaim_el1 |= value & kClaimTags; }
void write_claim_clear(System& system, unsigned, Value value) { system.regs().dbgclaim_el1 &= ~value; }

} // namespace medley::iss::aarch64::sysreg
