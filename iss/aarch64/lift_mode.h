/// \file
/// What a translation depends on besides the code itself: the fields of the translation key.
#pragma once

#include "medley/base/bits.h"

#include <cstdint>

namespace medley::iss::aarch64 {

/// System::lift_mode makes it from the system registers and PSTATE.
struct LiftMode {
    std::uint8_t el = 1;
    /// PSTATE.SP: whether SP is that of the exception level, not SP_EL0. Always false at EL0.
    bool sp_sel = true;
    /// Whether floating-point and SIMD instructions are not trapped to any level.
    bool fp_enabled = true;
    /// SCTLR_ELx.A: all accesses must be aligned.
    bool check_alignment = false;
    /// SCTLR_ELx.SA (SA0 at EL0): SP as a base must be a multiple of 16; and whether SP is not that now (false where it does
    /// not matter). Lifted code keeps this up: it looks the key up again where it may have changed the alignment.
    bool check_sp = false;
    bool sp_misaligned = false;
    /// Data accesses are big-endian (SCTLR_ELx.EE, SCTLR_EL1.E0E at EL0).
    bool big_endian = false;
    /// The top byte of branch targets is ignored, by bit 55 of the address (TBI and not TBID). At EL2 and EL3 without two
    /// ranges both are equal, and the top byte becomes 0. Data addresses come to System::translate as they are; where the
    /// top byte of one matters not and is not what bit 55 says, the answer must not be cacheable, so that flushes by
    /// address need not know of tags.
    bool tbi_branch_low = false;
    bool tbi_branch_high = false;
    /// Whether the translation regime has two address ranges (EL0, EL1, and EL2 with E2H).
    bool two_ranges = true;
    /// PSTATE.IL: everything is an illegal state exception.
    bool illegal_state = false;
    /// Software step is active-not-pending: one instruction, then a stop (the helper `step_done` advances the state machine).
    bool single_step = false;
    /// Software step is active-pending: the exception is due before the instruction.
    bool step_pending = false;
    /// A breakpoint may be armed: the helper `execute_breakpoint` runs before each instruction.
    bool breakpoints = false;
    /// Whether DC ZVA at EL0 may be trapped (SCTLR_EL1.DZE, HCR_EL2.TDZ ...): it then asks the helper first.
    bool zva_checked = false;
    /// MemOp::mem_index of loads and stores (exception level, PAN ...), and of LDTR and STTR (UAO ...).
    std::uint8_t data_index = 0;
    std::uint8_t unprivileged_index = 0;
    /// FPCR: RMode (0 nearest, 1 up, 2 down, 3 zero), FZ, FZ16, DN, AHP. 0 while floating point is trapped.
    std::uint8_t rounding = 0;
    bool flush_to_zero = false;
    bool flush_to_zero16 = false;
    bool default_nan = false;
    bool alternative_half = false;

    [[nodiscard]] constexpr std::uint64_t encode() const {
        std::uint64_t key = 0;
        unsigned at = 0;
        const auto put = [&](std::uint64_t value, unsigned width) {
            key |= value << at;
            at += width;
        };
        put(el, 2), put(data_index, 4), put(unprivileged_index, 4), put(rounding, 2);
        for (const bool flag : {sp_sel, fp_enabled, check_alignment, check_sp, sp_misaligned, big_endian, tbi_branch_low,
                                tbi_branch_high, two_ranges, illegal_state, single_step, step_pending, breakpoints, zva_checked,
                                flush_to_zero, flush_to_zero16, default_nan, alternative_half})
            put(flag ? 1 : 0, 1);
        return key;
    }
    [[nodiscard]] static constexpr LiftMode decode(std::uint64_t key) {
        LiftMode mode;
        mode.el = static_cast<std::uint8_t>(bits(key, 0, 2));
        mode.data_index = static_cast<std::uint8_t>(bits(key, 2, 4));
        mode.unprivileged_index = static_cast<std::uint8_t>(bits(key, 6, 4));
        mode.rounding = static_cast<std::uint8_t>(bits(key, 10, 2));
        unsigned at = 12;
        for (bool* flag : {&mode.sp_sel, &mode.fp_enabled, &mode.check_alignment, &mode.check_sp, &mode.sp_misaligned, &mode.big_endian,
                           &mode.tbi_branch_low, &mode.tbi_branch_high, &mode.two_ranges,
                           &mode.illegal_state, &mode.single_step, &mode.step_pending, &mode.breakpoints, &mode.zva_checked,
                           &mode.flush_to_zero, &mode.flush_to_zero16, &mode.default_nan, &mode.alternative_half})
            *flag = bit(key, at++);
        return mode;
    }
    friend constexpr bool operator==(const LiftMode&, const LiftMode&) = default;
};

} // namespace medley::iss::aarch64
