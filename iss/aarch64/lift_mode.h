/// \file
/// What a translation depends on besides the code itself: the fields of the translation key.
#pragma once

#include <bit>
#include <cstdint>

namespace medley::iss::aarch64 {

/// System::lift_mode makes it from the system registers and PSTATE.
struct LiftMode {
    std::uint64_t el : 2 = 1;
    /// PSTATE.SP: whether SP is that of the exception level, not SP_EL0. Always false at EL0.
    std::uint64_t sp_sel : 1 = 1;
    /// Whether floating-point and SIMD instructions are not trapped to any level.
    std::uint64_t fp_enabled : 1 = 1;
    /// SCTLR_ELx.A: all accesses must be aligned.
    std::uint64_t check_alignment : 1 = 0;
    /// SCTLR_ELx.SA (SA0 at EL0): SP as a base must be a multiple of 16; and whether SP is not that now (false where it does
    /// not matter). Lifted code keeps this up: it looks the key up again where it may have changed the alignment.
    std::uint64_t check_sp : 1 = 0;
    std::uint64_t sp_misaligned : 1 = 0;
    /// Data accesses are big-endian (SCTLR_ELx.EE, SCTLR_EL1.E0E at EL0).
    std::uint64_t big_endian : 1 = 0;
    /// The top byte of branch targets is ignored, by bit 55 of the address (TBI and not TBID). At EL2 and EL3 without two
    /// ranges both are equal, and the top byte becomes 0. Data addresses come to System::translate as they are; where the
    /// top byte of one matters not and is not what bit 55 says, the answer must not be cacheable, so that flushes by
    /// address need not know of tags.
    std::uint64_t tbi_branch_low : 1 = 0;
    std::uint64_t tbi_branch_high : 1 = 0;
    /// Whether the translation regime has two address ranges (EL0, EL1, and EL2 with E2H).
    std::uint64_t two_ranges : 1 = 1;
    /// PSTATE.IL: everything is an illegal state exception.
    std::uint64_t illegal_state : 1 = 0;
    /// Software step is active-not-pending: one instruction, then a stop (the helper `step_done` advances the state machine).
    std::uint64_t single_step : 1 = 0;
    /// Software step is active-pending: the exception is due before the instruction.
    std::uint64_t step_pending : 1 = 0;
    /// A breakpoint may be armed: the helper `execute_breakpoint` runs before each instruction.
    std::uint64_t breakpoints : 1 = 0;
    /// Whether DC ZVA at EL0 may be trapped (SCTLR_EL1.DZE, HCR_EL2.TDZ ...): it then asks the helper first.
    std::uint64_t zva_checked : 1 = 0;
    /// MemOp::mem_index of loads and stores (exception level, PAN ...), and of LDTR and STTR (UAO ...).
    std::uint64_t data_index : 4 = 0;
    std::uint64_t unprivileged_index : 4 = 0;
    /// FPCR: RMode (0 nearest, 1 up, 2 down, 3 zero), FZ, FZ16, DN, AHP. 0 while floating point is trapped.
    std::uint64_t rounding : 2 = 0;
    std::uint64_t flush_to_zero : 1 = 0;
    std::uint64_t flush_to_zero16 : 1 = 0;
    std::uint64_t default_nan : 1 = 0;
    std::uint64_t alternative_half : 1 = 0;

    /// Equal modes have equal bits: the core says this several times in each quantum.
    std::uint64_t unused : 34 = 0;

    [[nodiscard]] constexpr std::uint64_t encode() const { return std::bit_cast<std::uint64_t>(*this); }
    [[nodiscard]] static constexpr LiftMode decode(std::uint64_t key) { return std::bit_cast<LiftMode>(key); }
    friend constexpr bool operator==(const LiftMode&, const LiftMode&) = default;
};
static_assert(sizeof(LiftMode) == sizeof(std::uint64_t));

} // namespace medley::iss::aarch64
