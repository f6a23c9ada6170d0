// PSTATE and other state of the core as registers: Arm ARM DDI 0487, C5.2.
#include "iss/aarch64/sysreg_functions.h"

namespace medley::iss::aarch64::sysreg {
namespace {

constexpr Value kDisrMask = one_bit(31) | low_mask(25); // A; IDS and ISS
constexpr unsigned kPanBit = 22;
constexpr unsigned kUaoBit = 23;
constexpr unsigned kDitBit = 24;
constexpr unsigned kSsbsBit = 12;

std::uint32_t flag_of(Value value, unsigned at) { return bit(value, at) ? 1U : 0U; }

/// DISR_EL1: a guest whose SErrors are virtual has VDISR_EL2 instead; below a monitor that takes SErrors it is RAZ/WI.
Value* visible_disr(System& system) {
    auto& r = system.regs();
    if (system.el() == 1 && (system.effective_hcr() & hcr::kAmo) != 0)
        return &r.vdisr_el2;
    if (system.el() < 3 && system.config().has_el3 && (r.scr_el3 & scr::kEa) != 0)
        return nullptr;
    return &r.disr_el1;
}

} // namespace

Value read_spsel(System& system, unsigned) { return system.regs().pstate.sp_sel; }
void write_spsel(System& system, unsigned, Value value) { system.regs().pstate.sp_sel = flag_of(value, 0); }
Value read_current_el(System& system, unsigned) { return Value{system.el()} << 2; }
Value read_pan(System& system, unsigned) { return Value{system.regs().pstate.pan} << kPanBit; }
void write_pan(System& system, unsigned, Value value) { system.regs().pstate.pan = flag_of(value, kPanBit); }
Value read_uao(System& system, unsigned) { return Value{system.regs().pstate.uao} << kUaoBit; }
void write_uao(System& system, unsigned, Value value) { system.regs().pstate.uao = flag_of(value, kUaoBit); }
Value read_dit(System& system, unsigned) { return Value{system.regs().pstate.dit} << kDitBit; }
void write_dit(System& system, unsigned, Value value) { system.regs().pstate.dit = flag_of(value, kDitBit); }
Value read_ssbs(System& system, unsigned) { return Value{system.regs().pstate.ssbs} << kSsbsBit; }
void write_ssbs(System& system, unsigned, Value value) { system.regs().pstate.ssbs = flag_of(value, kSsbsBit); }

Value read_nzcv(System& system, unsigned) {
    const auto& s = system.state();
    return Value{s.n} << 31 | Value{s.z} << 30 | Value{s.c} << 29 | Value{s.v} << 28;
}
void write_nzcv(System& system, unsigned, Value value) {
    auto& s = system.state();
    s.n = bit(value, 31);
    s.z = bit(value, 30);
    s.c = bit(value, 29);
    s.v = bit(value, 28);
}

Value read_daif(System& system, unsigned) { return Value{system.regs().pstate.daif} << 6; }
void write_daif(System& system, unsigned, Value value) {
    system.set_masks(static_cast<std::uint32_t>(bits(value, 6, 4)));
}

Value read_fpcr(System& system, unsigned) { return system.state().fpcr; }
void write_fpcr(System& system, unsigned, Value value) {
    // AHP, DN, FZ, RMode; FZ16 with half precision. Traps of exceptions are not there.
    const Value mask = 0x07c0'0000 | (system.config().has(Feature::FP16) ? one_bit(19) : 0);
    system.state().fpcr = static_cast<std::uint32_t>(value & mask);
}
Value read_fpsr(System& system, unsigned) { return system.state().fpsr(); }
void write_fpsr(System& system, unsigned, Value value) { system.state().set_fpsr(static_cast<std::uint32_t>(value)); }

Value read_isr(System& system, unsigned) { return system.pending_interrupts(); }

Value read_disr(System& system, unsigned) {
    const auto* disr = visible_disr(system);
    return disr == nullptr ? 0 : *disr;
}
void write_disr(System& system, unsigned, Value value) {
    if (auto* disr = visible_disr(system))
        *disr = value & kDisrMask;
}

/// RNDR and RNDRRS always succeed: flags 0000 (RNDR). The numbers are the same in each run (SplitMix64).
Value read_random(System& system, unsigned) {
    write_nzcv(system, 0, 0);
    auto value = system.regs().random += 0x9e37'79b9'7f4a'7c15;
    value = (value ^ value >> 30) * 0xbf58'476d'1ce4'e5b9;
    value = (value ^ value >> 27) * 0x94d0'49bb'1331'11eb;
    return value ^ value >> 31;
}

} // namespace medley::iss::aarch64::sysreg
